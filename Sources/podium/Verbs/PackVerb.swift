internal import ClusterClient
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// `podium pack test DIR`: proves a lesson pack on a cluster of its own.
enum PackVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.count == 2, arguments[0] == "test" else {
      throw UsageError("usage: podium pack test DIR")
    }
    let folder = arguments[1]
    guard Files.exists(folder + "/pack.yaml") else {
      throw UsageError("\(folder) is no lesson pack: there is no pack.yaml in it")
    }
    let pack = try Pack.load(FolderOnDisk(path: folder))
    // Nobody's cluster is touched, and whatever the pack does is gone afterwards.
    let paths = try ClusterPaths.resolve(cluster: "pack-test-\(getpid())")
    let launcher = ClusterLauncher(paths: paths)
    do {
      let problems = try await prove(pack, launcher)
      try await launcher.delete()
      return report(problems, pack)
    } catch {
      try? await launcher.delete()
      throw error
    }
  }

  private static func prove(_ pack: Pack, _ launcher: ClusterLauncher) async throws -> [LessonError] {
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    let commands = QuietCommands(context: LocalConnection.context(launcher.paths, searching: [pack.filesFolder]))
    let journal = ClusterJournal(
      client: ClusterClient(endpoint: launcher.client, userAgent: "podium-pack-test"), namespace: "default",
      commands: commands)
    return await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await journal.run {} }
      await journal.waitUntilFilled()
      let problems = await PackTest(pack, journal: journal, commands: commands) { StandardOutput.print($0) }.run()
      group.cancelAll()
      return problems
    }
  }

  private static func report(_ problems: [LessonError], _ pack: Pack) -> Int32 {
    if problems.isEmpty {
      StandardOutput.print("The pack \"\(pack.id)\" proves itself: \(pack.lessons.count) lessons.")
      return 0
    }
    StandardOutput.print("The pack \"\(pack.id)\" has \(problems.count) problems:")
    for problem in problems { StandardOutput.print("  \(problem)") }
    return 1
  }
}

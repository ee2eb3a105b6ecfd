internal import Documents
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

extension PackVerb {
  static let test = VerbAction(
    name: "test", usage: " DIR [--json | --junit FILE] [--lesson ID]… [--repeat N]",
    summary: "prove that each condition is false before its step and true after",
    details: """
      Plays the lessons of a pack in every way that matters, in a cluster of its own that is gone afterwards. The exit code
      is 0 when the pack proves itself, and 1 otherwise.

        --json         print the report as JSON, and what is being done on standard error
        --junit FILE   write the report to FILE as JUnit's XML
        --lesson ID    prove this lesson only; may be given several times
        --repeat N     prove each lesson N times, from 1 to 100
      """,
    options: ["--json": "", "--junit": "FILE", "--lesson": "ID", "--repeat": "N"]
  ) { _, arguments in
    let path = try arguments.only("the folder of a pack")
    // Nobody waits for a cluster to hear that the pack cannot be read.
    _ = try PackSource.load(path)
    var options = PackTest.Options()
    options.lessons = arguments.all("--lesson")
    if let text = arguments["--repeat"] {
      guard let number = Int(text), (1...100).contains(number) else {
        throw UsageError("--repeat takes a number from 1 to 100, not \"\(text)\"")
      }
      options.times = number
    }
    return try await prove(path, options, isJSON: arguments.has("--json"), junit: arguments["--junit"])
  }

  /// Nobody's cluster is touched, and whatever the pack does is gone afterwards.
  private static func prove(
    _ path: String, _ options: PackTest.Options, isJSON: Bool, junit: String?
  ) async throws -> Int32 {
    let paths = try ClusterPaths.resolve(cluster: "pack-test-\(getpid())")
    let launcher = ClusterLauncher(paths: paths)
    do {
      let pack = try OpenedPacks.load(path, paths)
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      let say: @Sendable (String) async -> Void = { line in
        if isJSON { StandardOutput.printError(line) } else { StandardOutput.print(line) }
      }
      try await PackImageSupply(pack).supply(paths, report: say)
      let test = PackTest(pack, try LessonFiles.context(paths), options, say: say)
      let report = await test.run()
      try await launcher.delete()
      if let junit { try Files.write(Array(report.junit.utf8), to: junit) }
      StandardOutput.print(isJSON ? report.json.jsonText(indentedBy: 2) : report.text.joined(separator: "\n"))
      return report.isProved ? 0 : 1
    } catch {
      try? await launcher.delete()
      throw error
    }
  }
}

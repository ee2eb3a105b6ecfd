internal import LessonEngine
internal import LocalCluster

/// `podium lesson run ID --auto`: plays a lesson by its reference solutions.
enum LessonVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.count == 3, arguments[0] == "run", arguments.contains("--auto"),
      let id = arguments.dropFirst().first(where: { $0 != "--auto" })
    else {
      throw UsageError(
        "usage: podium lesson run ID --auto plays a lesson by its reference solutions; to learn it yourself, open podium and type start ID"
      )
    }
    let packs = try PackShelf.packs(settings)
    let (pack, lesson) = try find(id, packs)
    let paths = try settings.paths()
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    let appearance = settings.appearance
    try await PackImageSupply(pack).supply(paths) { StandardOutput.print($0) }
    let demonstration = Demonstration(lesson, of: pack, try LessonFiles.context(paths)) { text in
      StandardOutput.print(TutorRendering.text(text, appearance))
    }
    let isPassed = try await demonstration.run()
    StandardOutput.print(
      isPassed ? "\(lesson.title): every step is passed." : "\(lesson.title): not every step is passed.")
    return isPassed ? 0 : 1
  }

  private static func find(_ name: String, _ packs: [Pack]) throws -> (Pack, Lesson) {
    do {
      return try packs.lesson(named: name)
    } catch {
      throw UsageError(error.candidates.isEmpty ? "\(error): podium lessons lists them" : "\(error)")
    }
  }
}

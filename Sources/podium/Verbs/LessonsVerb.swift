internal import Console
internal import LessonEngine

/// `podium lessons`: the lessons with the learner's progress; needs no cluster.
enum LessonsVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.isEmpty else { throw UsageError("podium lessons takes no words: found \"\(arguments[0])\"") }
    let progress = ProgressFile(path: try settings.paths().progress).load()
    let appearance = settings.appearance
    for line in LessonList.text(try BuiltInPacks.load(), progress) {
      StandardOutput.print(TutorRendering.text(line, appearance))
    }
    return 0
  }
}

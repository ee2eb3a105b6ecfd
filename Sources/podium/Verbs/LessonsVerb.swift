internal import Console
internal import Documents
internal import LessonEngine

/// `podium lessons [--done|--json]`: the lessons with the learner's progress; needs no cluster.
enum LessonsVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    if let word = arguments.first(where: { $0 != "--json" && $0 != "--done" }) ?? arguments.dropFirst().first {
      throw UsageError("podium lessons takes --done or --json and no other words: found \"\(word)\"")
    }
    let progress = ProgressFile(path: try settings.paths().progress).loadOrTell()
    if arguments == ["--json"] {
      StandardOutput.print(
        Document.list(try PackShelf.packs(settings).flatMap { lessons($0, progress) }).jsonText(indentedBy: 2))
      return 0
    }
    let appearance = settings.appearance
    let packs = try PackShelf.packs(settings)
    let text = arguments == ["--done"] ? LessonList.done(packs, progress) : LessonList.text(packs, progress)
    StandardOutput.print(TutorRendering.text(text, appearance))
    return 0
  }

  private static func lessons(_ pack: Pack, _ progress: Progress) -> [Document] {
    pack.lessons.map { lesson in
      let key = pack.id + "/" + lesson.id
      let seconds = lesson.estimate.components.seconds
      return [
        "pack": .string(pack.id), "lesson": .string(lesson.id), "title": .string(lesson.title),
        "steps": .integer(lesson.steps.count),
        "stepsDone": .integer(lesson.steps.count { progress.isDone($0.id, of: key) }),
        "done": .bool(progress.isCompleted(key)), "seconds": .integer(seconds),
      ]
    }
  }
}

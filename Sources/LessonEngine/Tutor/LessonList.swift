/// The table of lessons, with how far the learner is in each.
public enum LessonList {
  public static func text(_ packs: [Pack], _ progress: Progress) -> [TutorText] {
    var text: [TutorText] = []
    for pack in packs {
      text.append(.heading(packs.count == 1 ? pack.title : "\(pack.title)  (\(pack.id) \(pack.version))"))
      text.append(.table(pack.lessons.map { row($0, pack, progress) }))
    }
    text.append(.plain("start NAME begins a lesson, or goes on with it; lessons --done shows what you have learnt."))
    return text
  }

  private static func row(_ lesson: Lesson, _ pack: Pack, _ progress: Progress) -> [String] {
    var words = lesson.title
    if lesson.estimate > .zero { words += ", about \(StepReport.rough(lesson.estimate))" }
    let missing = lesson.needs.filter { !progress.isCompleted(pack.id + "/" + $0) }
    if !missing.isEmpty, !progress.isCompleted(pack.id + "/" + lesson.id) {
      words += " (after \(missing.joined(separator: ", ")))"
    }
    return [lesson.name, state(lesson, pack, progress), words]
  }

  private static func state(_ lesson: Lesson, _ pack: Pack, _ progress: Progress) -> String {
    let key = pack.id + "/" + lesson.id
    if progress.isCompleted(key) { return "done" }
    guard progress.isStarted(key) else { return "new" }
    return "\(lesson.steps.count { progress.isDone($0.id, of: key) }) of \(lesson.steps.count)"
  }

  /// The lessons that are done, as a reference.
  public static func done(_ packs: [Pack], _ progress: Progress) -> [TutorText] {
    let text = packs.flatMap { pack in
      pack.lessons.filter { progress.isCompleted(pack.id + "/" + $0.id) }.flatMap { EndCard.reference($0, of: pack) }
    }
    return text.isEmpty ? [.plain("No lesson is done yet. lessons lists them, start NAME begins one.")] : text
  }

  /// The lessons that are not done and whose needs are met, in their order.
  static func open(_ pack: Pack, _ progress: Progress) -> [Lesson] {
    pack.lessons.filter { lesson in
      !progress.isCompleted(pack.id + "/" + lesson.id)
        && lesson.needs.allSatisfy { progress.isCompleted(pack.id + "/" + $0) }
    }
  }
}

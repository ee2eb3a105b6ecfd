/// The table of lessons, with how far the learner is in each.
public enum LessonList {
  public static func text(_ packs: [Pack], _ progress: Progress) -> [TutorText] {
    var text: [TutorText] = []
    for pack in packs {
      text.append(.heading(pack.title))
      let width = (pack.lessons.map(\.id.count).max() ?? 0) + 2
      for lesson in pack.lessons {
        var line = "  " + lesson.id.padded(to: width) + state(lesson, pack, progress).padded(to: 6) + lesson.title
        if lesson.estimate > .zero { line += ", about \(StepReport.rough(lesson.estimate))" }
        let missing = lesson.needs.filter { !progress.isCompleted(pack.id + "/" + $0) }
        if !missing.isEmpty, !progress.isCompleted(pack.id + "/" + lesson.id) {
          line += " (after \(missing.joined(separator: ", ")))"
        }
        text.append(.plain(line))
      }
    }
    text.append(.plain("start NAME begins a lesson, or goes on with it."))
    return text
  }

  private static func state(_ lesson: Lesson, _ pack: Pack, _ progress: Progress) -> String {
    let key = pack.id + "/" + lesson.id
    if progress.isCompleted(key) { return "done" }
    guard progress.isStarted(key) else { return "-" }
    return "\(lesson.steps.count { progress.isDone($0.id, of: key) })/\(lesson.steps.count)"
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// The table of lessons, with how far the learner is in each.
public enum LessonList {
  public static func text(_ packs: [Pack], _ progress: Progress) -> [TutorText] {
    var text: [TutorText] = []
    for pack in packs {
      text.append(.heading(pack.title))
      let width = (pack.lessons.map(\.id.count).max() ?? 0) + 2
      for lesson in pack.lessons {
        let key = pack.id + "/" + lesson.id
        let done = lesson.steps.count { progress.isDone($0.id, of: key) }
        let state =
          progress.completed.contains(key)
          ? "done" : progress.isStarted(key) ? "\(done)/\(lesson.steps.count)" : "-"
        let minutes = lesson.steps.compactMap(\.estimate).reduce(Duration.zero, +)
        let time = minutes > .zero ? "about \(StepReport.rough(minutes))" : ""
        text.append(
          .plain(
            "  " + lesson.id.padded(to: width) + state.padded(to: 6) + lesson.title
              + (time.isEmpty ? "" : ", " + time)))
      }
    }
    text.append(.plain("start NAME begins a lesson."))
    return text
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

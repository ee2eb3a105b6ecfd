/// A line above the prompt that says what to type next, as long as somebody is new to all this.
enum FirstMinute {
  static func words(at step: Int, of lesson: Lesson, _ progress: Progress) -> [TutorText] {
    guard !progress.hasCompletedAny, step < 3, step < lesson.steps.count else { return [] }
    let words: String
    switch step {
    case 0:
      words =
        "Your turn: type \(lesson.steps[0].firstCommand.map { "the command above, \($0)" } ?? "what the text asks for"). Lost? hint helps, task shows the step again, skip has it done for you, quit leaves and keeps your place."
    case 1 where lesson.steps[1].conditions.isEmpty:
      words =
        "Look for the answers with the commands above. `answer` and your words are for the first question; the next one follows."
    case 1:
      words = "Whatever you type, the lesson goes on by itself. check says what is still missing, why says the cause."
    default:
      words = "explore is a place for trying things out, reset step begins a step anew, status shows how far you are."
    }
    return [.blank, .plain(words)]
  }
}

extension Step {
  /// The first command that its text shows.
  fileprivate var firstCommand: String? {
    for block in text {
      switch block {
      case .console(let console): if let command = console.entries.first?.command.text { return "`\(command)`" }
      case .run(let commands): if let command = commands.first?.text { return "`\(command)`" }
      default: break
      }
    }
    return nil
  }
}

extension Progress {
  fileprivate var hasCompletedAny: Bool { lessons.values.contains(where: \.isCompleted) }
}

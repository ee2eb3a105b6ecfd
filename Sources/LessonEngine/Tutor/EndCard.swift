/// What is shown when a lesson is done.
enum EndCard {
  static func text(_ lesson: Lesson) -> [TutorText] {
    var text: [TutorText] = [.blank, .heading("\(lesson.title): done")]
    text += debrief(lesson)
    let verbs = commands(of: lesson)
    if !verbs.isEmpty { text.append(.plain("Commands of this lesson: \(verbs.joined(separator: ", "))")) }
    text.append(.plain("lessons lists what else there is; start \(lesson.id) begins this one anew."))
    return text
  }

  static func debrief(_ lesson: Lesson) -> [TutorText] {
    (lesson.introduction + lesson.steps.flatMap(\.text)).flatMap { block -> [TutorText] in
      if case .debrief(let words) = block { [.prose(words), .blank] } else { [] }
    }
  }

  /// The verbs of the reference solutions, in their order.
  private static func commands(of lesson: Lesson) -> [String] {
    var verbs: [String] = []
    for command in lesson.steps.compactMap(\.solutions.first).flatMap(\.commands) {
      let words = command.text.split(separator: " ").map(String.init)
      let verb = words.first == "kubectl" || words.first == "k" ? words.dropFirst().first : words.first
      if let verb, !verbs.contains(verb), verb != "sleep" { verbs.append(verb) }
    }
    return verbs
  }
}

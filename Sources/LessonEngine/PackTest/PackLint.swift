/// What can be said against a pack by reading it.
enum PackLint {
  static func problems(_ pack: Pack) -> [LessonError] {
    pack.lessons.flatMap { lesson in lesson.steps.flatMap { problems($0, in: lesson) } }
  }

  private static func problems(_ step: Step, in lesson: Lesson) -> [LessonError] {
    var problems: [LessonError] = []
    func add(_ line: Int, _ message: String) {
      problems.append(LessonError(file: lesson.path, line: line, message))
    }
    if step.conditions.isEmpty { add(step.line, "the step \"\(step.id)\" checks nothing: it needs a check block") }
    if step.solutions.isEmpty { add(step.line, "the step \"\(step.id)\" has no solution block") }
    if step.hints.isEmpty { add(step.line, "the step \"\(step.id)\" has no hint block") }
    if let hint = step.hints.first(where: { $0.condition == nil }) {
      for command in step.solutions.flatMap(\.commands) where hint.text.contains(command.text) {
        add(hint.line, "the first hint gives the solution away: \(command.text)")
      }
    }
    for wrong in step.wrongs where !step.conditions.contains(where: { $0.sentence.contains(wrong.fails) }) {
      add(wrong.line, "no condition of the step \"\(step.id)\" has the words \"\(wrong.fails)\"")
    }
    for block in step.text {
      guard case .console(let lines) = block else { continue }
      for line in lines where line.count > 80 {
        add(step.line, "a line of a console block is longer than 80 columns: \(line)")
      }
    }
    return problems
  }
}

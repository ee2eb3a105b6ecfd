internal import Documents

/// What can be said against one step by reading it.
struct StepLint {
  let pack: Pack
  let lesson: Lesson
  let step: Step

  func findings() -> [PackFinding] { completeness() + wrongs() + help() + commands() + mentions() + positions() }

  private func finding(_ rule: PackFinding.Rule, _ line: Int, _ message: String) -> PackFinding {
    PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, step: step.id, message: message)
  }

  private func completeness() -> [PackFinding] {
    var findings: [PackFinding] = []
    if step.conditions.isEmpty && step.questions.isEmpty {
      findings.append(
        finding(.noCheck, step.line, "the step \"\(step.id)\" checks nothing: it needs a check, ask or quiz block"))
    }
    if step.solutions.isEmpty && !step.conditions.isEmpty {
      findings.append(
        finding(.noSolution, step.line, "the step \"\(step.id)\" has no solution block, so nobody can skip it"))
    }
    if step.estimate == nil {
      findings.append(finding(.noEstimate, step.line, "the step \"\(step.id)\" says no time: add time=3m to its title"))
    }
    return findings
  }

  private func wrongs() -> [PackFinding] {
    step.wrongs.flatMap { wrong -> [PackFinding] in
      var findings: [PackFinding] = []
      if !step.conditions.contains(where: { $0.sentence.contains(wrong.fails) }) {
        findings.append(
          finding(.wrongNamesNothing, wrong.line, "no condition of \"\(step.id)\" has the words \"\(wrong.fails)\""))
      }
      if let words = wrong.hint, !step.hints.contains(where: { $0.condition != nil && $0.text.contains(words) }) {
        findings.append(
          finding(.wrongNamesNothing, wrong.line, "no `hint when` of \"\(step.id)\" has the words \"\(words)\""))
      }
      return findings
    }
  }

  private func help() -> [PackFinding] {
    guard let first = step.hints.first(where: { $0.condition == nil }) else {
      return step.conditions.isEmpty
        ? [] : [finding(.noHint, step.line, "the step \"\(step.id)\" has no hint block without a condition")]
    }
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let hint = words(first.text)
    return step.solutions.flatMap(\.commands).filter { hint.contains(words($0.text)) }.map {
      finding(.hintGivesAway, first.line, "the first hint gives the solution away: \($0.text)")
    }
  }

  // MARK: Commands

  /// What the learner types is not among them.
  private var ownCommands: [LessonCommand] {
    step.setup + step.solutions.flatMap(\.commands) + step.wrongs.flatMap(\.commands)
  }

  private func commands() -> [PackFinding] {
    let shown = step.text.flatMap { block -> [LessonCommand] in
      if case .run(let commands) = block { commands } else { [] }
    }
    return (ownCommands + shown).compactMap { command in
      LessonCommands.problem(command.text).map { finding(.command, command.line, "\(command.text): \($0)") }
    }
  }

  // MARK: Conditions

  /// A check must not ask for what the learner was never told.
  private func mentions() -> [PackFinding] {
    let shown =
      step.text.map(\.words) + step.questions.map(\.text) + [step.title] + step.conditions.compactMap(\.advice)
    let text = Mentions((shown + lesson.files.compactMap { pack.fileTexts[$0] }).joined(separator: "\n"))
    // What is asked for twice is missed once.
    var known: [AskedWord] = []
    var findings: [PackFinding] = []
    for condition in step.conditions {
      for word in condition.asked where !known.contains(word) && !text.contains(word) {
        known.append(word)
        findings.append(
          finding(
            .unmentioned, condition.line,
            "\"\(word.text)\" is asked for by \"\(condition.sentence)\", but neither the step's text nor its files speak of it"
          ))
      }
    }
    return findings
  }

  /// What is found by its place is something else as soon as somebody changes the order.
  private func positions() -> [PackFinding] {
    let numbered = ownCommands.filter { Self.looksByPlace($0.text) }.map {
      finding(.positional, $0.line, "\($0.text): find items by their names, as in [?(@.name==\"web\")], not by number")
    }
    return numbered
      + step.conditions.compactMap { condition in
        guard case .sentence(let form, let holes) = condition.source, holes.texts["container"] == nil,
          form.allHoles.contains(.text("container")), let pod = condition.statement.pod,
          let containers = containers(of: pod), containers.count > 1
        else { return nil }
        return finding(
          .positional, condition.line,
          "\"\(condition.sentence)\" means the first container of \(pod): say which of \(containers.joined(separator: ", "))"
        )
      }
  }

  private static func looksByPlace(_ command: String) -> Bool {
    guard command.contains("jsonpath") || command.contains("custom-columns") else { return false }
    return command.split(separator: "[").dropFirst().contains { $0.first?.isNumber ?? false || $0.hasPrefix("-") }
  }

  /// As far as the lesson's files and conditions tell.
  private func containers(of pod: String) -> [String]? {
    for condition in lesson.steps.flatMap(\.conditions) {
      if case .sentence(let form, let holes) = condition.source, form.id == "containers", holes["pod"] == pod {
        return holes.list("names")
      }
    }
    for text in lesson.files.compactMap({ pack.fileTexts[$0] }) {
      for object in (try? Document.parse(yaml: text)) ?? []
      where object["kind"]?.stringValue == "Pod" && object["metadata"]?["name"]?.stringValue == pod {
        return (object["spec"]?["containers"]?.listValue ?? []).compactMap { $0["name"]?.stringValue }
      }
    }
    return nil
  }
}

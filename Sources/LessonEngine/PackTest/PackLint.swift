/// What can be said against a pack by reading it.
public enum PackLint {
  public static func findings(_ pack: Pack) -> [PackFinding] {
    needs(pack) + pack.lessons.flatMap { findings($0, in: pack) }
  }

  // MARK: Lessons

  private static func findings(_ lesson: Lesson, in pack: Pack) -> [PackFinding] {
    var findings: [PackFinding] = []
    func add(_ rule: PackFinding.Rule, _ line: Int, _ message: String) {
      findings.append(PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, message: message))
    }
    if EndCard.debrief(lesson).isEmpty { add(.noDebrief, 1, "the lesson has no debrief block: say what to take away") }
    let used = Set(lesson.steps.flatMap(\.conditions).map(\.statement.needs))
    for capability in used.subtracting(lesson.uses).sorted(by: { $0.rawValue < $1.rawValue })
    where capability != .objects {
      add(.uses, 1, "its checks need \(capability.rawValue): add it to `uses:`")
    }
    let commands = lesson.steps.flatMap { step in
      step.setup + (step.solutions.map(\.commands) + step.wrongs.map(\.commands)).flatMap { $0 }
    }
    let words = commands.map(\.text) + lesson.steps.flatMap(\.text).map(text)
    for name in lesson.files where !words.contains(where: { $0.contains(name) }) {
      add(.unusedFile, 1, "the file \(name) is listed, but no step speaks of it")
    }
    return findings + lesson.steps.flatMap { StepLint(pack: pack, lesson: lesson, step: $0).findings() }
  }

  /// Lessons that need each other can never be begun in order.
  private static func needs(_ pack: Pack) -> [PackFinding] {
    func reaches(_ lesson: Lesson, _ goal: String, _ seen: Set<String>) -> Bool {
      lesson.needs.contains { need in
        if need == goal { return true }
        guard !seen.contains(need), let next = pack.lesson(need) else { return false }
        return reaches(next, goal, seen.union([need]))
      }
    }
    return pack.lessons.filter { reaches($0, $0.id, []) }.map { lesson in
      PackFinding(
        rule: .needs, file: lesson.path, line: 1, lesson: lesson.id,
        message: "the lesson needs itself by way of \(lesson.needs.joined(separator: ", "))")
    }
  }

  static func text(_ block: LessonBlock) -> String {
    switch block {
    case .prose(let text), .explore(let text), .debrief(let text): text
    case .console(let console): console.lines.joined(separator: "\n")
    case .run(let commands): commands.map(\.text).joined(separator: "\n")
    case .diagram(let lines, let alternative): lines.joined(separator: "\n") + "\n" + alternative
    case .question: ""
    }
  }
}

/// What can be said against one step by reading it.
private struct StepLint {
  let pack: Pack
  let lesson: Lesson
  let step: Step

  private static let codeWidth = 80
  private static let diagramSize = (columns: 56, rows: 24)

  func findings() -> [PackFinding] { completeness() + help() + commands() + looks() + mentions() }

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
      findings.append(finding(.noSolution, step.line, "the step \"\(step.id)\" has no solution block"))
    }
    if step.estimate == nil {
      findings.append(finding(.noEstimate, step.line, "the step \"\(step.id)\" says no time: add time=3m to its title"))
    }
    for wrong in step.wrongs where !step.conditions.contains(where: { $0.sentence.contains(wrong.fails) }) {
      findings.append(
        finding(.wrongNamesNothing, wrong.line, "no condition of \"\(step.id)\" has the words \"\(wrong.fails)\""))
    }
    return findings
  }

  private func help() -> [PackFinding] {
    guard let first = step.hints.first(where: { $0.condition == nil }) else {
      return step.conditions.isEmpty
        ? [] : [finding(.noHint, step.line, "the step \"\(step.id)\" has no hint block without a condition")]
    }
    return step.solutions.flatMap(\.commands).filter { first.text.contains($0.text) }.map {
      finding(.hintGivesAway, first.line, "the first hint gives the solution away: \($0.text)")
    }
  }

  private func commands() -> [PackFinding] {
    let all = step.setup + step.solutions.flatMap(\.commands) + step.wrongs.flatMap(\.commands)
    return all.compactMap { command in
      LessonCommands.problem(command.text).map { finding(.command, command.line, "\(command.text): \($0)") }
    }
  }

  private func looks() -> [PackFinding] {
    step.text.flatMap { block -> [PackFinding] in
      switch block {
      case .console(let console):
        return console.lines.filter { $0.count > Self.codeWidth }.map {
          finding(.wideCode, console.line, "a line of a console block is longer than \(Self.codeWidth) columns: \($0)")
        }
      case .diagram(let lines, alternative: _):
        let size = Self.diagramSize
        guard lines.count > size.rows || lines.contains(where: { $0.count > size.columns }) else { return [] }
        return [
          finding(
            .bigDiagram, step.line, "a diagram is larger than \(size.columns) columns and \(size.rows) rows")
        ]
      default: return []
      }
    }
  }

  /// A check must not ask for what the learner was never told.
  private func mentions() -> [PackFinding] {
    let shown = step.text.map(PackLint.text) + step.questions.map(\.text) + [step.title]
    let files = lesson.files.compactMap { pack.fileTexts[$0] }
    let text = (shown + files).joined(separator: "\n")
    return step.conditions.flatMap { condition in
      condition.names.filter { !text.contains($0) }.map { name in
        finding(
          .unmentioned, condition.line,
          "\"\(name)\" is asked for by \"\(condition.sentence)\", but neither the step's text nor its files speak of it"
        )
      }
    }
  }
}

extension Condition {
  private static let namingHoles: Set<String> = [
    "pod", "name", "container", "names", "path", "volume", "image", "port", "label", "assignment",
  ]

  /// The names, paths and ports that the learner has to know to make the condition true.
  var names: [String] {
    guard case .sentence(let form, let holes) = source else { return [] }
    var names = holes.texts.filter { Self.namingHoles.contains($0.key) }.map(\.value)
    names += Self.namingHoles.sorted().flatMap { holes.list($0) }
    if form.id.contains("namespace") || form.id == "finished-before" { names += [holes["first"], holes["second"]] }
    // `app=web` may be written as `app: web` in a manifest.
    return names.flatMap { $0.contains("=") && !$0.hasPrefix("/") ? $0.split(separator: "=").map(String.init) : [$0] }
      .sorted()
  }
}

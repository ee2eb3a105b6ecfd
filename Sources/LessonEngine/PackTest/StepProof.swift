/// Proves one step of a lesson in the namespace where the lesson takes place.
struct StepProof {
  let lesson: Lesson
  let index: Int
  let place: LessonPlace
  let say: @Sendable (String) async -> Void

  private var step: Step { lesson.steps[index] }

  /// Long enough for the effects of a command to be seen, whatever patience a condition asks for.
  private static let settling = Duration.seconds(3)

  private func finding(_ rule: PackFinding.Rule, _ line: Int, _ message: String) -> PackFinding {
    PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, step: step.id, message: message)
  }

  /// Everything that is to be proved; leaves the namespace as it is when the next step begins.
  func findings() async -> [PackFinding] {
    var findings = await prove(step.solutions.first)
    var isAtEnd = true
    func atStart() async {
      await place.replay(lesson, before: index)
      isAtEnd = false
    }
    for solution in step.solutions.dropFirst() {
      await atStart()
      findings += await prove(solution)
    }
    for wrong in step.wrongs {
      await atStart()
      findings += await refute(wrong)
    }
    for solution in step.solutions where solution.commands.count > 1 {
      for dropped in solution.commands.indices {
        await atStart()
        findings += await prove(solution, isNecessary: dropped)
      }
    }
    if step.text.contains(where: { if case .console(let console) = $0 { !console.entries.isEmpty } else { false } }) {
      await atStart()
      findings += await compareOutputs()
    }
    if !isAtEnd, index + 1 < lesson.steps.count { await place.replay(lesson, before: index + 1) }
    return findings
  }

  // MARK: Right answers

  private func prove(_ solution: Solution?) async -> [PackFinding] {
    guard let solution else { return [] }
    var findings: [PackFinding] = []
    let start = ContinuousClock.now
    var checkpoint = await place.begin(step)
    _ = await place.look(&checkpoint)
    for entry in checkpoint.progress where entry.finding?.verdict == .pass {
      let condition = entry.condition
      if condition.mayHoldBefore || condition.timing == .never { continue }
      findings.append(
        finding(
          .trueBefore, condition.line,
          "\"\(condition.sentence)\" is true before the learner has done anything: ask for something that the step changes, or write \"already true:\" in front of it"
        ))
    }
    var outputs: [String] = []
    for command in solution.commands {
      let outcome = await place.run(command, &checkpoint)
      if outcome.exitCode != 0 { outputs.append("$ \(command.text): exit code \(outcome.exitCode): \(outcome.output)") }
    }
    await place.settle(&checkpoint)
    for entry in checkpoint.progress where !entry.hasPassed {
      let found = entry.finding.map { ": expected \($0.expected), found \($0.found)" } ?? ""
      findings.append(
        finding(
          .falseAfter, entry.condition.line,
          "\"\(entry.condition.sentence)\" is not true after the solution of line \(solution.line)\(found)"
            + (outputs.isEmpty ? "" : "; " + outputs.joined(separator: "; ").trimmed())))
    }
    for question in step.questions {
      guard case .ask(let expected) = question.kind else { continue }
      var values: [String] = []
      for one in expected { values += await one.values(place.observation) }
      if values.isEmpty {
        findings.append(
          finding(.falseAfter, question.line, "the cluster has no answer to the question \"\(question.id)\""))
      }
    }
    let taken = ContinuousClock.now - start
    await say("  \(lesson.id)/\(step.id): \(solution.title ?? "reference solution"), \(Self.text(taken))")
    if let estimate = step.estimate, taken > estimate {
      findings.append(
        finding(.slow, step.line, "the solution alone took \(Self.text(taken)), more than the step's time"))
    }
    return findings
  }

  /// A command that can be left out is none of the solution.
  private func prove(_ solution: Solution, isNecessary dropped: Int) async -> [PackFinding] {
    var checkpoint = await place.begin(step)
    for (index, command) in solution.commands.enumerated() where index != dropped {
      _ = await place.run(command, &checkpoint)
    }
    let deadline = ContinuousClock.now + Self.settling
    while !checkpoint.isPassed, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(50))
      _ = await place.look(&checkpoint)
    }
    // A pause only makes sure that what follows is seen.
    let command = solution.commands[dropped]
    guard checkpoint.isPassed, !step.conditions.isEmpty, !command.text.hasPrefix("sleep ") else { return [] }
    return [
      finding(
        .unnecessary, command.line,
        "everything holds without \"\(command.text)\": leave it out, or add a condition that needs it")
    ]
  }

  // MARK: Wrong answers

  private func refute(_ wrong: WrongAnswer) async -> [PackFinding] {
    var checkpoint = await place.begin(step)
    for command in wrong.commands {
      _ = await place.run(command, &checkpoint)
    }
    let deadline = ContinuousClock.now + Self.settling
    while !checkpoint.isPassed, !checkpoint.isFailed, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(50))
      _ = await place.look(&checkpoint)
    }
    await say("  \(lesson.id)/\(step.id): wrong answer of line \(wrong.line)")
    if checkpoint.isPassed {
      return [finding(.wrongPasses, wrong.line, "this wrong answer passes: a condition is missing in \"\(step.id)\"")]
    }
    return checkpoint.progress
      .filter { $0.condition.sentence.contains(wrong.fails) }
      .filter { $0.condition.timing == .never ? !$0.hasFailed : $0.hasPassed }
      .map { entry in
        finding(
          .wrongElsewhere, wrong.line,
          "the wrong answer was to fail at \"\(entry.condition.sentence)\", but that condition holds")
      }
  }

  // MARK: Outputs

  /// What the step shows must be true at its start, or where its solution has led.
  private func compareOutputs() async -> [PackFinding] {
    var checkpoint = await place.begin(step)
    let before = await differences()
    if before.isEmpty { return [] }
    await place.replay(lesson, before: index)
    checkpoint = await place.begin(step)
    for command in step.solutions.first?.commands ?? [] { _ = await place.commands.run(command.text) }
    await place.settle(&checkpoint)
    let after = await differences()
    return after.isEmpty ? [] : before
  }

  private func differences() async -> [PackFinding] {
    var findings: [PackFinding] = []
    for case .console(let console) in step.text {
      for entry in console.entries {
        if LessonCommands.problem(entry.command.text) != nil { continue }
        if let difference = await difference(entry, console) {
          findings.append(
            finding(.output, entry.command.line, "`\(entry.command.text)` prints something else: \(difference)"))
        }
      }
    }
    return findings
  }

  private func difference(_ entry: ConsoleBlock.Entry, _ console: ConsoleBlock) async -> String? {
    let deadline = ContinuousClock.now + .seconds(5)
    while true {
      let outcome = await place.commands.run(entry.command.text)
      var difference = OutputComparison.difference(
        entry.output, outcome.output, isUnordered: console.isUnordered)
      // A command that is shown without its output only has to work.
      if entry.output.isEmpty { difference = nil }
      let code = console.exitCode ?? 0
      if difference == nil, outcome.exitCode != code {
        difference = "exit code \(outcome.exitCode) instead of \(code): \(outcome.output.trimmed())"
      }
      // What only looks may look again: pods take a moment.
      if difference == nil || !Self.isReading(entry.command.text) || ContinuousClock.now > deadline {
        return difference
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private static func isReading(_ command: String) -> Bool {
    let words = command.split(separator: " ").map(String.init)
    let verb = words.first == "kubectl" || words.first == "k" ? words.dropFirst().first : words.first
    return ["get", "describe", "logs", "events", "top", "exec"].contains(verb ?? "")
  }

  static func text(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let tenths = (milliseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

/// Proves a pack on a real cluster: every condition is false before a step and true after its solution, every further
/// solution works as well, and every wrong answer fails where its author says.
public struct PackTest: Sendable {
  private let pack: Pack
  private let journal: ClusterJournal
  private let commands: any CommandRunner
  private let say: @Sendable (String) async -> Void

  public init(
    _ pack: Pack, journal: ClusterJournal, commands: any CommandRunner, say: @escaping @Sendable (String) async -> Void
  ) {
    self.pack = pack
    self.journal = journal
    self.commands = commands
    self.say = say
  }

  /// Answers what is wrong with the pack; an empty list means that it proves itself.
  public func run() async -> [LessonError] {
    var problems = PackLint.problems(pack)
    for problem in problems { await say("  \(problem)") }
    for lesson in pack.lessons {
      await say("\(lesson.id): \(lesson.title)")
      problems += await test(lesson)
    }
    return problems
  }

  private func test(_ lesson: Lesson) async -> [LessonError] {
    var problems: [LessonError] = []
    await clear()
    for (index, step) in lesson.steps.enumerated() {
      await say("  \(step.id)")
      problems += await prove(step, of: lesson, with: step.solutions.first, printsConditions: true)
      for solution in step.solutions.dropFirst() {
        await say("    solution \"\(solution.title ?? solution.commands.first?.text ?? "")\"")
        await replay(lesson, before: index)
        problems += await prove(step, of: lesson, with: solution, printsConditions: false)
      }
      for wrong in step.wrongs {
        await replay(lesson, before: index)
        problems += await refute(step, of: lesson, with: wrong)
      }
      // The next step begins where the reference solution ends.
      if step.solutions.count > 1 || !step.wrongs.isEmpty { await replay(lesson, before: index + 1) }
    }
    await clear()
    return problems
  }

  /// Long enough for the effects of a command to be seen, whatever patience a condition asks for.
  private static let settling = Duration.seconds(3)

  // MARK: Right answers

  private func prove(
    _ step: Step, of lesson: Lesson, with solution: Solution?, printsConditions: Bool
  ) async -> [LessonError] {
    guard let solution else { return [] }
    var problems: [LessonError] = []
    var checkpoint = await begin(step)
    let held = Set(checkpoint.progress.indices.filter { checkpoint.progress[$0].finding?.verdict == .pass })
    for index in held {
      let condition = checkpoint.progress[index].condition
      if condition.mayHoldBefore || condition.timing == .never { continue }
      problems.append(
        LessonError(
          file: lesson.path, line: condition.line,
          "\"\(condition.sentence)\" is true before the learner has done anything: ask for something that the step changes, or write \"already true:\" in front of it"
        ))
    }
    let start = ContinuousClock.now
    var times: [Int: Duration] = [:]
    for command in solution.commands {
      let outcome = await commands.run(line: command.text)
      _ = await look(&checkpoint, &times, since: start)
      // A command may fail on purpose; its text says so when the step does not pass.
      if outcome.exitCode != 0 { await say("    $ \(command.text)  (exit code \(outcome.exitCode))") }
    }
    while !(await look(&checkpoint, &times, since: start)),
      ContinuousClock.now < start + max(checkpoint.patience, Self.settling)
    {
      try? await Task.sleep(for: .milliseconds(50))
    }
    for (index, entry) in checkpoint.progress.enumerated() {
      let before = held.contains(index) ? "true " : "false"
      let after = times[index].map { "true after \(Self.text($0))" } ?? "FALSE"
      if printsConditions || !entry.hasPassed {
        await say("    before \(before)  after \(after.padded(to: 18))  \(entry.condition.sentence)")
      }
      if !entry.hasPassed {
        let found = entry.finding.map { ": expected \($0.expected), found \($0.found)" } ?? ""
        problems.append(
          LessonError(
            file: lesson.path, line: entry.condition.line,
            "\"\(entry.condition.sentence)\" is not true after the solution of line \(solution.line)\(found)"))
      }
    }
    return problems
  }

  // MARK: Wrong answers

  private func refute(_ step: Step, of lesson: Lesson, with wrong: WrongAnswer) async -> [LessonError] {
    var checkpoint = await begin(step)
    for command in wrong.commands { _ = await commands.run(line: command.text) }
    var times: [Int: Duration] = [:]
    let start = ContinuousClock.now
    while ContinuousClock.now < start + Self.settling {
      if await look(&checkpoint, &times, since: start) { break }
      try? await Task.sleep(for: .milliseconds(100))
    }
    await say("    wrong \"\(wrong.commands.first?.text ?? "")\" fails at \"\(wrong.fails)\"")
    if checkpoint.isPassed {
      return [
        LessonError(
          file: lesson.path, line: wrong.line, "this wrong answer passes: a condition is missing in \(step.id)")
      ]
    }
    let named = checkpoint.progress.filter { $0.condition.sentence.contains(wrong.fails) }
    if named.isEmpty {
      return [
        LessonError(file: lesson.path, line: wrong.line, "no condition of \(step.id) has the words \"\(wrong.fails)\"")
      ]
    }
    return named.filter(\.hasPassed).map { entry in
      LessonError(
        file: lesson.path, line: wrong.line,
        "the wrong answer was to fail at \"\(entry.condition.sentence)\", but that condition holds")
    }
  }

  // MARK: Moving about

  /// Sets the step up and looks once, before anybody has done anything.
  private func begin(_ step: Step) async -> Checkpoint {
    for command in step.setup { _ = await commands.run(line: command.text) }
    journal.beginStep()
    var checkpoint = Checkpoint(step.conditions, began: .now)
    _ = await checkpoint.look(at: journal, now: .now)
    return checkpoint
  }

  private func look(
    _ checkpoint: inout Checkpoint, _ times: inout [Int: Duration], since start: ContinuousClock.Instant
  ) async -> Bool {
    _ = await checkpoint.look(at: journal, now: .now)
    for (index, entry) in checkpoint.progress.enumerated() where entry.hasPassed && times[index] == nil {
      times[index] = .now - start
    }
    return checkpoint.isPassed
  }

  /// Rebuilds the world as it is when step number `end` begins.
  private func replay(_ lesson: Lesson, before end: Int) async {
    await clear()
    for step in lesson.steps.prefix(end) {
      var checkpoint = await begin(step)
      for command in step.solutions.first?.commands ?? [] { _ = await commands.run(line: command.text) }
      let start = ContinuousClock.now
      var times: [Int: Duration] = [:]
      while !(await look(&checkpoint, &times, since: start)),
        ContinuousClock.now < start + max(checkpoint.patience, Self.settling)
      {
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// An empty namespace.
  private func clear() async {
    _ = await commands.run(words: ["delete", "pods", "--all", "--now"])
    let deadline = ContinuousClock.now + .seconds(30)
    while !journal.pods().isEmpty, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  static func text(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let tenths = (milliseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

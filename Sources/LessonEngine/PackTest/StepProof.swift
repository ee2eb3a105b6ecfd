/// Proves one step of a lesson in a namespace of the lesson.
struct StepProof: Sendable {
  let lesson: Lesson
  let index: Int
  let place: LessonPlace
  /// The last step up to this one before which nothing was there: what comes before it leaves nothing.
  var firstStep = 0
  var updatesOutputs = false

  var step: Step { lesson.steps[index] }

  /// Long enough for the effects of a command to be seen, whatever patience a condition asks for.
  private static let settling = Duration.seconds(3)

  func finding(_ rule: PackFinding.Rule, _ line: Int, _ message: String) -> PackFinding {
    PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, step: step.id, message: message)
  }

  /// Plays the reference solution where the step before has ended.
  func playReference() async -> TrialResult { await timed { await prove(step.solutions.first) } }

  /// Makes the step's start again and plays it in another way.
  func play(_ trial: Trial) async -> TrialResult {
    await timed {
      if let failure = await place.replay(lesson, from: firstStep, before: index) {
        return TrialResult(findings: [cannotRebuild(failure)])
      }
      switch trial {
      case .solution(let solution): return await prove(solution)
      case .wrong(let wrong): return await refute(wrong)
      case .without(let index, let solution): return await prove(solution, isNecessary: index)
      case .mutant(let mutation, let solution): return await prove(solution, notices: mutation)
      case .outputs: return await compareOutputs()
      case .rebuilding: return TrialResult()
      }
    }
  }

  private func timed(_ work: () async -> TrialResult) async -> TrialResult {
    let start = ContinuousClock.now
    var result = await work()
    result.duration = .now - start
    return result
  }

  private func cannotRebuild(_ failure: LessonPlace.ReplayFailure) -> PackFinding {
    finding(
      .rebuilding, failure.line,
      "the start of \"\(step.id)\" cannot be made again: in the step \"\(failure.step)\", \"\(failure.sentence)\" is not true after the reference solution\(failure.explanation)"
    )
  }

  // MARK: Right answers

  private func prove(_ solution: Solution?) async -> TrialResult {
    var result = TrialResult()
    let start = ContinuousClock.now
    var checkpoint = await place.begin(step)
    _ = await place.look(&checkpoint)
    result.note(checkpoint)
    for entry in checkpoint.progress where entry.finding?.verdict == .pass {
      let condition = entry.condition
      if condition.mayHoldBefore || condition.isProvedByTrials { continue }
      result.findings.append(
        finding(
          .trueBefore, condition.line,
          "\"\(condition.sentence)\" is true before the learner has done anything: ask for something that the step changes, or write \"already true:\" in front of it"
        ))
    }
    var outputs: [String] = []
    for command in solution?.commands ?? [] {
      let outcome = await place.run(command, &checkpoint)
      if outcome.exitCode != 0 { outputs.append("$ \(command.text): exit code \(outcome.exitCode): \(outcome.output)") }
    }
    await place.settle(&checkpoint)
    result.broken = []
    result.note(checkpoint)
    for entry in checkpoint.progress where entry.isMissing {
      result.findings.append(
        finding(
          .falseAfter, entry.condition.line,
          "\"\(entry.condition.sentence)\" is not true after the solution\(solution.map { " of line \($0.line)" } ?? "")\(entry.explanation)"
            + (outputs.isEmpty ? "" : "; " + outputs.joined(separator: "; ").trimmed())))
    }
    result.findings += await unanswered()
    let taken = ContinuousClock.now - start
    if let estimate = step.estimate, taken > estimate {
      result.findings.append(
        finding(.slow, step.line, "the solution alone took \(Self.text(taken)), more than the step's time"))
    }
    return result
  }

  /// The questions to which the cluster has no answer now.
  private func unanswered() async -> [PackFinding] {
    var findings: [PackFinding] = []
    for question in step.questions {
      guard case .ask(let expected) = question.kind else { continue }
      var values: [String] = []
      // A container that has been started again takes a moment.
      let deadline = ContinuousClock.now + .seconds(5)
      repeat {
        for one in expected { values += await one.values(place.observation) }
        if values.isEmpty { try? await Task.sleep(for: .milliseconds(100)) }
      } while values.isEmpty && .now < deadline && !Task.isCancelled
      if values.isEmpty {
        findings.append(
          finding(.noAnswer, question.line, "the cluster has no answer to the question \"\(question.id)\""))
      }
    }
    return findings
  }

  // MARK: Answers that must not do

  /// A command that can be left out is none of the solution.
  private func prove(_ solution: Solution, isNecessary dropped: Int) async -> TrialResult {
    var commands = solution.commands
    let command = commands.remove(at: dropped)
    var result = await spoil(commands)
    if result.isPassed {
      result.findings.append(
        finding(
          .unnecessary, command.line,
          "everything holds without \"\(command.text)\": leave it out, add a condition that needs it, or write \"optional:\" in front of it"
        ))
    }
    return result
  }

  /// Something else that does as well is not asked for.
  private func prove(_ solution: Solution, notices mutation: Mutation) async -> TrialResult {
    var result = await spoil(mutation.commands, mutation.object)
    // An object that was not sent, or in a way that nothing could change, proves nothing.
    if result.isPassed, mutation.object?.isDone ?? true {
      result.findings.append(
        finding(
          .unnoticed, mutation.line,
          "everything holds with \(mutation.replacement) instead of \(mutation.original): add a condition about the \(mutation.subject.rawValue), or allow it by solution free=\(mutation.subject.rawValue)"
        ))
    }
    return result
  }

  private func refute(_ wrong: WrongAnswer) async -> TrialResult {
    var result = await spoil(wrong.commands)
    if result.isPassed {
      result.findings.append(
        finding(.wrongPasses, wrong.line, "this wrong answer passes: a condition is missing in \"\(step.id)\""))
      return result
    }
    for (index, condition) in step.conditions.enumerated()
    where condition.sentence.contains(wrong.fails) && !result.broken.contains(index) {
      result.findings.append(
        finding(
          .wrongElsewhere, wrong.line,
          "the wrong answer was to fail at \"\(condition.sentence)\", but that condition holds"))
    }
    if let words = wrong.hint {
      for hint in step.hints.filter({ $0.text.contains(words) }) {
        guard let condition = hint.condition else { continue }
        let seen = await place.judge(condition)
        if seen.verdict != .pass {
          result.findings.append(
            finding(
              .hintElsewhere, wrong.line,
              "the wrong answer was to call for the hint of line \(hint.line), but \"\(condition.sentence)\" does not hold: found \(seen.found)"
            ))
        }
      }
    }
    return result
  }

  /// Plays commands that are not to make everything true.
  private func spoil(_ commands: [LessonCommand], _ object: ObjectMutation? = nil) async -> TrialResult {
    var checkpoint = await place.begin(step)
    for command in commands { _ = await place.run(command, &checkpoint, object) }
    let deadline = ContinuousClock.now + Self.settling
    while !checkpoint.isPassed, !checkpoint.isFailedWhole, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(100))
      _ = await place.look(&checkpoint)
    }
    var result = TrialResult()
    result.note(checkpoint)
    return result
  }

  static func text(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let tenths = (milliseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10) s"
  }
}

extension Checkpoint.Progress {
  /// Why it does not hold, as what was expected and found.
  var explanation: String { finding.map { ": expected \($0.expected), found \($0.found)" } ?? "" }
}

extension Condition {
  /// That it is false before says nothing about what must never be, or stay: a wrong answer or a mutation has to break it.
  var isProvedByTrials: Bool {
    switch timing {
    case .never, .stays: true
    case .within, .now: false
    }
  }
}

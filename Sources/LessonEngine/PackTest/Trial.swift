/// One more way to play a step from its start, besides its reference solution.
enum Trial: Sendable {
  case solution(Solution)
  case wrong(WrongAnswer)
  /// Without one of its commands.
  case without(Int, Solution)
  case mutant(Mutation, Solution)
  case outputs
  /// Nothing is done but what comes before.
  case rebuilding

  var text: String {
    switch self {
    case .solution(let solution): solution.title.map { "solution \"\($0)\"" } ?? "solution of line \(solution.line)"
    case .wrong(let wrong): "wrong answer of line \(wrong.line)"
    case .without(let index, let solution): "without \"\(solution.commands[index].text)\""
    case .mutant(let mutation, _): "with another \(mutation.subject.rawValue), \(mutation.replacement)"
    case .outputs: "what it shows"
    case .rebuilding: "its start, made again"
    }
  }

  /// All that is tried of a step whose reference solution has been played.
  ///
  /// - Parameter isProved: Whether that solution made everything true; without it, there is nothing to leave out.
  static func all(_ step: Step, of lesson: Lesson, in pack: Pack, isProved: Bool) -> [Trial] {
    var trials = step.solutions.dropFirst().map(Trial.solution) + step.wrongs.map(Trial.wrong)
    if isProved, !step.conditions.isEmpty {
      for solution in step.solutions where solution.commands.count > 1 {
        // A pause only makes sure that what follows is seen.
        let commands = solution.commands.indices.filter {
          !solution.commands[$0].isOptional && !solution.commands[$0].text.hasPrefix("sleep ")
        }
        trials += commands.map { .without($0, solution) }
      }
      if let solution = step.solutions.first {
        trials += Mutation.all(of: solution, in: lesson, pack).map { .mutant($0, solution) }
      }
    }
    if step.text.contains(where: { if case .console(let console) = $0 { !console.entries.isEmpty } else { false } }) {
      trials.append(.outputs)
    }
    return trials.isEmpty && step.id == lesson.steps.last?.id ? [.rebuilding] : trials
  }
}

/// What a trial has shown.
struct TrialResult: Sendable {
  var findings: [PackFinding] = []
  /// The conditions that did not hold, by their numbers.
  var broken: Set<Int> = []
  var verdicts: Set<Finding.Verdict> = []
  var updates: [OutputUpdate] = []
  var duration = Duration.zero
  /// Whether every condition has held.
  var isPassed = false

  mutating func note(_ checkpoint: Checkpoint) {
    isPassed = checkpoint.isPassed
    for (index, entry) in checkpoint.progress.enumerated() {
      if let verdict = entry.finding?.verdict { verdicts.insert(verdict) }
      if entry.condition.timing == .never ? entry.hasFailed : entry.isMissing { broken.insert(index) }
    }
  }
}

/// The conditions of a step, and how far each of them is.
///
/// A condition that has passed stays passed unless its words say otherwise: what happened has happened.
public struct Checkpoint: Sendable {
  public struct Progress: Sendable {
    public var condition: Condition
    public var finding: Finding?
    /// Since when it holds without a break.
    public var holdsSince: ContinuousClock.Instant?
    public var hasPassed = false
    /// A `never` that was broken: no patience mends it.
    public var hasFailed = false
  }

  public private(set) var progress: [Progress]
  public let began: ContinuousClock.Instant

  public init(_ conditions: [Condition], began: ContinuousClock.Instant) {
    progress = conditions.map { Progress(condition: $0) }
    self.began = began
  }

  public var isPassed: Bool {
    progress.allSatisfy { $0.hasPassed } && !progress.isEmpty
  }

  public var isFailed: Bool { progress.contains { $0.hasFailed } }
  public var passedCount: Int { progress.count { $0.hasPassed } }

  /// How long the author expects the longest of the open conditions to take.
  public var patience: Duration {
    progress.filter { !$0.hasPassed }.map { entry in
      switch entry.condition.timing {
      case .within(let duration): duration
      case .stays(let duration): Timing.patience + duration
      case .now, .never: .zero
      }
    }.max() ?? .zero
  }

  /// Whether an open condition must be looked at again although no object has changed.
  public var needsAnotherLook: Bool {
    progress.contains { entry in
      if entry.hasPassed { return false }
      if case .stays = entry.condition.timing { return true }
      return entry.condition.statement.looksInside
    }
  }

  /// Looks at every condition that is still open and answers those that have just become true.
  public mutating func look(
    at observation: any Observation, now: ContinuousClock.Instant
  ) async -> [Condition] {
    var fresh: [Condition] = []
    for index in progress.indices where !progress[index].hasPassed || isInvariant(progress[index].condition) {
      let finding = await progress[index].condition.statement.judge(observation)
      if progress[index].note(finding, now: now) { fresh.append(progress[index].condition) }
    }
    // An invariant is proved by the others having become true without it being broken.
    let others = progress.filter { !isInvariant($0.condition) }
    if others.allSatisfy(\.hasPassed) && !others.isEmpty {
      for index in progress.indices
      where isInvariant(progress[index].condition) && !progress[index].hasPassed && !progress[index].hasFailed {
        progress[index].hasPassed = true
        fresh.append(progress[index].condition)
      }
    }
    return fresh
  }

  private func isInvariant(_ condition: Condition) -> Bool { condition.timing == .never }
}

extension Checkpoint.Progress {
  /// Takes in what was found; answers whether the condition has passed by it.
  fileprivate mutating func note(_ finding: Finding, now: ContinuousClock.Instant) -> Bool {
    self.finding = finding
    let holds = finding.verdict == .pass
    holdsSince = holds ? holdsSince ?? now : nil
    switch condition.timing {
    case .within, .now:
      hasPassed = holds
      return holds
    case .stays(let duration):
      guard let holdsSince, now - holdsSince >= duration else { return false }
      hasPassed = true
      return true
    case .never:
      // The finding speaks of the sentence without "never", so holding is the breach.
      if holds {
        hasFailed = true
        hasPassed = false
        self.finding?.verdict = .fail
      }
      return false
    }
  }
}

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
  /// Up to where the history was looked at; nothing yet at first.
  private var seen = -1

  public init(_ conditions: [Condition], began: ContinuousClock.Instant) {
    progress = conditions.map { Progress(condition: $0) }
    self.began = began
  }

  public var isPassed: Bool { progress.allSatisfy(\.hasPassed) }
  public var isFailed: Bool { progress.contains(where: \.hasFailed) }
  /// Whether all that must never be has been: nothing else can be learnt by waiting.
  var isFailedWhole: Bool {
    isFailed && progress.allSatisfy { $0.hasFailed || $0.condition.timing != .never }
  }
  public var passedCount: Int { progress.count(where: \.hasPassed) }

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

  /// What had become true and is so no more: deleting the wrong thing is part of learning.
  func regressions(_ observation: Observation) async -> Set<Int> {
    var lost: Set<Int> = []
    for (index, entry) in progress.enumerated() where entry.hasPassed {
      guard case .within = entry.condition.timing, !entry.condition.statement.looksInside else { continue }
      if await entry.condition.statement.finding(in: observation).verdict == .notYet { lost.insert(index) }
    }
    return lost
  }

  /// Looks at every condition that is still open and answers those that have just become true.
  ///
  /// What objects tell is looked at for each change since the last look, so that nothing short is missed; what has to
  /// be asked for is asked once.
  public mutating func look(
    at history: History, _ inquiry: any Inquiry, now: ContinuousClock.Instant
  ) async -> [Condition] {
    var fresh: [Condition] = []
    for index in progress.indices where progress[index].isOpen {
      if await look(at: index, history, inquiry, now: now) { fresh.append(progress[index].condition) }
    }
    seen = history.end
    // What must hold at the end, and what must never have been, is decided when all the rest is.
    let rest = progress.filter { !$0.isDecidedLast }
    guard rest.allSatisfy(\.hasPassed), progress.allSatisfy({ !$0.isDecidedLast || $0.holdsNow }) else { return fresh }
    for index in progress.indices where progress[index].isDecidedLast && !progress[index].hasPassed {
      progress[index].hasPassed = true
      fresh.append(progress[index].condition)
    }
    return fresh
  }

  private mutating func look(
    at index: Int, _ history: History, _ inquiry: any Inquiry, now: ContinuousClock.Instant
  ) async -> Bool {
    let statement = progress[index].condition.statement
    // Only these can become true and false again between two looks without anybody asking.
    if !statement.looksInside, seen < history.end {
      for place in (seen + 1)...history.end {
        let finding = await statement.finding(in: Observation(history, upTo: place, inquiry))
        if progress[index].note(finding, now: now) { return true }
      }
      return false
    }
    return progress[index].note(await statement.finding(in: Observation(history, inquiry)), now: now)
  }
}

extension Checkpoint.Progress {
  /// Whether it is a reason why the step is not done: what speaks of the step as a whole, and is as it should be, only
  /// waits for the others.
  public var isMissing: Bool { !hasPassed && !(isDecidedLast && holdsNow) }

  fileprivate var isOpen: Bool { !hasFailed && (!hasPassed || isDecidedLast) }

  /// `now` and `never` speak of the step as a whole.
  fileprivate var isDecidedLast: Bool { condition.timing == .now || condition.timing == .never }

  fileprivate var holdsNow: Bool {
    condition.timing == .never ? !hasFailed && finding?.verdict == .notYet : finding?.verdict == .pass
  }

  /// Takes in what was found; answers whether the condition has passed by it.
  fileprivate mutating func note(_ finding: Finding, now: ContinuousClock.Instant) -> Bool {
    self.finding = finding
    let holds = finding.verdict == .pass
    holdsSince = holds ? holdsSince ?? now : nil
    switch condition.timing {
    case .within:
      hasPassed = holds
      return holds
    case .now: return false
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

public import ObjectSchema

/// The keys that wait to be reconciled: a set, so that a burst of changes to one object is one piece of work.
///
/// A key that is added while it is being worked on waits until that work is finished: no key is ever in two hands.
public struct KeyedQueue<Key: Hashable & Sendable>: Sendable {
  private var ready: [Key] = []
  private var isReady: Set<Key> = []
  private var inHand: Set<Key> = []
  private var addedAgain: Set<Key> = []
  private var later: [Key: Timestamp] = [:]
  private var backOffs: [Key: BackOff] = [:]
  private let backOff: BackOff

  /// - Parameter backOff: How keys whose reconciliation fails are slowed down.
  public init(backOff: BackOff = BackOff(initial: .milliseconds(5), maximum: .seconds(60))) {
    self.backOff = backOff
  }

  public var count: Int { ready.count + inHand.count + later.count }

  /// How many keys are being worked on.
  public var inHandCount: Int { inHand.count }

  /// When the next delayed key becomes ready.
  public var nextDue: Timestamp? { later.values.min() }

  public mutating func add(_ key: Key) {
    later[key] = nil
    if inHand.contains(key) {
      addedAgain.insert(key)
    } else if isReady.insert(key).inserted {
      ready.append(key)
    }
  }

  /// Adds the key when the moment has come, unless it is added before.
  public mutating func add(_ key: Key, at moment: Timestamp) {
    if isReady.contains(key) || addedAgain.contains(key) { return }
    later[key] = min(moment, later[key] ?? moment)
  }

  /// The key that has waited longest; it is in the caller's hand until `finish`.
  public mutating func take(now: Timestamp) -> Key? {
    for (key, moment) in later.sorted(by: { $0.value < $1.value }) where moment <= now { add(key) }
    guard !ready.isEmpty else { return nil }
    let key = ready.removeFirst()
    isReady.remove(key)
    inHand.insert(key)
    return key
  }

  public mutating func finish(_ key: Key, _ outcome: Outcome, now: Timestamp) {
    inHand.remove(key)
    switch outcome {
    case .done:
      backOffs[key] = nil
    case .again(let delay):
      backOffs[key] = nil
      add(key, at: now + delay)
    case .failed:
      var pause = backOffs[key] ?? backOff
      pause.step(now: now, afterFailureAt: now)
      backOffs[key] = pause
      add(key, at: now + pause.delay)
    }
    if addedAgain.remove(key) != nil { add(key) }
  }
}

/// What came of reconciling a key.
public enum Outcome: Sendable, Equatable {
  case done
  /// All is well, and it is to be looked at again after the delay.
  case again(after: Duration)
  /// It is tried again, with a growing delay.
  case failed
}

public import ObjectSchema

/// How long to wait before something that failed is tried again: doubled each time, forgotten after a good while.
public struct BackOff: Sendable, Equatable {
  public let initial: Duration
  public let maximum: Duration

  /// The wait that the latest step imposed; zero before the first.
  public private(set) var delay = Duration.zero
  private var steppedAt: Timestamp?

  /// Kubernetes' numbers for containers and images: 10 s, doubled up to 5 min, forgotten after twice that.
  public init(initial: Duration = .seconds(10), maximum: Duration = .seconds(300)) {
    self.initial = initial
    self.maximum = maximum
  }

  /// When a failure of the given moment may be tried again; a first failure, or one after a long good time, at once.
  public func retryTime(afterFailureAt failure: Timestamp) -> Timestamp {
    isForgotten(at: failure) ? failure : failure + delay
  }

  /// Notes that a try begins now, for a failure of the given moment.
  public mutating func step(now: Timestamp, afterFailureAt failure: Timestamp) {
    delay = isForgotten(at: failure) ? initial : min(delay * 2, maximum)
    steppedAt = now
  }

  public mutating func reset() {
    delay = .zero
    steppedAt = nil
  }

  private func isForgotten(at moment: Timestamp) -> Bool {
    guard let steppedAt else { return true }
    return moment - steppedAt > maximum * 2
  }
}

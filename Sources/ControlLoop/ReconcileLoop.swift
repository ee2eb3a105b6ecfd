internal import ObjectSchema
internal import Synchronization

/// Runs a reconcile function for every key that is added, a few keys at a time, never one key twice at once.
public final class ReconcileLoop<Key: Hashable & Sendable>: Sendable {
  // A lock, because keys are added from the callbacks of mirrors, which do not wait.
  private let queue: Mutex<KeyedQueue<Key>>
  private let width: Int
  private let time: any TimeSource
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  /// - Parameter width: How many keys are worked on at a time.
  public init(
    width: Int = 1, time: any TimeSource = SystemTime(),
    backOff: BackOff = BackOff(initial: .milliseconds(5), maximum: .seconds(60))
  ) {
    queue = Mutex(KeyedQueue(backOff: backOff))
    self.width = width
    self.time = time
    (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  public func add(_ key: Key) {
    queue.withLock { $0.add(key) }
    ring.yield()
  }

  public func add(_ key: Key, after delay: Duration) {
    let moment = time.now() + delay
    queue.withLock { $0.add(key, at: moment) }
    ring.yield()
  }

  /// Reconciles until cancelled.
  public func run(_ reconcile: @escaping @Sendable (Key) async -> Outcome) async {
    await withDiscardingTaskGroup { group in
      var alarm: Timestamp?
      ring.yield()
      for await _ in bell {
        while let key = takeIfFree() {
          group.addTask { [self] in
            let outcome = await reconcile(key)
            let now = time.now()
            queue.withLock { $0.finish(key, outcome, now: now) }
            ring.yield()
          }
        }
        guard let due = queue.withLock(\.nextDue) else { continue }
        if let alarm, alarm > time.now(), alarm <= due { continue }
        alarm = due
        group.addTask { [self] in
          try? await time.sleep(until: due)
          ring.yield()
        }
      }
      group.cancelAll()
    }
  }

  private func takeIfFree() -> Key? {
    let now = time.now()
    return queue.withLock { $0.inHandCount < width ? $0.take(now: now) : nil }
  }
}

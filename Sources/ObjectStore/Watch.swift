/// The changes under a prefix after a revision, in order, without gaps or doubles, for one reader.
///
/// A watch buffers nothing: it is a place in the store's history. One that had caught up and then falls too far behind,
/// or that history has left behind, ends with an error for which `isExpired` is true. Closing the store, or cancelling
/// the reading task, ends it quietly.
public final class Watch: AsyncSequence, Sendable {
  public typealias Element = Change
  public typealias Failure = StoreError

  /// What a watch hands out: a change, or on request how far it has come.
  public enum Event: Sendable, Equatable {
    case change(Change)

    /// Every change for this watch up to the revision has been handed out.
    case progress(Revision)
  }

  public let prefix: String
  private let id: Int
  private let committed: Committed
  private let archive: Journal

  init(prefix: String, after revision: Revision, committed: Committed, archive: Journal) throws(StoreError) {
    self.prefix = prefix
    self.committed = committed
    self.archive = archive
    id = try committed.addWatch(prefix: prefix, after: revision)
  }

  deinit {
    committed.removeWatch(id)
  }

  /// How far this watch has come: every change for it up to this revision has been handed out.
  public var progress: Revision? {
    committed.progress(of: id)
  }

  /// Asks for a `Event.progress` in `events`, in order with the changes, once the watch has caught up.
  public func requestProgress() {
    committed.requestProgress(of: id)
  }

  /// Ends the watch; its reader sees the end of the sequence.
  public func cancel() {
    committed.removeWatch(id)
  }

  /// The changes together with the progress that was asked for.
  public var events: Events {
    Events(watch: self)
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(watch: self)
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let watch: Watch

    public mutating func next() async throws(StoreError) -> Change? {
      try await next(isolation: #isolation)
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> Change? {
      while let event = try await watch.nextEvent(isolation: actor) {
        if case .change(let change) = event { return change }
      }
      return nil
    }
  }

  public struct Events: AsyncSequence, Sendable {
    public typealias Element = Watch.Event
    public typealias Failure = StoreError

    fileprivate let watch: Watch

    public func makeAsyncIterator() -> AsyncIterator {
      AsyncIterator(watch: watch)
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
      fileprivate let watch: Watch

      public mutating func next() async throws(StoreError) -> Event? {
        try await next(isolation: #isolation)
      }

      public mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> Event? {
        try await watch.nextEvent(isolation: actor)
      }
    }
  }

  private func nextEvent(isolation actor: isolated (any Actor)?) async throws(StoreError) -> Event? {
    while !Task.isCancelled {
      switch try committed.nextStep(of: id) {
      case .deliver(let event):
        return event
      case .readHistory(let after, let through):
        let read = try await archive.changes(after: after, through: through, prefix: prefix)
        committed.addBacklog(read.changes, through: read.through, to: id)
      case .wait:
        await committed.wait(for: id)
      case .finish:
        return nil
      }
    }
    return nil
  }
}

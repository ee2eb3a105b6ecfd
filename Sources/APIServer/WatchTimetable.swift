internal import ObjectStore
internal import Synchronization

/// When each watch is to send a bookmark, and when it is to end.
///
/// One table and one timer for all, instead of a timer for each of many watches.
final class WatchTimetable: Sendable {
  private struct Entry {
    let watch: Watch
    let end: ContinuousClock.Instant
    /// Nil for those that want none.
    var nextBookmark: ContinuousClock.Instant?

    var due: ContinuousClock.Instant { min(end, nextBookmark ?? end) }
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var last = 0
    /// When the table is looked at next; nil while nothing is due in it.
    var nextLook: ContinuousClock.Instant?
  }

  private static let bookmarkInterval = Duration.seconds(60)
  /// So much too early a bookmark may come, that many watches are served at once.
  private static let bookmarkSlack = Duration.seconds(10)
  private let state = Mutex(State())
  private let bell: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  init() { (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func add(_ watch: Watch, lasting duration: Duration, wantsBookmarks: Bool) -> Int {
    let now = ContinuousClock.now
    let (ticket, isSooner) = state.withLock { state in
      state.last += 1
      // A last bookmark shortly before the end spares the client a long way back.
      let first = min(Self.bookmarkInterval, max(.zero, duration - .seconds(2)))
      let entry = Entry(watch: watch, end: now + duration, nextBookmark: wantsBookmarks ? now + first : nil)
      state.entries[state.last] = entry
      return (state.last, state.nextLook.map { entry.due < $0 } ?? true)
    }
    if isSooner { ring.yield() }
    return ticket
  }

  func remove(_ ticket: Int) {
    _ = state.withLock { $0.entries.removeValue(forKey: ticket) }
  }

  /// Does what is due when it is due, until cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      ring.yield()
      for await _ in bell {
        tick()
        let alarm = state.withLock { state -> ContinuousClock.Instant? in
          if let next = state.nextLook, next <= .now { state.nextLook = nil }
          guard let due = state.entries.values.map(\.due).min() else { return nil }
          // A timer that is set already rings soon enough.
          if let next = state.nextLook, next <= due { return nil }
          state.nextLook = due
          return due
        }
        guard let alarm else { continue }
        group.addTask { [ring] in
          try? await Task.sleep(until: alarm, clock: .continuous)
          ring.yield()
        }
      }
      group.cancelAll()
    }
  }

  /// Ends what is over and asks for the bookmarks that are due.
  func tick(at now: ContinuousClock.Instant = .now) {
    let (ended, due) = state.withLock { state in
      var ended: [Watch] = []
      var due: [Watch] = []
      for (ticket, entry) in state.entries {
        if entry.end <= now {
          ended.append(entry.watch)
          state.entries[ticket] = nil
        } else if let bookmark = entry.nextBookmark, bookmark <= now + Self.slack(of: entry, now) {
          due.append(entry.watch)
          state.entries[ticket]?.nextBookmark =
            now + max(.seconds(1), min(Self.bookmarkInterval, now.duration(to: entry.end) - .seconds(2)))
        }
      }
      return (ended, due)
    }
    for watch in ended { watch.cancel() }
    for watch in due { watch.requestProgress() }
  }

  /// None for the last bookmark, which is to come shortly before the end.
  private static func slack(of entry: Entry, _ now: ContinuousClock.Instant) -> Duration {
    now.duration(to: entry.end) > bookmarkInterval ? bookmarkSlack : .zero
  }

  var count: Int { state.withLock(\.entries.count) }
}

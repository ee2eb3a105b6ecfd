internal import ObjectStore
internal import Synchronization

/// When each watch is to send a bookmark, and when it is to end.
///
/// One table for all, looked at once a second, instead of a timer for each of many watches.
final class WatchTimetable: Sendable {
  private struct Entry {
    let watch: Watch
    let end: ContinuousClock.Instant
    /// Nil for those that want none.
    var nextBookmark: ContinuousClock.Instant?
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var last = 0
  }

  private static let bookmarkInterval = Duration.seconds(60)
  private let state = Mutex(State())

  func add(_ watch: Watch, lasting duration: Duration, wantsBookmarks: Bool) -> Int {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.last += 1
      // A last bookmark shortly before the end spares the client a long way back.
      let first = min(Self.bookmarkInterval, max(.zero, duration - .seconds(2)))
      state.entries[state.last] = Entry(
        watch: watch, end: now + duration, nextBookmark: wantsBookmarks ? now + first : nil)
      return state.last
    }
  }

  func remove(_ ticket: Int) {
    _ = state.withLock { $0.entries.removeValue(forKey: ticket) }
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
        } else if let bookmark = entry.nextBookmark, bookmark <= now {
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

  var count: Int { state.withLock(\.entries.count) }
}

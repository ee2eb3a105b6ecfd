/// The latest changes, held in memory because nearly all watches want only these.
struct RecentChanges: Sendable {
  private let countLimit: Int
  private let byteLimit: Int

  /// Every change after this revision is here, in order and without gaps.
  private(set) var floor: Revision

  /// Entries before `first` were dropped and are nil; they are removed many at a time.
  private var changes: [Change?] = []
  private var first = 0
  private var bytes = 0

  init(after floor: Revision, countLimit: Int, byteLimit: Int) {
    self.floor = floor
    self.countLimit = countLimit
    self.byteLimit = byteLimit
  }

  mutating func append(_ change: Change) {
    changes.append(change)
    bytes += Self.weight(of: change)
    while changes.count - first > countLimit || (bytes > byteLimit && changes.count - first > 1) {
      dropFirst()
    }
  }

  mutating func drop(through revision: Revision) {
    while floor < revision, first < changes.count {
      dropFirst()
    }
  }

  /// The first change after a revision whose key has the prefix. The revision must not lie before the floor.
  func firstChange(after revision: Revision, prefix: String) -> Change? {
    var index = first + floor.distance(to: revision)
    while index < changes.count {
      if let change = changes[index], KeyOrder.hasPrefix(change.key, prefix) { return change }
      index += 1
    }
    return nil
  }

  /// All changes after a revision to keys with the prefix. The revision must not lie before the floor.
  func changes(after revision: Revision, prefix: String) -> [Change] {
    changes[(first + floor.distance(to: revision))...].compactMap { change in
      change.flatMap { KeyOrder.hasPrefix($0.key, prefix) ? $0 : nil }
    }
  }

  private mutating func dropFirst() {
    if let change = changes[first] { bytes -= Self.weight(of: change) }
    changes[first] = nil
    first += 1
    floor = floor.next
    if first >= 256, first * 2 >= changes.count {
      changes.removeFirst(first)
      first = 0
    }
  }

  /// What is held for this change alone: the value it replaced. Its own is shared with the present state or the next.
  private static func weight(of change: Change) -> Int {
    256 + (change.previous?.value.count ?? 0)
  }
}

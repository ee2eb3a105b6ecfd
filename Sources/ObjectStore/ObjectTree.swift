/// The objects of one revision, sorted by key; a copy of it is a snapshot and costs nothing.
///
/// A two-level tree of value-type leaves: a write copies one leaf and the list of leaves, everything else is shared
/// with the snapshots taken before.
struct ObjectTree: Sendable {
  private static let leafCapacity = 128

  /// Each leaf is sorted and holds at least one object.
  private var leaves: [[StoredObject]] = []
  private(set) var count = 0

  init() {}

  /// Takes objects that are already in the order of their keys.
  init(sorted objects: [StoredObject]) {
    count = objects.count
    leaves = stride(from: 0, to: objects.count, by: Self.leafCapacity / 2).map { start in
      Array(objects[start..<min(start + Self.leafCapacity / 2, objects.count)])
    }
  }

  subscript(key: String) -> StoredObject? {
    guard let position = position(of: key) else { return nil }
    return leaves[position.leaf][position.offset]
  }

  mutating func put(_ object: StoredObject) {
    let position = firstPosition { !KeyOrder.precedes($0, object.key) }
    if holds(object.key, at: position) {
      leaves[position.leaf][position.offset] = object
      return
    }
    count += 1
    if position.leaf < leaves.count {
      leaves[position.leaf].insert(object, at: position.offset)
      splitIfFull(position.leaf)
    } else if leaves.isEmpty {
      leaves.append([object])
    } else {
      leaves[leaves.count - 1].append(object)
      splitIfFull(leaves.count - 1)
    }
  }

  mutating func remove(_ key: String) {
    guard let position = position(of: key) else { return }
    count -= 1
    leaves[position.leaf].remove(at: position.offset)
    joinIfSparse(position.leaf)
  }

  /// The first `limit` objects with the prefix that come after a key, and how many there are beyond them.
  func page(prefix: String, after key: String? = nil, limit: Int? = nil) -> (objects: [StoredObject], remaining: Int) {
    var start = firstPosition { !KeyOrder.precedes($0, prefix) }
    if let key {
      start = max(start, firstPosition { KeyOrder.precedes(key, $0) })
    }
    let end = firstPosition { KeyOrder.precedes(prefix, $0) && !KeyOrder.hasPrefix($0, prefix) }
    let total = distance(from: start, to: end)
    let wanted = min(total, max(0, limit ?? total))

    var objects: [StoredObject] = []
    objects.reserveCapacity(wanted)
    var position = start
    while objects.count < wanted {
      let leaf = leaves[position.leaf]
      let taken = min(leaf.count - position.offset, wanted - objects.count)
      objects.append(contentsOf: leaf[position.offset..<position.offset + taken])
      position = Position(leaf: position.leaf + 1, offset: 0)
    }
    return (objects, total - wanted)
  }

  // MARK: - Positions

  private struct Position: Comparable {
    var leaf: Int
    var offset: Int

    static func < (left: Position, right: Position) -> Bool {
      (left.leaf, left.offset) < (right.leaf, right.offset)
    }
  }

  private func position(of key: String) -> Position? {
    let position = firstPosition { !KeyOrder.precedes($0, key) }
    return holds(key, at: position) ? position : nil
  }

  private func holds(_ key: String, at position: Position) -> Bool {
    position.leaf < leaves.count && KeyOrder.compare(leaves[position.leaf][position.offset].key, key) == 0
  }

  /// The first object whose key satisfies a condition that, in the order of keys, becomes true once.
  private func firstPosition(where isReached: (String) -> Bool) -> Position {
    let leaf = Self.firstIndex(below: leaves.count) { isReached(leaves[$0][leaves[$0].count - 1].key) }
    guard leaf < leaves.count else { return Position(leaf: leaf, offset: 0) }
    let offset = Self.firstIndex(below: leaves[leaf].count) { isReached(leaves[leaf][$0].key) }
    return Position(leaf: leaf, offset: offset)
  }

  private static func firstIndex(below count: Int, where isReached: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func distance(from start: Position, to end: Position) -> Int {
    guard start < end else { return 0 }
    return leaves[start.leaf..<end.leaf].reduce(end.offset - start.offset) { $0 + $1.count }
  }

  // MARK: - Balance

  private mutating func splitIfFull(_ leaf: Int) {
    let count = leaves[leaf].count
    guard count > Self.leafCapacity else { return }
    let upper = Array(leaves[leaf][(count / 2)...])
    leaves[leaf].removeLast(upper.count)
    leaves.insert(upper, at: leaf + 1)
  }

  private mutating func joinIfSparse(_ leaf: Int) {
    if leaves[leaf].isEmpty {
      leaves.remove(at: leaf)
    } else if leaf + 1 < leaves.count, leaves[leaf].count + leaves[leaf + 1].count <= Self.leafCapacity / 2 {
      leaves[leaf].append(contentsOf: leaves.remove(at: leaf + 1))
    }
  }
}

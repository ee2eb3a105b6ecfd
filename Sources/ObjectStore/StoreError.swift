/// What can keep a store from doing what it was asked.
public enum StoreError: Error, Sendable, Equatable {
  // A write that does not fit the present state. Nothing of its transaction was kept.
  case conflict(key: String, expected: Revision, actual: Revision?)
  case alreadyExists(key: String, actual: Revision)
  case notFound(key: String)

  // A revision that cannot be read. `oldest` can still be listed, and watched from.
  case compacted(requested: Revision, oldest: Revision)
  case futureRevision(requested: Revision, current: Revision)
  case watchFellBehind(reached: Revision, current: Revision)

  // The store itself.
  case closed(path: String)
  case inUse(path: String)
  case busy(path: String)
  case diskFull(path: String)
  case newerSchema(path: String, found: Int, known: Int)
  case corrupt(path: String, detail: String)
  case io(path: String, operation: String, detail: String)

  /// Whether the reader has lost its place in history and must list again.
  public var isExpired: Bool {
    switch self {
    case .compacted, .watchFellBehind: true
    default: false
    }
  }

  /// Whether it is unknown what a write that failed in this way has left on disk.
  var leavesDiskUncertain: Bool {
    switch self {
    case .io, .corrupt: true
    default: false
    }
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .conflict(let key, let expected, let actual?):
      "\(key) is at revision \(actual), not at \(expected): read it again and repeat the change"
    case .conflict(let key, let expected, nil):
      "\(key) does not exist any more, it was expected at revision \(expected): create it anew"
    case .alreadyExists(let key, let actual):
      "\(key) already exists, at revision \(actual): update it instead"
    case .notFound(let key):
      "\(key) does not exist: create it first"
    case .compacted(let requested, let oldest):
      "revision \(requested) is no longer kept, the oldest is \(oldest): list again"
    case .futureRevision(let requested, let current):
      "revision \(requested) is yet to come, the store is at \(current): list again"
    case .watchFellBehind(let reached, let current):
      "the watch stands at revision \(reached) and the store at \(current), too far to catch up: list again"
    case .closed(let path):
      "the store \(path) is closed: open it again"
    case .inUse(let path):
      "the store \(path) is in use by another process: stop that one first"
    case .busy(let path):
      "another program holds the database \(path): let it finish, then try again"
    case .diskFull(let path):
      "there is no space left for the store \(path): make room, then try again"
    case .newerSchema(let path, let found, let known):
      "the store \(path) has layout \(found), this program knows layouts up to \(known): "
        + "use the newer program that wrote it"
    case .corrupt(let path, let detail):
      "the store \(path) is damaged (\(detail)): put back a copy of it, "
        + "or move it and its -wal file away to start with an empty one"
    case .io(let path, let operation, let detail):
      "cannot \(operation) the store \(path) (\(detail)): see to its folder and disk, then open it again"
    }
  }
}

/// One write: what the object is now, and what it was before.
public struct Change: Sendable, Equatable {
  public enum Operation: Sendable, Equatable {
    case put
    case delete
  }

  public var operation: Operation

  /// The object after a put; for a deletion its last value, modified at the revision of the deletion.
  public var current: StoredObject

  /// The object before this change, or nil when the change created it.
  public var previous: StoredObject?

  public init(operation: Operation, current: StoredObject, previous: StoredObject?) {
    self.operation = operation
    self.current = current
    self.previous = previous
  }

  public var key: String { current.key }
  public var revision: Revision { current.modified }
}

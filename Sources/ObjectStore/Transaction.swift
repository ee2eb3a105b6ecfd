/// A group of writes that are kept together or not at all, each with a revision of its own.
///
/// Reading inside a transaction shows the writes made before in it, and no write of anybody else comes between.
public struct Transaction: ~Copyable {
  private(set) var objects: ObjectTree
  private(set) var changes: [Change] = []

  /// The revision of the last write.
  public private(set) var revision: Revision

  init(on objects: ObjectTree, at revision: Revision) {
    self.objects = objects
    self.revision = revision
  }

  public func get(_ key: String) -> StoredObject? {
    objects[key]
  }

  public func list(prefix: String) -> [StoredObject] {
    objects.page(prefix: prefix).objects
  }

  /// Writes an object that must not exist yet.
  @discardableResult
  public mutating func create(_ key: String, _ value: [UInt8]) throws(StoreError) -> StoredObject {
    if let present = objects[key] {
      throw .alreadyExists(key: key, actual: present.modified)
    }
    return write(key, value, over: nil)
  }

  /// Replaces an object that must exist, at the expected revision if one is given.
  @discardableResult
  public mutating func update(
    _ key: String,
    _ value: [UInt8],
    expecting expected: Revision? = nil
  ) throws(StoreError) -> StoredObject {
    write(key, value, over: try present(key, expecting: expected))
  }

  /// Writes an object, whether or not it exists.
  @discardableResult
  public mutating func put(_ key: String, _ value: [UInt8]) -> StoredObject {
    write(key, value, over: objects[key])
  }

  /// Deletes an object that must exist, at the expected revision if one is given, and returns its last value.
  @discardableResult
  public mutating func delete(
    _ key: String,
    expecting expected: Revision? = nil
  ) throws(StoreError) -> StoredObject {
    let previous = try present(key, expecting: expected)
    revision = revision.next
    var last = previous
    last.modified = revision
    objects.remove(key)
    changes.append(Change(operation: .delete, current: last, previous: previous))
    return last
  }

  private func present(_ key: String, expecting expected: Revision?) throws(StoreError) -> StoredObject {
    let present = objects[key]
    if let expected, present?.modified != expected {
      throw .conflict(key: key, expected: expected, actual: present?.modified)
    }
    guard let present else { throw .notFound(key: key) }
    return present
  }

  private mutating func write(_ key: String, _ value: [UInt8], over previous: StoredObject?) -> StoredObject {
    revision = revision.next
    let object = StoredObject(key: key, value: value, created: previous?.created ?? revision, modified: revision)
    objects.put(object)
    changes.append(Change(operation: .put, current: object, previous: previous))
    return object
  }
}

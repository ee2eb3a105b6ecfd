/// A document under its key, with the revisions at which it came to be and was last written.
public struct StoredObject: Sendable, Equatable {
  public var key: String
  public var value: [UInt8]
  public var created: Revision
  public var modified: Revision

  public init(key: String, value: [UInt8], created: Revision, modified: Revision) {
    self.key = key
    self.value = value
    self.created = created
    self.modified = modified
  }
}

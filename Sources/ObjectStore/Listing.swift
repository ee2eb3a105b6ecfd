/// The objects under a prefix as they were at one revision, or the first page of them.
public struct Listing: Sendable, Equatable {
  /// Sorted by key, byte by byte.
  public var objects: [StoredObject]

  /// The revision this listing shows; a watch after it misses nothing.
  public var revision: Revision

  /// How many objects follow this page; list again at the same revision, after the last key, to get them.
  public var remaining: Int

  public init(objects: [StoredObject], revision: Revision, remaining: Int) {
    self.objects = objects
    self.revision = revision
    self.remaining = remaining
  }

  public var hasMore: Bool { remaining > 0 }
}

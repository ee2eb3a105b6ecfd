/// What a pull tells about itself while it is under way.
public enum PullProgress: Sendable, Equatable {
  /// The registry has said what the name stands for, and what there is to fetch.
  case resolved(digest: String, blobs: [Blob])
  /// So many bytes of a blob are here.
  case received(digest: String, bytes: Int)
  /// The blob is in the store.
  case complete(digest: String)

  public struct Blob: Sendable, Equatable {
    public var digest: String
    public var size: Int
    /// It was in the store before.
    public var isPresent: Bool
  }
}

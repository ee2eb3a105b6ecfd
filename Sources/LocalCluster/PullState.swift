internal import ImageStore
internal import Synchronization

/// How far a pull has come.
public struct PullState: Sendable {
  public struct Blob: Sendable {
    public let digest: String
    public let size: Int
    public internal(set) var received = 0
    public internal(set) var isComplete = false
    /// It was here before.
    public let isPresent: Bool

    /// 12 digits, as other tools show it.
    public var shortName: String { String(digest.dropFirst("sha256:".count).prefix(12)) }
  }

  /// What the registry calls the image; empty until it has said so.
  public private(set) var digest = ""
  public private(set) var blobs: [Blob] = []

  public init() {}

  /// Bytes that are to come over the network, and those that have.
  public var expected: Int { blobs.filter { !$0.isPresent }.reduce(0) { $0 + $1.size } }
  public var received: Int { blobs.filter { !$0.isPresent }.reduce(0) { $0 + $1.received } }

  mutating func note(_ progress: PullProgress) {
    func index(_ digest: String) -> Int? { blobs.firstIndex { $0.digest == digest } }
    switch progress {
    case .resolved(let digest, let blobs):
      self.digest = digest
      self.blobs = blobs.map { Blob(digest: $0.digest, size: $0.size, isPresent: $0.isPresent) }
    case .received(let digest, let bytes):
      if let index = index(digest) { blobs[index].received = bytes }
    case .complete(let digest):
      guard let index = index(digest) else { return }
      blobs[index].received = blobs[index].size
      blobs[index].isComplete = true
    }
  }

  /// Keeps the state while several blobs report.
  final class Recorder: Sendable {
    private let state = Mutex(PullState())
    private let report: @Sendable (PullState) -> Void

    init(_ report: @escaping @Sendable (PullState) -> Void) { self.report = report }

    func note(_ progress: PullProgress) {
      report(
        state.withLock { state in
          state.note(progress)
          return state
        })
    }
  }
}

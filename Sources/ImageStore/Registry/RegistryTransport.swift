/// Carries requests to registries: this room has no network of its own.
public protocol RegistryTransport: Sendable {
  /// Returns when the answer has begun. Redirects are answers like any other.
  func send(_ request: RegistryRequest) async throws(RegistryFailure) -> RegistryAnswer
}

/// One request to a registry, or to the server that gives out its tokens.
public struct RegistryRequest: Sendable {
  public var method: String
  /// In full, escaped as it goes over the wire.
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]
  /// PEM text of the authority that must have signed the server's certificate; nil for those of the machine.
  public var certificateAuthority: String?
}

/// What a server answered. The body comes in pieces; it ends with nil.
public struct RegistryAnswer: Sendable {
  public var status: Int
  /// The first value of a header field, whatever its case.
  public var header: @Sendable (String) -> String?
  public var next: @Sendable () async throws -> [UInt8]?

  public init(
    status: Int, header: @escaping @Sendable (String) -> String?, next: @escaping @Sendable () async throws -> [UInt8]?
  ) {
    self.status = status
    self.header = header
    self.next = next
  }

  /// The whole body if it is not longer than `limit`.
  func wholeBody(limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try await next() {
      bytes += piece
      if bytes.count > limit { throw RegistryFailure(.other, "the answer is longer than \(limit) bytes") }
    }
    return bytes
  }
}

/// Why a server did not answer; the words are those of Kubernetes' own clients.
public struct RegistryFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Cause: Sendable, Equatable {
    /// The name means nothing to those who were asked, if anybody could be asked.
    case unknownHost
    /// There is no way there, or no answer in time.
    case unreachable
    /// This machine is in no network.
    case offline
    /// The answer broke off.
    case interrupted
    case other
  }

  public var cause: Cause
  public var description: String

  public init(_ cause: Cause, _ description: String) {
    self.cause = cause
    self.description = description
  }
}

/// Why an image was not pulled, in the words of the runtime that most clusters have.
public struct PullError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What remote callers are told of the kind of error, by the names of gRPC.
  public enum Code: String, Sendable {
    case unknown = "Unknown"
    case notFound = "NotFound"
    case failedPrecondition = "FailedPrecondition"
    /// No registry could be asked at all: off by the settings, or there is no network.
    case offline = "Offline"
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// As an event tells it: codes that add nothing are left out.
  public var description: String {
    switch code {
    case .unknown, .offline: message
    case .notFound, .failedPrecondition: "rpc error: code = \(code.rawValue) desc = \(message)"
    }
  }

  /// The same, with the step that failed in front.
  func during(_ step: String) -> PullError { PullError(code, "\(step): \(message)") }

  static func notFound(_ what: String) -> PullError { PullError(.notFound, "\(what): not found") }
}

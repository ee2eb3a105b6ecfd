internal import KubernetesAPI
internal import ObjectStore

extension StoreError {
  /// What the API says when the store refuses.
  func status(_ resource: Resource, _ name: String) -> StatusError {
    switch self {
    case .alreadyExists: .alreadyExists(resource.plural, name, group: resource.group)
    case .notFound: .notFound(resource.plural, name, group: resource.group)
    case .conflict: .modified(resource.plural, name, group: resource.group)
    case .compacted(let requested, let oldest), .watchFellBehind(let requested, let oldest):
      .expired("too old resource version: \(requested) (\(oldest))")
    case .futureRevision(let requested, let current): .futureRevision(requested.number, current: current.number)
    case .closed: .unavailable("the server is shutting down")
    default: .internalError(description)
    }
  }
}

extension StatusError {
  /// The client has seen a state that this server has not.
  static func futureRevision(_ requested: Int64, current: Int64) -> StatusError {
    var details = StatusDetails()
    details.causes = [StatusCause(reason: "ResourceVersionTooLarge", message: "Too large resource version")]
    details.retryAfterSeconds = 1
    return StatusError(
      504, "Timeout", "Timeout: Too large resource version: \(requested), current: \(current)", details: details)
  }
}

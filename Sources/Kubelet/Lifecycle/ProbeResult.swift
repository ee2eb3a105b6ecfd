/// What a probe is asked for.
public enum ProbeKind: String, Sendable, Equatable, CaseIterable {
  case startup = "Startup"
  case readiness = "Readiness"
  case liveness = "Liveness"
}

/// What a probe found.
public enum ProbeResult: Sendable, Equatable {
  case success
  /// A success with something to be said about it.
  case warning(String)
  case failure(String)
  /// Not even an answer about the container: the probing itself failed.
  case errored(String)
}

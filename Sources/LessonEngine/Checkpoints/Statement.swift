/// What a condition says about the cluster: one type a family of sentences.
public protocol Statement: Sendable {
  /// Looks at the cluster as it is, and as it was since the step began.
  func judge(_ observation: any Observation) async -> Finding
  /// Whether it can only hold once the named pod runs; such conditions are folded while it does not.
  var podItNeeds: String? { get }
  /// Whether it can change without any object changing, so that it has to be looked at again after a while.
  var looksInside: Bool { get }
}

extension Statement {
  public var podItNeeds: String? { nil }
  public var looksInside: Bool { false }
}

/// What was found when a condition was looked at.
public struct Finding: Sendable, Equatable {
  public enum Verdict: String, Sendable {
    case pass
    case notYet
    case fail
    /// The cluster does not let anybody see it; never taken for a pass.
    case cannotTell
  }

  public var verdict: Verdict
  public var expected: String
  public var found: String
  /// The event, exit code or message that explains it.
  public var because: String?
  /// The command that shows more.
  public var look: String?

  public init(_ verdict: Verdict, expected: String, found: String, because: String? = nil, look: String? = nil) {
    self.verdict = verdict
    self.expected = expected
    self.found = found
    self.because = because
    self.look = look
  }

  public static func of(
    _ holds: Bool, expected: String, found: String, because: String? = nil, look: String? = nil
  ) -> Finding {
    Finding(holds ? .pass : .notYet, expected: expected, found: found, because: because, look: look)
  }
}

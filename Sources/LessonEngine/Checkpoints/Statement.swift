internal import KubernetesAPI

/// What a condition says about the cluster: one type a family of sentences.
public protocol Statement: Sendable {
  /// What is so when it holds, in a learner's words.
  var expected: String { get }
  /// Looks at the cluster as it is, and as it was since the step began; whoever asks takes `finding(in:)`.
  func judge(_ observation: Observation) async -> Finding
  /// The pod that it speaks of.
  var pod: String? { get }
  /// The kinds of objects that have to be followed for it.
  var kinds: Set<ObservedKind> { get }
  /// What the cluster must be able to tell.
  var needs: Capability { get }
  /// Whether it may become true by waiting, and not only by what somebody does.
  var ripens: Bool { get }
}

extension Statement {
  public var pod: String? { nil }
  public var kinds: Set<ObservedKind> { [.pod] }
  public var needs: Capability { .objects }
  public var ripens: Bool { true }

  /// What is found of it. Where its objects may not be seen it is not judged: nothing would look like absence.
  public func finding(in observation: Observation) async -> Finding {
    let resources = kinds.map(\.resource).sorted { $0.plural < $1.plural }
    guard let (plural, why) = observation.blindness(resources + (needs == .events ? [Event.resource] : [])) else {
      return await judge(observation)
    }
    return Finding(
      .cannotTell, expected: expected, found: "\(plural) cannot be seen here", because: why,
      look: "kubectl auth can-i list \(plural)")
  }

  /// Whether it can change without any object changing, so that it has to be looked at again after a while.
  var looksInside: Bool { ![.objects, .events, .journal].contains(needs) }
}

/// What a cluster can tell, as `uses` and `requires` name it.
public enum Capability: String, Sendable, CaseIterable {
  case objects, events, exec, files, logs, http, namespaces, journal
  /// No sentence needs it; a lesson whose Pods share files can say so.
  case volumes
}

/// What was found when a condition was looked at.
public struct Finding: Sendable, Equatable {
  public enum Verdict: String, Sendable, CaseIterable {
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
  /// Where an object differs from the one that is expected.
  public var differences: [Difference] = []

  /// A field that is not as it should be.
  public struct Difference: Sendable, Equatable {
    public var path: String
    public var expected: String
    public var found: String
  }

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

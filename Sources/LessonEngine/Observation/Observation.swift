public import KubernetesAPI

/// What a checkpoint may look at: the history of a namespace up to some moment, and what can be asked about the pods of
/// now. Nothing in it is more than any Kubernetes API offers.
public struct Observation: Sendable {
  private let history: History
  private let end: Int
  public let inquiry: any Inquiry
  /// Stands in what is compared with what is seen.
  var variables = LessonVariables(token: "")

  /// - Parameter end: The number of changes that have happened; all of them when left out.
  public init(_ history: History, upTo end: Int? = nil, _ inquiry: any Inquiry) {
    self.history = history
    self.end = end ?? history.end
    self.inquiry = inquiry
  }

  // MARK: Objects

  func object(_ kind: ObservedKind, _ name: String) -> Sighting? { history.object(kind, name, at: end) }
  func objects(_ kind: ObservedKind) -> [Sighting] { history.objects(kind, at: end) }
  public func pod(_ name: String) -> Pod? { object(.pod, name)?.pod }
  public func pods() -> [Pod] { objects(.pod).compactMap(\.pod) }

  /// Whether there is an object of a namespace that was not made with it.
  var holdsAnything: Bool {
    ObservedKind.all.contains { kind in
      kind.resource.isNamespaced
        && objects(kind).contains { !["kube-root-ca.crt", "default"].contains($0.name) || kind == .pod }
    }
  }

  /// Whether an object of this name was there at any time since the step began.
  func hasSeen(_ kind: ObservedKind, _ name: String) -> Bool { !history.sightings(kind, name, at: end).isEmpty }

  /// The lives of the pods of this name since the step began, a list of states for each.
  func lives(ofPod name: String) -> [[Pod]] {
    var lives: [(uid: String, states: [Pod])] = []
    for sighting in history.sightings(.pod, name, at: end) {
      guard let pod = sighting.pod else { continue }
      if lives.last?.uid == sighting.uid {
        lives[lives.count - 1].states.append(pod)
      } else {
        lives.append((sighting.uid, [pod]))
      }
    }
    return lives.map(\.states)
  }

  func events(_ kind: ObservedKind, _ name: String) -> [CountedEvent] { history.events(kind, name, at: end) }

  /// The objects that were made in a step.
  func made(inStep id: String) -> [Sighting]? { history.made[id] }
}

/// What has to be asked for, because no object tells it.
public protocol Inquiry: Sendable {
  func log(pod: Pod, container: String?, previous: Bool) async -> Observed<String>
  func run(_ command: [String], pod: Pod, container: String?) async -> Observed<CommandOutcome>
  func file(_ path: String, pod: Pod, container: String?) async -> Observed<FileSight>
  /// A request from the node to a port of the pod.
  func request(_ path: String, pod: Pod, port: UInt16) async -> Observed<WebAnswer>
  /// Whether the port takes connections.
  func connect(pod: Pod, port: UInt16) async -> Observed<Bool>
  func anatomy(pod: Pod) async -> Observed<PodSight>
  /// What still runs of a pod whose object is gone; empty when nothing does.
  func remains(of uid: String) async -> Observed<[String]>
}

/// The answer to a question about a pod.
public enum Observed<Value: Sendable>: Sendable {
  case seen(Value)
  /// It may be there later; the text says why it is not.
  case notYet(String)
  /// The cluster does not offer it.
  case unobservable(String)

  /// Judges what was seen; what could not be seen speaks for itself.
  func finding(expected: String, look: String? = nil, _ judge: (Value) -> Finding) -> Finding {
    switch self {
    case .seen(let value): judge(value)
    case .notYet(let why): Finding(.notYet, expected: expected, found: why, look: look)
    case .unobservable(let why): Finding(.cannotTell, expected: expected, found: why, look: look)
    }
  }
}

public struct CommandOutcome: Sendable, Equatable {
  public var exitCode: Int32
  public var output: String

  public init(exitCode: Int32, output: String) {
    self.exitCode = exitCode
    self.output = output
  }
}

/// A file in a container, as far as it was read.
public enum FileSight: Sendable, Equatable {
  case missing
  case directory
  case file(content: String, size: Int)
}

public struct WebAnswer: Sendable, Equatable {
  public var status: Int
  public var body: String

  public init(status: Int, body: String) {
    self.status = status
    self.body = body
  }
}

/// The namespaces and limits of a pod's containers, as the node's kernel shows them.
public struct PodSight: Sendable, Equatable {
  public struct Member: Sendable, Equatable {
    /// Inode numbers by kind: `net`, `ipc`, `uts`, `pid`, `mnt`, `user`.
    public var namespaces: [String: Int64] = [:]
    public var hasCgroup = false
    public var memoryLimit: Int64?
    public var cpuMillicores: Int64?

    public init() {}
  }

  public var containers: [String: Member]

  public init(containers: [String: Member]) { self.containers = containers }
}

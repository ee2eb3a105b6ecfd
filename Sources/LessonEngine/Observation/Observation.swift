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
    ObservedKind.ofNamespaces.contains { kind in objects(kind).contains { !$0.isFurniture } }
  }

  /// What of the given kinds cannot be seen, and why; nil when all can.
  func blindness(_ resources: [Resource]) -> (plural: String, why: String)? {
    for resource in resources {
      if let why = history.refusal(of: resource) { return (resource.plural, why) }
    }
    return nil
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

  /// Also what happened to it before the step began.
  func allEvents(_ kind: ObservedKind, _ name: String) -> [Event] { history.allEvents(kind, name) }

  /// The objects that were made in a step.
  func made(inStep id: String) -> [Sighting]? { history.made[id] }
}

/// What has to be asked for, because no object tells it.
public protocol Inquiry: Sendable {
  func log(pod: Pod, container: String?, previous: Bool) async -> Observed<LogSight>
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
  /// The cluster does not offer it, or not to us; `because` is what it says itself.
  case unobservable(String, because: String? = nil)

  /// Judges what was seen; what could not be seen speaks for itself.
  func finding(expected: String, look: String? = nil, _ judge: (Value) -> Finding) -> Finding {
    switch self {
    case .seen(let value): judge(value)
    case .notYet(let why): Finding(.notYet, expected: expected, found: why, look: look)
    case .unobservable(let why, let because):
      Finding(.cannotTell, expected: expected, found: why, because: because, look: look)
    }
  }
}

public struct CommandOutcome: Sendable, Equatable {
  public var exitCode: Int32
  public var output: String
  /// Why the command could not even be started; then its output and its exit code say nothing.
  public var startFailure: String?

  public init(exitCode: Int32, output: String) {
    self.exitCode = exitCode
    self.output = output
  }
}

/// What a container has printed, as far as it was read.
public struct LogSight: Sendable, Equatable {
  public var text: String
  /// Whether there is no more of it.
  public var isWhole: Bool

  public init(_ text: String, isWhole: Bool = true) {
    self.text = text
    self.isWhole = isWhole
  }
}

/// A file in a container, as far as it was read.
public enum FileSight: Sendable, Equatable {
  case missing
  case directory
  /// A pipe, a socket or a device: reading it might never end.
  case other
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

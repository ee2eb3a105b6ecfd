import KubernetesAPI
import ObjectSchema
import Synchronization

@testable import LessonEngine

/// A cluster that says what a test wants it to say.
struct Witness: Inquiry {
  var logs: [String: String] = [:]
  /// Whether there is more of the logs than can be read.
  var isLogCut = false
  var outcomes: [String: CommandOutcome] = [:]
  /// By their paths, `helper:/box/out` in one container only.
  var files: [String: FileSight] = [:]
  var answers: [String: WebAnswer] = [:]
  var openPorts: Set<UInt16> = []
  var sight = PodSight(containers: [:])
  var left: [String] = []
  /// A file that has one byte more each time that somebody looks.
  var growing: GrowingFile?

  /// Nothing can be asked here.
  var isBlind = false
  /// Why, as a cluster would say it.
  var refusal: (found: String, because: String)?

  private func tell<Value>(_ value: Value?) -> Observed<Value> {
    if let refusal { return .unobservable(refusal.found, because: refusal.because) }
    if isBlind { return .unobservable("nobody can see it") }
    return value.map { .seen($0) } ?? .notYet("it is not there")
  }

  func log(pod: Pod, container: String?, previous: Bool) async -> Observed<LogSight> {
    tell(logs[(previous ? "previous " : "") + (container ?? "")].map { LogSight($0, isWhole: !isLogCut) })
  }

  func run(_ command: [String], pod: Pod, container: String?) async -> Observed<CommandOutcome> {
    tell(outcomes[command.joined(separator: " ")])
  }

  func file(_ path: String, pod: Pod, container: String?) async -> Observed<FileSight> {
    tell(growing?.look() ?? files["\(container ?? ""):\(path)"] ?? files[path] ?? .missing)
  }

  func request(_ path: String, pod: Pod, port: UInt16) async -> Observed<WebAnswer> { tell(answers["\(port)\(path)"]) }
  func connect(pod: Pod, port: UInt16) async -> Observed<Bool> { tell(openPorts.contains(port)) }
  func anatomy(pod: Pod) async -> Observed<PodSight> { tell(sight) }
  func remains(of uid: String) async -> Observed<[String]> { tell(left) }
}

final class GrowingFile: Sendable {
  private let size = Atomic(0)

  func look() -> FileSight { .file(content: "", size: size.add(1, ordering: .relaxed).newValue) }
}

/// Builds the history of a namespace, a change at a time.
struct Story {
  var history = History()
  private var events = 0

  init() {}

  mutating func pod(_ name: String, uid: String = "u1", _ change: (inout Pod) -> Void = { _ in }) {
    var pod = Pod()
    pod.metadata.name = name
    pod.metadata.uid = uid
    var container = Container()
    container.name = "web"
    container.image = "nginx:1.27"
    pod.spec.containers = [container]
    change(&pod)
    history.note(Sighting(kind: "Pod", name: name, uid: uid, object: pod))
  }

  mutating func object<Object: NamedObject>(
    _ type: Object.Type, _ name: String, uid: String = "o1", _ change: (inout Object) -> Void = { _ in }
  ) {
    var object = Object()
    object.metadata.name = name
    object.metadata.uid = uid
    change(&object)
    history.note(Sighting(kind: Object.resource.kind, name: name, uid: uid, object: object))
  }

  /// The cluster does not show a kind.
  mutating func hide(_ resource: Resource) {
    history.note(
      StatusError(403, "Forbidden", "\(resource.plural) is forbidden: \(Self.learner)"), of: resource)
  }

  private static let learner = #"User "learner" cannot list them in the namespace "first-pod""#

  mutating func gone(_ name: String, uid: String = "u1") {
    history.note(Sighting(kind: "Pod", name: name, uid: uid, object: nil))
  }

  mutating func event(_ reason: String, of uid: String = "u1", count: Int32 = 1, id: String? = nil, _ text: String = "")
  {
    events += 1
    var event = Event()
    event.metadata.uid = id ?? "e\(events)"
    event.reason = reason
    event.message = text
    event.count = count
    event.involvedObject.uid = uid
    history.note(event)
  }
}

extension Pod {
  /// Running, and ready or not.
  ///
  /// - Parameter code: How the run before ended.
  mutating func run(ready: Bool = true, restarts: Int32 = 0, after code: Int32? = nil) {
    status.phase = "Running"
    var container = ContainerStatus()
    container.name = "web"
    container.ready = ready
    container.restartCount = restarts
    container.state.running = ContainerStateRunning()
    container.lastState.terminated = code.map { .ended(code: $0, reason: "Error") }
    status.containerStatuses = [container]
    var condition = PodCondition()
    condition.type = "Ready"
    condition.status = ready ? "True" : "False"
    status.conditions = [condition]
  }

  mutating func end(code: Int32, reason: String = "Error") {
    status.phase = code == 0 ? "Succeeded" : "Failed"
    var container = ContainerStatus()
    container.name = "web"
    container.restartCount = 0
    container.state.terminated = .ended(code: code, reason: reason)
    status.containerStatuses = [container]
  }

  mutating func wait(_ reason: String, _ message: String? = nil, after code: Int32? = nil) {
    status.phase = "Pending"
    var waiting = ContainerStateWaiting()
    waiting.reason = reason
    waiting.message = message
    var container = ContainerStatus()
    container.name = "web"
    container.restartCount = code == nil ? 0 : 1
    container.state.waiting = waiting
    container.lastState.terminated = code.map { .ended(code: $0, reason: "Error") }
    status.containerStatuses = [container]
  }
}

extension ContainerStateTerminated {
  static func ended(code: Int32, reason: String) -> ContainerStateTerminated {
    var ended = ContainerStateTerminated()
    ended.exitCode = code
    ended.reason = reason
    return ended
  }
}

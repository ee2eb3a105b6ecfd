import KubernetesAPI
import ObjectSchema

@testable import LessonEngine

/// A cluster that says what a test wants it to say.
struct Witness: Inquiry {
  var logs: [String: String] = [:]
  var outcomes: [String: CommandOutcome] = [:]
  var files: [String: FileSight] = [:]
  var answers: [String: WebAnswer] = [:]
  var openPorts: Set<UInt16> = []
  var sight = PodSight(containers: [:])
  var left: [String] = []
  /// What cannot be asked here.
  var isBlind = false

  private func tell<Value>(_ value: Value?) -> Observed<Value> {
    if isBlind { return .unobservable("nobody can see it") }
    return value.map { .seen($0) } ?? .notYet("it is not there")
  }

  func log(pod: Pod, container: String?, previous: Bool) async -> Observed<String> {
    tell(logs[(previous ? "previous " : "") + (container ?? "")])
  }

  func run(_ command: [String], pod: Pod, container: String?) async -> Observed<CommandOutcome> {
    tell(outcomes[command.joined(separator: " ")])
  }

  func file(_ path: String, pod: Pod, container: String?) async -> Observed<FileSight> {
    tell(files[path] ?? .missing)
  }

  func request(_ path: String, pod: Pod, port: UInt16) async -> Observed<WebAnswer> { tell(answers["\(port)\(path)"]) }
  func connect(pod: Pod, port: UInt16) async -> Observed<Bool> { tell(openPorts.contains(port)) }
  func anatomy(pod: Pod) async -> Observed<PodSight> { tell(sight) }
  func remains(of uid: String) async -> Observed<[String]> { tell(left) }
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
  mutating func run(ready: Bool = true, restarts: Int32 = 0) {
    status.phase = "Running"
    var container = ContainerStatus()
    container.name = "web"
    container.ready = ready
    container.restartCount = restarts
    container.state.running = ContainerStateRunning()
    status.containerStatuses = [container]
    var condition = PodCondition()
    condition.type = "Ready"
    condition.status = ready ? "True" : "False"
    status.conditions = [condition]
  }

  mutating func end(code: Int32, reason: String = "Error") {
    status.phase = code == 0 ? "Succeeded" : "Failed"
    var ended = ContainerStateTerminated()
    ended.exitCode = code
    ended.reason = reason
    var container = ContainerStatus()
    container.name = "web"
    container.restartCount = 0
    container.state.terminated = ended
    status.containerStatuses = [container]
  }

  mutating func wait(_ reason: String) {
    status.phase = "Pending"
    var waiting = ContainerStateWaiting()
    waiting.reason = reason
    var container = ContainerStatus()
    container.name = "web"
    container.restartCount = 0
    container.state.waiting = waiting
    status.containerStatuses = [container]
  }
}

public import KubernetesAPI
public import ObjectSchema

/// How a pod stood at one moment: what a timeline is drawn of.
public struct PodMoment: Sendable, Equatable {
  public enum Standing: Sendable, Equatable {
    case waiting(String)
    case running(isReady: Bool)
    case ended(exitCode: Int32)

    var inWords: String {
      switch self {
      case .waiting(let reason): reason.isEmpty ? "waiting" : "waiting: \(reason)"
      case .running(let isReady): isReady ? "running and ready" : "running"
      case .ended(let code): "ended with exit code \(code)"
      }
    }
  }

  public var time: Timestamp
  /// By name, in the order of the spec; init containers first.
  public var containers: [String: Standing] = [:]
  public var isReady = false
  public var isDeleting = false

  public init(_ pod: Pod, at time: Timestamp) {
    self.time = time
    isReady = pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
    isDeleting = pod.metadata.deletionTimestamp != nil
    let isInit = Set(pod.spec.initContainers.map(\.name))
    for status in pod.status.initContainerStatuses + pod.status.containerStatuses {
      guard let name = status.name else { continue }
      if let end = status.state.terminated {
        containers[name] = .ended(exitCode: end.exitCode ?? 0)
      } else if status.state.running != nil {
        containers[name] = .running(isReady: status.ready == true || isInit.contains(name))
      } else {
        containers[name] = .waiting(status.state.waiting?.reason ?? "")
      }
    }
  }

  func isSame(as other: PodMoment) -> Bool {
    containers == other.containers && isReady == other.isReady && isDeleting == other.isDeleting
  }
}

/// What is known of one pod's past.
public struct PodPast: Sendable {
  public var pod: Pod
  public var moments: [PodMoment]
  public var events: [Event]
  /// When it was gone.
  public var end: Timestamp?

  public init(pod: Pod, moments: [PodMoment], events: [Event], end: Timestamp? = nil) {
    self.pod = pod
    self.moments = moments
    self.events = events
    self.end = end
  }

  /// From the object alone: what it remembers of its containers' last lives.
  public init(_ story: PodStory) {
    pod = story.pod
    events = story.events
    moments = Self.remembered(story)
  }

  private static func remembered(_ story: PodStory) -> [PodMoment] {
    let pod = story.pod
    var changes: [(time: Timestamp, apply: (inout PodMoment) -> Void)] = []
    let isInit = Set(pod.spec.initContainers.map(\.name))
    var lastStart: Timestamp?
    for status in pod.status.initContainerStatuses + pod.status.containerStatuses {
      guard let name = status.name else { continue }
      func add(_ time: Timestamp?, _ standing: PodMoment.Standing) {
        if let time { changes.append((time, { $0.containers[name] = standing })) }
      }
      let isQuick = isInit.contains(name)
      for end in [status.lastState.terminated, status.state.terminated].compactMap({ $0 }) {
        add(end.startedAt, .running(isReady: isQuick))
        add(end.finishedAt, .ended(exitCode: end.exitCode ?? 0))
      }
      if let running = status.state.running {
        let started = story.exactly(running.startedAt, container: name)
        add(started, .running(isReady: isQuick))
        lastStart = max(lastStart ?? started, started)
        if status.ready == true {
          let ready = pod.status.conditions.first { $0.type == "ContainersReady" && $0.status == "True" }
          add(max(ready?.lastTransitionTime ?? started, started), .running(isReady: true))
        }
      }
    }
    if let ready = pod.status.conditions.first(where: { $0.type == "Ready" }), ready.status == "True",
      let time = ready.lastTransitionTime
    {
      changes.append((max(time, lastStart ?? time), { $0.isReady = true }))
    }
    var moment = PodMoment(pod, at: story.beginning)
    moment.isReady = false
    moment.isDeleting = false
    moment.containers = moment.containers.mapValues { _ in .waiting("") }
    var moments = [moment]
    for change in changes.sorted(by: { $0.time < $1.time }) {
      moment.time = change.time
      change.apply(&moment)
      moments.append(moment)
    }
    var last = PodMoment(pod, at: story.now)
    if let deadline = pod.metadata.deletionTimestamp {
      last.time = deadline + .seconds(-(pod.metadata.deletionGracePeriodSeconds ?? 0))
    }
    if !last.isSame(as: moment) { moments.append(last) }
    return moments
  }
}

extension PodStory {
  /// When the pod was created: as the first event tells it, if that was in the same second.
  fileprivate var beginning: Timestamp {
    let created = pod.metadata.creationTimestamp ?? now
    return events.compactMap(\.begin).filter { $0.seconds == created.seconds }.min() ?? created
  }

  /// When a container started: as its event tells it, if that was in the same second.
  fileprivate func exactly(_ time: Timestamp?, container: String) -> Timestamp {
    guard let time else { return now }
    let told = events.compactMap { event -> Timestamp? in
      guard event.reason == "Started", event.involvedObject.fieldPath?.hasSuffix("{\(container)}") == true else {
        return nil
      }
      return event.begin
    }
    return told.first { $0.seconds == time.seconds } ?? time
  }
}

public import ContainerRuntime
public import ControlLoop
public import KubernetesAPI
public import ObjectSchema

extension PodLifecycle {
  /// A pod that was on this node before the kubelet started: what runs goes on running, and is not counted anew.
  ///
  /// - Parameter inventory: What the runtime holds; only what belongs to the pod is looked at.
  /// - Parameter refusal: Why the node does not take it, unless it has been here before.
  /// - Parameter remarks: What is to be said of it at once, unless it has been here before.
  public init(
    _ pod: Pod, adopting inventory: Inventory, hostAddresses: [String], refusal: NodeAdmission.Refusal? = nil,
    remarks: [EventNote] = [], now: Timestamp
  ) {
    let isNew = !inventory.sandboxes.contains { $0.spec.podUID == pod.uid }
    self.init(
      pod, hostAddresses: hostAddresses, refusal: isNew ? refusal : nil, remarks: isNew ? remarks : [], now: now)
    let sandboxes = inventory.sandboxes.filter { $0.spec.podUID == pod.uid }
    let newest = sandboxes.max { $0.spec.attempt < $1.spec.attempt }
    sandboxAttempts = (newest?.spec.attempt ?? -1) + 1
    if let newest {
      addresses = addresses(in: newest)
      volumes = .ready
    } else {
      addresses = pod.status.podIPs.compactMap(\.ip)
    }
    if case .over = stage {
      // It ended, and what is left of it was not yet taken away.
      if let newest {
        sandbox = .ready(newest)
        stage = .stopping(.completed)
      }
    } else if let newest, newest.isRunning {
      sandbox = .ready(newest)
    }

    let kept = sandboxID
    let old = sandboxes.map(\.spec.id).filter { $0 != kept }
    oldSandboxes = Set(old)
    leftovers = old.map { .removeSandbox(id: $0) }

    let statuses =
      pod.status.initContainerStatuses + pod.status.containerStatuses + pod.status.ephemeralContainerStatuses
    let records = Dictionary(grouping: inventory.containers.filter { $0.spec.sandboxID == newest?.spec.id }) {
      $0.spec.name
    }
    for index in containers.indices {
      let told = statuses.first { $0.name == containers[index].name }
      let attempts = (records[containers[index].name] ?? []).sorted { $0.spec.attempt < $1.spec.attempt }
      if kept != nil { leftovers += attempts.dropLast().map { .removeContainer(id: $0.spec.id) } }
      let latest = attempts.last
      if let latest {
        adopt(index, latest, told, now)
      } else if let told {
        recall(index, told, now)
      }
      if case .ready = sandbox { continue }
      // Init containers run again in a new sandbox, unless the pod is past them for good.
      if containers[index].role == .initial, stage == .active, pod.spec.restartPolicy != "Never",
        let ended = containers[index].ended
      {
        containers[index].endedBefore = ended
        containers[index].ended = nil
      }
    }
    reported = pod.status
  }

  private mutating func adopt(_ index: Int, _ record: ContainerRecord, _ told: ContainerStatus?, _ now: Timestamp) {
    let id = record.spec.id
    containers[index].made = record.spec.attempt + 1
    containers[index].endedBefore = told?.lastState.terminated.map { ContainerLife.Ended(state: $0, image: nil) }
    let isTold = told?.containerID == ContainerName.text(id)
    let image = ContainerLife.ImageNames(
      name: (isTold ? told?.image : nil) ?? spec(of: record.spec.name)?.image ?? "",
      digest: (isTold ? told?.imageID : nil) ?? record.spec.imageID)
    if !isTold, let terminated = told?.state.terminated {
      containers[index].endedBefore = ContainerLife.Ended(state: terminated, image: nil)
    }
    switch record.state {
    case .created:
      // It was about to start: it is thrown away, and the attempt made again. One that was counted as a restart stays one.
      let isCounted = record.spec.attempt > 0 && Int(told?.restartCount ?? 0) >= record.spec.attempt
      containers[index].made = record.spec.attempt + (isCounted ? 1 : 0)
      containers[index].remains = id
      if let terminated = told?.state.terminated ?? told?.lastState.terminated, record.spec.attempt > 0 {
        containers[index].ended = ContainerLife.Ended(state: terminated, image: nil)
        containers[index].endedBefore = nil
      }
    case .running(let startedAt):
      let start = Timestamp(nanosecondsSince1970: startedAt)
      var running = ContainerLife.Running(id: id, image: image, startedAt: start)
      running.stopSignal = record.spec.stopSignal
      if let spec = spec(of: record.spec.name) {
        running.probes = ProbeBook(spec, startedAt: start)
        running.probes.resume(isStarted: isTold && told?.started == true, isReady: isTold && told?.ready == true)
      }
      containers[index].phase = .running(running)
    case .exited(let startedAt, let status):
      let state = ContainerStateTerminated(
        id: id, ContainerLife.Exit(status: status), startedAt: Timestamp(nanosecondsSince1970: startedAt))
      containers[index].ended = ContainerLife.Ended(
        state: isTold ? told?.state.terminated ?? state : state, image: image)
      containers[index].remains = id
    }
  }

  /// The runtime knows nothing of a container that the API tells of: what is remembered is all there is.
  private mutating func recall(_ index: Int, _ told: ContainerStatus, _ now: Timestamp) {
    let image = ContainerLife.ImageNames(name: told.image ?? "", digest: told.imageID ?? "")
    let before = told.lastState.terminated.map { ContainerLife.Ended(state: $0, image: image) }
    // One that was lost has no id any more, and has run all the same.
    let hasRun = told.state.running != nil || told.state.terminated != nil || told.lastState.terminated != nil
    if hasRun || told.containerID != nil || (told.restartCount ?? 0) > 0 {
      containers[index].made = Int(told.restartCount ?? 0) + 1
    }
    if let terminated = told.state.terminated {
      containers[index].ended = ContainerLife.Ended(state: terminated, image: image)
      containers[index].endedBefore = before
    } else if told.state.running != nil {
      var state = ContainerStateTerminated.unknown(
        "The container could not be located when the pod was deleted.  The container used to be Running")
      state.finishedAt = now
      containers[index].ended = ContainerLife.Ended(state: state, image: image)
      containers[index].endedBefore = before
    } else {
      containers[index].ended = before
    }
  }
}

extension ProbeBook {
  /// What was known before the kubelet was started anew still holds until a probe says otherwise.
  mutating func resume(isStarted: Bool, isReady: Bool) {
    if isStarted { set(.startup, isGood: true) }
    if isReady { set(.readiness, isGood: true) }
  }
}

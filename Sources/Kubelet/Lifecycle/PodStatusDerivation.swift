internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema

/// What the API is told of the pod: phase, conditions and container states, all from the state of its life.
extension PodLifecycle {
  /// Of the termination messages of a pod; its containers share it evenly.
  private static let mostBytesOfMessages = 12 << 10

  func status(at now: Timestamp) -> PodStatus {
    var status = PodStatus()
    if case .rejected(let reason, let message) = cause {
      status.phase = "Failed"
      (status.reason, status.message) = (reason, message)
      status.conditions = pod.status.conditions
      status.qosClass = pod.status.qosClass ?? pod.spec.qualityOfService
      status.startTime = startTime
      return status
    }
    let names = [
      pod.spec.initContainers.map(\.name), pod.spec.containers.map(\.name), pod.spec.ephemeralContainers.map(\.name),
    ]
    let share = Self.mostBytesOfMessages / max(1, names.joined().count)
    let statuses = names.map { names in
      names.compactMap { containerStatus($0 ?? "")?.withTerminationMessages(upTo: share) }
    }
    let (initial, main, ephemeral) = (statuses[0], statuses[1], statuses[2])
    status.initContainerStatuses = initial
    // Containers are told by name, init containers in their order.
    status.containerStatuses = main.sorted { ($0.name ?? "") < ($1.name ?? "") }
    status.ephemeralContainerStatuses = ephemeral

    status.phase = phase(initial, main)
    if case .failed(let reason, let message) = cause {
      status.reason = reason
      status.message = message
    }
    status.conditions = conditions(initial, main, phase: status.phase ?? "", now: now)
    status.qosClass = pod.status.qosClass ?? pod.spec.qualityOfService
    status.startTime = startTime
    status.hostIP = hostAddresses.first
    status.hostIPs = hostAddresses.map(HostIP.init)
    status.podIP = addresses.first
    status.podIPs = addresses.map(PodIP.init)
    return status
  }

  /// A pod in the network of its node is found where the node is.
  func addresses(in sandbox: Sandbox) -> [String] {
    pod.spec.hostNetwork == true ? hostAddresses : sandbox.addresses
  }

  private var cause: Cause? {
    switch stage {
    case .removingSandbox(let cause), .over(let cause): cause
    // While something still runs, the pod has not ended.
    case .active, .stopping, .deleting, .gone: nil
    }
  }

  /// Whether no container will run again, whatever the restart policy says.
  private var isTerminal: Bool {
    switch stage {
    case .active, .stopping: false
    case .removingSandbox, .over, .deleting, .gone: true
    }
  }

  // MARK: Phase

  private func phase(_ initial: [ContainerStatus], _ main: [ContainerStatus]) -> String {
    if case .failed = cause { return "Failed" }
    let restartPolicy = pod.spec.restartPolicy ?? "Always"
    var isInitializing = false
    for (spec, status) in zip(pod.spec.initContainers, initial) {
      if spec.restartPolicy == "Always" {
        let hasNeverStarted = status.started != true && status.lastState.terminated == nil
        if hasNeverStarted && status.state.terminated == nil { isInitializing = true }
      } else if let terminated = status.state.terminated {
        if terminated.exitCode != 0 && restartPolicy == "Never" { return "Failed" }
      } else if status.state.running != nil || status.lastState.terminated == nil {
        isInitializing = true
      }
    }
    let waiting = main.count { $0.state.waiting != nil && $0.lastState.terminated == nil }
    let running = main.count { $0.state.running != nil }
    let succeeded = main.count { $0.state.terminated?.exitCode == 0 }
    if isTerminal { return succeeded == main.count ? "Succeeded" : "Failed" }
    if isInitializing || waiting > 0 { return "Pending" }
    if running > 0 || restartPolicy == "Always" { return "Running" }
    if succeeded == main.count { return "Succeeded" }
    return restartPolicy == "Never" ? "Failed" : "Running"
  }

  // MARK: Conditions

  private func conditions(
    _ initial: [ContainerStatus], _ main: [ContainerStatus], phase: String, now: Timestamp
  ) -> [PodCondition] {
    let before = reported?.conditions ?? pod.status.conditions
    func condition(_ type: String, _ isTrue: Bool, _ reason: String = "", _ message: String = "") -> PodCondition {
      var condition = PodCondition()
      condition.type = type
      condition.status = isTrue ? "True" : "False"
      condition.reason = reason.isEmpty ? nil : reason
      condition.message = message.isEmpty ? nil : message
      let earlier = before.first { $0.type == type }
      condition.lastTransitionTime =
        earlier?.status == condition.status ? earlier?.lastTransitionTime : now.toTheSecond
      return condition
    }

    let hasSandbox = if case .ready = sandbox { !addresses.isEmpty || pod.spec.hostNetwork == true } else { false }
    let initialized = initialization(initial, main, phase: phase)
    let ready = readiness(initial, main, phase: phase)
    var gates: (reason: String, message: String)? = ready
    if ready == nil { gates = unmetGates() }
    let own = [
      condition("PodReadyToStartContainers", hasSandbox),
      condition("Initialized", initialized.isTrue, initialized.reason, initialized.message),
      condition("Ready", gates == nil, gates?.reason ?? "", gates?.message ?? ""),
      condition("ContainersReady", ready == nil, ready?.reason ?? "", ready?.message ?? ""),
      condition("PodScheduled", true),
    ]
    // Others may have something to say about the pod as well: readiness gates, disruptions.
    let foreign = pod.status.conditions.filter { theirs in !own.contains { $0.type == theirs.type } }
    return foreign + own
  }

  private func initialization(
    _ initial: [ContainerStatus], _ main: [ContainerStatus], phase: String
  ) -> (isTrue: Bool, reason: String, message: String) {
    if phase == "Succeeded" { return (true, "PodCompleted", "") }
    if main.contains(where: { $0.state.running != nil || $0.state.terminated != nil || $0.lastState.terminated != nil })
    {
      return (true, "", "")
    }
    let incomplete = zip(pod.spec.initContainers, initial).filter { spec, status in
      spec.restartPolicy == "Always" ? status.started != true : status.ready != true
    }
    if incomplete.isEmpty { return (true, "", "") }
    let names = incomplete.map { $0.0.name ?? "" }.joined(separator: " ")
    return (false, "ContainersNotInitialized", "containers with incomplete status: [\(names)]")
  }

  /// Why the containers are not ready; nil when they are.
  private func readiness(
    _ initial: [ContainerStatus], _ main: [ContainerStatus], phase: String
  ) -> (reason: String, message: String)? {
    if phase == "Succeeded" { return ("PodCompleted", "") }
    if phase == "Failed" { return ("PodFailed", "") }
    let sidecars = zip(pod.spec.initContainers, initial).filter { $0.0.restartPolicy == "Always" }.map(\.1)
    let unready = (sidecars + main).filter { $0.ready != true }
    if unready.isEmpty { return nil }
    let names = unready.map { $0.name ?? "" }.joined(separator: " ")
    return ("ContainersNotReady", "containers with unready status: [\(names)]")
  }

  private func unmetGates() -> (reason: String, message: String)? {
    let messages = pod.spec.readinessGates.compactMap { gate -> String? in
      let type = gate.conditionType ?? ""
      guard let condition = pod.status.conditions.first(where: { $0.type == type }) else {
        return "corresponding condition of pod readiness gate \"\(type)\" does not exist."
      }
      if condition.status == "True" { return nil }
      return "the status of pod readiness gate \"\(type)\" is not \"True\", but \(condition.status ?? "")"
    }
    return messages.isEmpty ? nil : ("ReadinessGatesNotReady", messages.joined(separator: ", "))
  }

  // MARK: Containers

  private func containerStatus(_ name: String) -> ContainerStatus? {
    guard let container = containers.first(where: { $0.name == name }), let spec = spec(of: name) else { return nil }
    if container.isBeingReplaced, let before = reported?.containerStatus(name) { return before }
    var status = ContainerStatus()
    status.name = name
    status.restartCount = Int32(container.restartCount)
    status.image = spec.image
    status.imageID = ""
    if container.isUnderWay, let running = container.running {
      status.state.running = ContainerStateRunning(startedAt: running.startedAt)
      status.lastState.terminated = container.endedBefore?.told
      status.containerID = ContainerName.text(running.id)
      status.image = running.image.name
      status.imageID = running.image.digest
    } else {
      if let latest = container.ended ?? container.endedBefore {
        status.containerID = latest.state.containerID
        status.image = latest.image?.name ?? spec.image
        status.imageID = latest.image?.digest ?? ""
      }
      if let complaint = container.complaint {
        status.state.waiting = ContainerStateWaiting(complaint.reason, complaint.message)
        status.lastState.terminated = (container.ended ?? container.endedBefore)?.told
      } else if let ended = container.ended {
        status.state.terminated = ended.told
        status.lastState.terminated = container.endedBefore?.told
      } else {
        let reason = pod.spec.initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        status.state.waiting = ContainerStateWaiting(reason, nil)
        status.lastState.terminated = container.endedBefore?.told
      }
    }
    let isStarted = container.isUnderWay && container.running?.probes.isStarted == true
    status.started = container.role == .ephemeral ? nil : isStarted
    switch container.role {
    case .initial: status.ready = container.phase == .idle && container.ended?.exitCode == 0
    case .sidecar, .main: status.ready = container.isUnderWay && container.running?.probes.isReady == true
    case .ephemeral: status.ready = false
    }
    status.volumeMounts = spec.volumeMounts.map(VolumeMountStatus.init)
    return status
  }
}

extension ContainerStatus {
  fileprivate func withTerminationMessages(upTo limit: Int) -> ContainerStatus {
    var status = self
    for state in [\ContainerStatus.state, \.lastState] {
      guard let message = status[keyPath: state].terminated?.message, message.utf8.count > limit else { continue }
      status[keyPath: state].terminated?.message = String(decoding: message.utf8.prefix(limit), as: UTF8.self)
    }
    return status
  }
}

extension ContainerLife.Ended {
  /// The termination as the API writes it.
  fileprivate var told: ContainerStateTerminated {
    var told = state
    told.startedAt = state.startedAt?.toTheSecond
    told.finishedAt = state.finishedAt?.toTheSecond
    return told
  }
}

extension ContainerStateRunning {
  fileprivate init(startedAt: Timestamp) {
    self.init()
    self.startedAt = startedAt.toTheSecond
  }
}

extension ContainerStateWaiting {
  fileprivate init(_ reason: String, _ message: String?) {
    self.init()
    self.reason = reason
    self.message = message.flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension VolumeMountStatus {
  fileprivate init(_ mount: VolumeMount) {
    self.init()
    name = mount.name
    mountPath = mount.mountPath
    if mount.readOnly == true {
      readOnly = true
      recursiveReadOnly = mount.isRecursivelyReadOnly ? "Enabled" : "Disabled"
    }
  }
}

extension HostIP {
  fileprivate init(_ address: String) {
    self.init()
    ip = address
  }
}

extension PodIP {
  fileprivate init(_ address: String) {
    self.init()
    ip = address
  }
}

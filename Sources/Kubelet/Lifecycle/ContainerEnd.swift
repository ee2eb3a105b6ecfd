internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// From a running container to an ended one: hooks, signals, grace, and the end of the whole pod.
extension PodLifecycle {
  /// Kubernetes never gives a container less than this between TERM and KILL.
  private static let minimumGrace = Duration.seconds(2)

  /// How long the pod's containers may take to end.
  var grace: Duration {
    .seconds(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30)
  }

  /// Begins to end one running container; one that is being ended already goes on doing so.
  ///
  /// - Parameter isForReplacement: Whether it is to be started anew in the same breath.
  mutating func stop(
    _ index: Int, _ why: String, grace: Duration, isForReplacement: Bool = false, _ turn: inout Turn
  ) {
    guard var running = containers[index].running, running.stop == nil else { return }
    record(.normal("Killing", why), containers[index], &turn)
    if running.postStart == .underWay { running.postStart = .done }
    var stop = ContainerLife.Stop(
      killAt: turn.now + max(grace, Self.minimumGrace), isForReplacement: isForReplacement)
    let name = containers[index].name
    if spec(of: name)?.lifecycle?.preStop != nil, grace > .zero {
      stop.isInPreStop = true
      turn.effects.append(.runHook(container: name, id: running.id, .preStop, within: grace))
    }
    running.stop = stop
    containers[index].running = running
    progressStop(index, &turn)
  }

  /// TERM when it is the container's turn, and KILL when the grace is over; again and again, since a signal that could
  /// not be sent tells nobody.
  mutating func progressStop(_ index: Int, _ turn: inout Turn) {
    guard let running = containers[index].running, var stop = running.stop, !stop.isInPreStop else { return }
    if !stop.hasTerm {
      guard isTurnToEnd(index) || stop.killAt <= turn.now else { return }
      stop.hasTerm = true
      stop.killAt = max(stop.killAt, turn.now + Self.minimumGrace)
      turn.effects.append(.signal(id: running.id, running.stopSignal))
    } else if stop.killAt <= turn.now {
      stop.killAt = turn.now + Self.resyncInterval
      turn.effects.append(.signal(id: running.id, Signal.kill))
    }
    containers[index].running?.stop = stop
  }

  /// Sidecars serve the others to their end: of a pod that ends they come last, and in reverse order.
  private func isTurnToEnd(_ index: Int) -> Bool {
    if containers[index].role != .sidecar || stage == .active { return true }
    return !containers.indices.contains { other in
      switch containers[other].role {
      case .main: containers[other].mayHaveProcesses
      case .sidecar: other > index && containers[other].mayHaveProcesses
      case .initial, .ephemeral: false
      }
    }
  }

  mutating func shortenGrace(_ now: Timestamp) {
    let latest = now + max(grace, Self.minimumGrace)
    for index in containers.indices {
      guard let stop = containers[index].running?.stop else { continue }
      containers[index].running?.stop?.killAt = min(stop.killAt, latest)
    }
  }

  mutating func hookEnded(_ index: Int, _ hook: Hook, failure: String?, _ turn: inout Turn) {
    guard let running = containers[index].running else { return }
    switch hook {
    case .postStart:
      guard running.postStart == .underWay else { return }
      containers[index].running?.postStart = failure == nil ? .done : .failed
      guard failure != nil else { return containers[index].forgetEnd() }
      containers[index].isBeingReplaced = false
      record(.warning("FailedPostStartHook", "PostStartHook failed"), containers[index], &turn)
      containers[index].complaint = ContainerLife.Complaint(
        reason: "PostStartHookError", message: "PostStartHook failed")
      stop(index, "FailedPostStartHook", grace: grace, &turn)
    case .preStop:
      guard running.stop?.isInPreStop == true else { return }
      if failure != nil { record(.warning("FailedPreStopHook", "PreStopHook failed"), containers[index], &turn) }
      containers[index].running?.stop?.isInPreStop = false
      progressStop(index, &turn)
    }
  }

  mutating func containerExited(_ index: Int, _ exit: ContainerLife.Exit, _ turn: inout Turn) {
    switch containers[index].phase {
    case .launching(.starting(let id, let image, _)):
      // It ended before its start was told.
      containers[index].phase = .launching(.starting(id, image, exit: exit))
    case .running(let running):
      let state = ContainerStateTerminated(id: running.id, exit, startedAt: running.startedAt)
      if running.postStart != .failed { containers[index].complaint = nil }
      containers[index].end(ContainerLife.Ended(state: state, image: running.image))
      pauseAfterCrash(index, &turn)
    case .idle, .launching: break
    }
  }

  // MARK: Probes

  mutating func beginProbes(_ index: Int, _ turn: inout Turn) {
    guard var running = containers[index].running, running.postStart == .done else { return }
    let name = containers[index].name
    let due = running.probes.begin(now: turn.now, isEnding: running.stop != nil)
    containers[index].running = running
    turn.effects += due.map { .probe(container: name, id: running.id, $0) }
  }

  mutating func probed(_ index: Int, _ kind: ProbeKind, _ result: ProbeResult, _ turn: inout Turn) {
    let name = containers[index].name
    guard let probe = spec(of: name)?.probe(kind), var running = containers[index].running else { return }
    let verdict = running.probes.note(result, kind, probe, now: turn.now)
    containers[index].running = running
    // Whether a container that is being ended still serves is worth knowing; whether it lives is not.
    if running.stop != nil, kind != .readiness { return }
    switch result {
    case .success: break
    case .warning(let output):
      record(.warning("ProbeWarning", "\(kind.rawValue) probe warning: \(output)"), containers[index], &turn)
    case .failure(let output):
      record(.warning("Unhealthy", "\(kind.rawValue) probe failed: \(output)"), containers[index], &turn)
    case .errored(let message):
      record(
        .warning("Unhealthy", "\(kind.rawValue) probe errored and resulted in unknown state: \(message)"),
        containers[index], &turn)
    }
    guard verdict == .bad, kind != .readiness else { return }
    let grace = probe.terminationGracePeriodSeconds.map { Duration.seconds($0) } ?? grace
    var why = "Container \(name) failed \(kind.rawValue.lowercased()) probe"
    let isSidecar = containers[index].role == .sidecar
    let isForReplacement = isSidecar || pod.spec.restartPolicy != "Never"
    if isSidecar {
      why = "Init c" + why.dropFirst()
    } else if isForReplacement {
      why += ", will be restarted"
    }
    stop(index, why, grace: grace, isForReplacement: isForReplacement, &turn)
  }

  // MARK: The end of the pod

  /// How long the containers of an evicted pod may take to end, whatever the pod asks for.
  static let evictionGrace = Duration.seconds(1)

  /// - Parameter grace: How long the containers may take, if not as long as the pod says.
  mutating func beginStopping(_ cause: Cause, grace: Duration? = nil, _ turn: inout Turn) {
    stage = .stopping(cause)
    if cause == .deleted {
      // Nothing is waited for any more.
      forgetComplaints()
      report(&turn)
    }
    for index in containers.indices {
      switch containers[index].phase {
      case .launching(.findingImage), .launching(.pullingImage): containers[index].phase = .idle
      default: break
      }
      if containers[index].phase == .idle { containers[index].pause = nil }
      containers[index].isBeingReplaced = false
      containers[index].running?.stop?.isForReplacement = false
      stop(index, "Stopping container \(containers[index].name)", grace: grace ?? self.grace, &turn)
    }
  }

  mutating func proceedStopping(_ cause: Cause, _ turn: inout Turn) {
    for index in containers.indices {
      progressStop(index, &turn)
      beginProbes(index, &turn)
    }
    if containers.contains(where: \.mayHaveProcesses) { return }
    // What is being made must be there before it can be taken away.
    if volumes.areUnderWay || sandbox == .creating { return }
    if case .replacing = sandbox { return }
    settle(cause)
    stage = .removingSandbox(cause)
    // Of a deleted pod the end is told when nothing of it is left.
    if cause != .deleted { report(&turn) }
    if case .ready(let current) = sandbox {
      turn.effects.append(.removeSandbox(id: current.spec.id))
    } else {
      stage = .over(cause)
      turn.effects.append(.removeVolumes)
    }
  }

  /// Gives every container the state in which it will be remembered.
  private mutating func settle(_ cause: Cause) {
    if cause == .completed { return }
    let hasInitialized = hasInitialized
    let lastTouched = containers.lastIndex { $0.role == .initial && ($0.made > 0 || $0.ended != nil) } ?? 0
    forgetComplaints()
    for index in containers.indices {
      guard containers[index].ended == nil else { continue }
      switch containers[index].role {
      case .main, .ephemeral: if !hasInitialized { continue }
      case .initial, .sidecar: if index > lastTouched { continue }
      }
      containers[index].ended = ContainerLife.Ended(
        state: .unknown("The container could not be located when the pod was terminated"))
    }
  }

  /// A container that is not to be started any more waits for nothing.
  private mutating func forgetComplaints() {
    for index in containers.indices where containers[index].complaint != nil {
      containers[index].complaint = nil
      // What ended before the last end has been cleared away.
      if containers[index].ended != nil { containers[index].endedBefore = nil }
    }
  }

  /// Whether the pod ever came as far as starting its main containers.
  private var hasInitialized: Bool {
    if pod.spec.initContainers.isEmpty { return true }
    if containers.contains(where: { $0.role == .main && $0.made > 0 }) { return true }
    guard let last = containers.last(where: { $0.role == .initial || $0.role == .sidecar }) else { return true }
    return last.role == .sidecar ? last.made > 0 : last.ended?.exitCode == 0
  }
}

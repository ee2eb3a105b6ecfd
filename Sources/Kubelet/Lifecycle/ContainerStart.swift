internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema

/// From an idle container to a running one: image, creation, start, `postStart`, and what is said when a step fails.
extension PodLifecycle {
  mutating func launch(_ index: Int, _ turn: inout Turn) {
    containers[index].pause = nil
    if let ended = containers[index].decisiveEnd {
      containers[index].crashBackOff.step(now: turn.now, afterFailureAt: ended.finishedAt)
    }
    containers[index].phase = .launching(.findingImage)
    turn.effects.append(.findImage(container: containers[index].name))
  }

  mutating func imageFound(_ name: String, _ image: ImageInfo?, _ turn: inout Turn) {
    guard let index = launching(name, .findingImage), let spec = spec(of: name) else { return }
    let reference = spec.image ?? ""
    let container = containers[index]
    switch (spec.imagePullPolicy, image) {
    case ("Never", nil):
      let message = "Container image \"\(reference)\" is not present with pull policy of Never"
      record(.warning("ErrImageNeverPull", message), container, &turn)
      fail(index, "ErrImageNeverPull", message, said: "ErrImageNeverPull", &turn)
    case ("Always", _), (_, nil):
      containers[index].phase = .launching(.pullingImage)
      record(.normal("Pulling", "Pulling image \"\(reference)\""), container, &turn)
      turn.effects.append(.pullImage(container: name))
    case (_, let image?):
      record(.normal("Pulled", "Container image \"\(reference)\" already present on machine"), container, &turn)
      create(index, image, &turn)
    }
  }

  mutating func imagePulled(_ name: String, _ image: ImageInfo, _ took: Duration, _ turn: inout Turn) {
    guard let index = launching(name, .pullingImage) else { return }
    containers[index].pullBackOff.reset()
    let message =
      "Successfully pulled image \"\(spec(of: name)?.image ?? "")\" in \(took.text) (\(took.text) including waiting). "
      + "Image size: \(image.size) bytes."
    record(.normal("Pulled", message), containers[index], &turn)
    create(index, image, &turn)
  }

  mutating func imageNotPulled(_ name: String, _ error: RuntimeError, _ turn: inout Turn) {
    guard let index = launching(name, .findingImage) ?? launching(name, .pullingImage) else { return }
    let reference = spec(of: name)?.image ?? ""
    if error.reason == .invalidImageName {
      let message = "Failed to apply default image tag \"\(reference)\": \(error.message)"
      record(.warning("InspectFailed", message), containers[index], &turn)
      return fail(index, "InvalidImageName", message, said: "InvalidImageName", &turn)
    }
    record(.warning("Failed", "Failed to pull image \"\(reference)\": \(error.message)"), containers[index], &turn)
    fail(index, "ErrImagePull", error.message, said: "ErrImagePull", &turn)
    containers[index].pullError = error.message
    containers[index].pullBackOff.step(now: turn.now, afterFailureAt: turn.now)
    containers[index].pause = ContainerLife.Pause(
      kind: .pull, retryAt: turn.now + containers[index].pullBackOff.delay, nextRemark: turn.now + .seconds(1))
  }

  mutating func containerCreated(_ name: String, _ id: ContainerID, _ turn: inout Turn) {
    guard let index = containers.firstIndex(where: { $0.name == name }),
      case .launching(.creating(let image)) = containers[index].phase
    else {
      // Nobody waits for it any more.
      turn.effects.append(.removeContainer(id: id))
      return
    }
    if stage != .active || sandbox.isLost {
      containers[index].phase = .idle
      turn.effects.append(.removeContainer(id: id))
      return
    }
    containers[index].made += 1
    containers[index].phase = .launching(.starting(id, image, exit: nil))
    record(.normal("Created", "Created container: \(name)"), containers[index], &turn)
    if let remains = containers[index].remains {
      containers[index].remains = nil
      turn.effects.append(.removeContainer(id: remains))
    }
    turn.effects.append(.startContainer(container: name, id: id))
  }

  mutating func containerNotCreated(_ name: String, _ failure: CreationFailure, _ turn: inout Turn) {
    guard let index = containers.firstIndex(where: { $0.name == name }),
      case .launching(.creating) = containers[index].phase
    else { return }
    fail(index, failure.reason, failure.message, said: failure.message, &turn)
  }

  mutating func containerStarted(_ name: String, _ id: ContainerID, _ turn: inout Turn) {
    guard let index = containers.firstIndex(where: { $0.name == name }),
      case .launching(.starting(id, let image, let exit)) = containers[index].phase, let spec = spec(of: name)
    else { return }
    var running = ContainerLife.Running(id: id, image: ContainerLife.ImageNames(image), startedAt: turn.now)
    running.stopSignal = Signal.stopping(image)
    running.probes = ProbeBook(spec, startedAt: turn.now)
    if spec.lifecycle?.postStart != nil && exit == nil { running.postStart = .underWay }
    containers[index].phase = .running(running)
    if running.postStart == .done { containers[index].forgetEnd() }
    record(.normal("Started", "Started container \(name)"), containers[index], &turn)
    if let exit { return containerExited(index, exit, &turn) }
    if running.postStart == .underWay {
      turn.effects.append(.runHook(container: name, id: id, .postStart, within: .seconds(3600)))
    }
    if stage != .active { stop(index, "Stopping container \(name)", grace: grace, &turn) }
  }

  mutating func containerNotStarted(_ name: String, _ id: ContainerID, _ message: String, _ turn: inout Turn) {
    guard let index = containers.firstIndex(where: { $0.name == name }),
      case .launching(.starting(id, let image, _)) = containers[index].phase
    else { return }
    containers[index].end(
      ContainerLife.Ended(
        state: .notStarted(id: id, message: message, at: turn.now), image: ContainerLife.ImageNames(image)))
    // Of a container that is not tried again it is the end.
    let isFinal = pod.spec.restartPolicy == "Never" && containers[index].role != .sidecar
    containers[index].complaint =
      isFinal ? nil : ContainerLife.Complaint(reason: "RunContainerError", message: message)
    containers[index].isBeingReplaced = false
    record(.warning("Failed", "Error: \(message)"), containers[index], &turn)
    pauseAfterCrash(index, &turn)
  }

  /// Says again, now and then, why a container is not there yet.
  mutating func remark(_ index: Int, _ turn: inout Turn) {
    guard var pause = containers[index].pause, let moment = pause.nextRemark, moment <= turn.now,
      pause.retryAt > turn.now
    else { return }
    pause.nextRemark = turn.now + Self.resyncInterval
    containers[index].pause = pause
    let container = containers[index]
    switch pause.kind {
    case .crash:
      if container.complaint?.reason == "CrashLoopBackOff" { recordBackOff(index, &turn) }
      containers[index].complaint = crashLoop(container)
    case .pull:
      let message = "Back-off pulling image \"\(spec(of: container.name)?.image ?? "")\""
      record(.normal("BackOff", message), container, &turn)
      record(.warning("Failed", "Error: ImagePullBackOff"), container, &turn)
      containers[index].complaint = ContainerLife.Complaint(
        reason: "ImagePullBackOff", message: "\(message): ErrImagePull: \(container.pullError)")
    case .mistake: break
    }
  }

  /// After a container has ended that is to run: at once the first time, then with growing pauses.
  mutating func pauseAfterCrash(_ index: Int, _ turn: inout Turn) {
    let container = containers[index]
    guard stage == .active, let ended = container.ended, let decisive = container.decisiveEnd, shouldRun(container),
      container.crashBackOff.retryTime(afterFailureAt: decisive.finishedAt) > turn.now
    else { return }
    let retryAt = container.crashBackOff.retryTime(afterFailureAt: ended.finishedAt)
    containers[index].pause = ContainerLife.Pause(kind: .crash, retryAt: retryAt, nextRemark: turn.now + .seconds(1))
    recordBackOff(index, &turn)
    if container.isBeingReplaced {
      containers[index].isBeingReplaced = false
      containers[index].complaint = crashLoop(container)
      containers[index].pause?.nextRemark = turn.now + Self.resyncInterval
    }
  }

  private func crashLoop(_ container: ContainerLife) -> ContainerLife.Complaint {
    let delay = container.crashBackOff.delay.text
    return ContainerLife.Complaint(
      reason: "CrashLoopBackOff",
      message: "back-off \(delay) restarting failed container=\(container.name) pod=\(fullName)")
  }

  private mutating func recordBackOff(_ index: Int, _ turn: inout Turn) {
    let name = containers[index].name
    let message = "Back-off restarting failed container \(name) in pod \(fullName)"
    record(.warning("BackOff", message), containers[index], &turn)
  }

  private mutating func create(_ index: Int, _ image: ImageInfo, _ turn: inout Turn) {
    containers[index].phase = .launching(.creating(image))
    if Signal.isUnknown(image.stopSignal) {
      let message =
        "Image \"\(spec(of: containers[index].name)?.image ?? "")\" names an unknown stop signal "
        + "\"\(image.stopSignal)\": the container will be stopped by SIGTERM"
      record(.warning("UnknownStopSignal", message), containers[index], &turn)
    }
    turn.effects.append(
      .createContainer(container: containers[index].name, attempt: containers[index].made, image: image))
  }

  /// A start that failed before there was a container; it is tried again after a while.
  private mutating func fail(
    _ index: Int, _ reason: String, _ message: String, said: String, _ turn: inout Turn
  ) {
    record(.warning("Failed", "Error: \(said)"), containers[index], &turn)
    containers[index].phase = .idle
    containers[index].isBeingReplaced = false
    containers[index].complaint = ContainerLife.Complaint(reason: reason, message: message)
    containers[index].pause = ContainerLife.Pause(kind: .mistake, retryAt: turn.now + Self.resyncInterval)
  }

  private func launching(_ name: String, _ step: ContainerLife.Launch) -> Int? {
    containers.firstIndex { $0.name == name && $0.phase == .launching(step) }
  }
}

extension ContainerLife.ImageNames {
  init(_ image: ImageInfo) {
    // Of several names the one that says most: `busybox:1.28` rather than `busybox:latest`.
    let names = image.names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    name = names.first { $0.split(separator: ":").last?.contains(".") ?? false } ?? names.first ?? image.id
    digest = image.digest
  }
}

extension PodLifecycle.SandboxPhase {
  var isLost: Bool { if case .ready = self { false } else { true } }
}

internal import ContainerRuntime
public import ControlLoop
public import KubernetesAPI
public import ObjectSchema

/// A pod's life on its node, as a value: events in, effects out.
///
/// It never sleeps, never reads a clock and never calls anything; whoever holds it performs the effects and brings
/// back what came of them. What the lifecycle waits for is in its state, so that `proceed` may be called at any time.
public struct PodLifecycle: Sendable, Equatable {
  enum Stage: Sendable, Equatable {
    case active
    /// The containers are being ended.
    case stopping(Cause)
    case removingSandbox(Cause)
    /// Nothing is left but the API's object.
    case over(Cause)
    case deleting
    case gone

    var hasNothingLeft: Bool {
      switch self {
      case .over, .deleting: true
      case .active, .stopping, .removingSandbox, .gone: false
      }
    }
  }

  /// Why a pod ends.
  enum Cause: Sendable, Equatable {
    /// Its containers have ended and none is to be started again.
    case completed
    case failed(reason: String, message: String)
    /// It was never let in.
    case rejected(reason: String, message: String)
    case deleted
  }

  enum Volumes: Sendable, Equatable {
    case unprepared
    case preparing
    case ready
    /// The files of the kubelet's own volumes are being brought up to date, and may be outdated once more already.
    case refreshing(isOutdated: Bool)
    case failed(retryAt: Timestamp)

    var areReady: Bool {
      switch self {
      case .ready, .refreshing: true
      case .unprepared, .preparing, .failed: false
      }
    }

    var areUnderWay: Bool {
      switch self {
      case .preparing, .refreshing: true
      case .unprepared, .ready, .failed: false
      }
    }
  }

  /// Which volumes the pod waits for, and when that is said once more.
  struct MissingVolumes: Sendable, Equatable {
    /// How long Kubernetes waits for the volumes of a pod before it says that it did.
    static let patience = Duration.seconds(123)

    var names: [String]
    var nextRemark: Timestamp

    var message: String {
      "Unable to attach or mount volumes: unmounted volumes=[\(names.joined(separator: " "))], unattached volumes=[], "
        + "failed to process volumes=[]: context deadline exceeded"
    }
  }

  enum SandboxPhase: Sendable, Equatable {
    case none
    case creating
    case ready(Sandbox)
    /// It died; what is left of it is taken away before another is made.
    case replacing(id: String)
    case failed(retryAt: Timestamp)
  }

  public private(set) var pod: Pod
  var stage = Stage.active
  var volumes = Volumes.unprepared
  var missingVolumes: MissingVolumes?
  var volumeBackOff = BackOff(initial: .milliseconds(500), maximum: .seconds(122))
  var sandbox = SandboxPhase.none
  var sandboxAttempts = 0
  /// Init containers, containers, ephemeral containers, each in the order of the spec.
  var containers: [ContainerLife]
  /// The pod has left the API, whatever is still running of it here.
  var isVanished = false
  var addresses: [String] = []
  /// What earlier kubelets left in the runtime and nobody needs any more.
  var leftovers: [Effect] = []
  /// Sandboxes among it: the pod is not gone before they are.
  var oldSandboxes: Set<String> = []
  /// What is to be said of the pod as soon as it is seen here.
  var remarks: [EventNote] = []
  let hostAddresses: [String]
  /// Why its node does not take it.
  let refusal: NodeAdmission.Refusal?
  var startTime: Timestamp
  var reported: PodStatus?
  /// Whether what was reported must be said again.
  var isReportLost = false

  /// A pod that this node sees for the first time.
  ///
  /// - Parameter refusal: Why the node does not take it.
  /// - Parameter remarks: What is to be said of it at once.
  public init(
    _ pod: Pod, hostAddresses: [String], refusal: NodeAdmission.Refusal? = nil, remarks: [EventNote] = [],
    now: Timestamp
  ) {
    self.pod = pod
    self.hostAddresses = hostAddresses
    self.refusal = refusal
    self.remarks = remarks
    startTime = pod.status.startTime ?? now.toTheSecond
    containers = Self.containers(of: pod.spec)
    if let phase = pod.status.phase, phase == "Succeeded" || phase == "Failed" {
      stage = .over(.completed)
      reported = pod.status
    }
  }

  static func containers(of spec: PodSpec) -> [ContainerLife] {
    spec.initContainers.map { container in
      ContainerLife(name: container.name ?? "", role: container.restartPolicy == "Always" ? .sidecar : .initial)
    } + spec.containers.map { ContainerLife(name: $0.name ?? "", role: .main) }
      + spec.ephemeralContainers.map { ContainerLife(name: $0.name ?? "", role: .ephemeral) }
  }

  /// Whether nothing of the pod is left, here or in the API.
  public var isGone: Bool { stage == .gone }

  public var sandboxID: String? {
    switch sandbox {
    case .ready(let sandbox): sandbox.spec.id
    case .replacing(let id): id
    default: nil
    }
  }

  // MARK: Handling

  /// What the lifecycle collects while it handles one event.
  struct Turn {
    let now: Timestamp
    var effects: [Effect] = []
  }

  /// The first effects of a pod that came to this node or was found on it.
  public mutating func begin(at now: Timestamp) -> [Effect] {
    var turn = Turn(now: now, effects: leftovers)
    leftovers = []
    if stage == .active {
      if let refusal {
        record(.warning(refusal.reason, refusal.message), nil, &turn)
        stage = .over(.rejected(reason: refusal.reason, message: "Pod was rejected: " + refusal.message))
      }
      report(&turn)
      if stage == .active { for remark in remarks { record(remark, nil, &turn) } }
    } else {
      // What ended while no kubelet was there may have left them.
      turn.effects.append(.removeVolumes)
    }
    proceed(&turn)
    finish(&turn)
    return turn.effects
  }

  public mutating func handle(_ event: Event, at now: Timestamp) -> [Effect] {
    // The end of a sandbox is told to every pod of the node; a hundred of them that go must not think of one another.
    if case .sandboxExited(let id) = event, id != sandboxID { return [] }
    var turn = Turn(now: now)
    apply(event, &turn)
    // While containers are being started or the pod is being ended, the status waits for the end of the round, as a
    // kubelet's does.
    if !event.isStepOfStarting && stage == .active { report(&turn) }
    proceed(&turn)
    finish(&turn)
    return turn.effects
  }

  private mutating func finish(_ turn: inout Turn) {
    if !isStarting { report(&turn) }
    if let moment = nextMoment(after: turn.now) { turn.effects.append(.wakeAt(moment)) }
  }

  /// Whether something is being made whose end will be reported together with what comes before it.
  private var isStarting: Bool {
    guard stage == .active else { return false }
    return volumes == .preparing || sandbox == .creating || containers.contains { $0.isLaunching }
      || containers.contains { $0.isRunning && !$0.isUnderWay }
  }

  mutating func report(_ turn: inout Turn) {
    if isVanished || stage == .gone { return }
    let status = status(at: turn.now)
    if status == reported && !isReportLost { return }
    isReportLost = false
    reported = status
    turn.effects.append(.report(status))
  }

  // MARK: Events

  private mutating func apply(_ event: Event, _ turn: inout Turn) {
    switch event {
    case .podChanged(let pod): change(to: pod, &turn)
    case .podVanished(let last):
      isVanished = true
      pod.metadata.deletionTimestamp = last.metadata.deletionTimestamp ?? turn.now
      pod.metadata.deletionGracePeriodSeconds = last.metadata.deletionGracePeriodSeconds
      shortenGrace(turn.now)
    case .podDeleted: isVanished = true
    case .shownAnew: isReportLost = true
    case .timeCame: break
    case .noticed(let note): record(note, nil, &turn)

    case .volumesReady:
      volumes = .ready
      missingVolumes = nil
    case .volumesFailed(let names, let messages):
      volumeBackOff.step(now: turn.now, afterFailureAt: turn.now)
      missingVolumes = MissingVolumes(
        names: names, nextRemark: missingVolumes?.nextRemark ?? turn.now + MissingVolumes.patience)
      volumes = .failed(retryAt: turn.now + volumeBackOff.delay)
      for message in messages { record(.warning("FailedMount", message), nil, &turn) }
    case .volumesOutdated: refreshVolumes(&turn)
    case .volumesRefreshed(let failures):
      for message in failures { record(.warning("FailedMount", message), nil, &turn) }
      let isOutdated = volumes == .refreshing(isOutdated: true)
      volumes = .ready
      if isOutdated { refreshVolumes(&turn) }
    case .evicted(let message):
      guard stage == .active else { return }
      record(.warning("Evicted", message), nil, &turn)
      beginStopping(.failed(reason: "Evicted", message: message), grace: Self.evictionGrace, &turn)

    case .sandboxCreated(let new):
      sandbox = .ready(new)
      sandboxAttempts = new.spec.attempt + 1
      addresses = addresses(in: new)
    case .sandboxFailed(let message):
      sandboxAttempts += 1
      sandbox = .failed(retryAt: turn.now + Self.resyncInterval)
      record(.warning("FailedCreatePodSandBox", "Failed to create pod sandbox: \(message)"), nil, &turn)
    case .sandboxExited(let id):
      guard case .ready(let current) = sandbox, current.spec.id == id, stage == .active else { return }
      sandbox = .replacing(id: id)
      record(.normal("SandboxChanged", "Pod sandbox changed, it will be killed and re-created."), nil, &turn)
      turn.effects.append(.removeSandbox(id: id))
    case .sandboxRemoved(let id): sandboxIsRemoved(id, &turn)

    case .pullSecretsMissing(let names):
      let message =
        "Unable to retrieve some image pull secrets (\(names.joined(separator: ", "))); attempting to pull the image may not succeed."
      record(.warning("FailedToRetrieveImagePullSecret", message), nil, &turn)
    case .imageFound(let name, let image): with(name) { $0.imageFound(name, image, &turn) }
    case .imagePulled(let name, let image, let took): with(name) { $0.imagePulled(name, image, took, &turn) }
    case .imageNotPulled(let name, let error): with(name) { $0.imageNotPulled(name, error, &turn) }
    case .containerCreated(let name, let id): with(name) { $0.containerCreated(name, id, &turn) }
    case .containerNotCreated(let name, let failure): with(name) { $0.containerNotCreated(name, failure, &turn) }
    case .containerStarted(let name, let id): with(name) { $0.containerStarted(name, id, &turn) }
    case .containerNotStarted(let name, let id, let message):
      with(name) { $0.containerNotStarted(name, id, message, &turn) }
    case .containerExited(let id, let status, let message):
      guard let index = containers.firstIndex(where: { $0.containerID == id }) else { return }
      containerExited(index, ContainerLife.Exit(status: status, message: message), &turn)
    case .hookEnded(let id, let hook, let failure):
      guard let index = containers.firstIndex(where: { $0.running?.id == id }) else { return }
      hookEnded(index, hook, failure: failure, &turn)
    case .probed(let id, let kind, let result):
      guard let index = containers.firstIndex(where: { $0.running?.id == id }) else { return }
      probed(index, kind, result, &turn)
    }
  }

  private mutating func with(_ name: String, _ change: (inout PodLifecycle) -> Void) {
    // A container that the pod no longer has is of no interest.
    if containers.contains(where: { $0.name == name }) { change(&self) }
  }

  /// Volumes that could not be had are tried again at once: what they lack may be there now.
  private mutating func refreshVolumes(_ turn: inout Turn) {
    guard stage == .active else { return }
    switch volumes {
    case .ready:
      volumes = .refreshing(isOutdated: false)
      turn.effects.append(.refreshVolumes)
    case .refreshing: volumes = .refreshing(isOutdated: true)
    case .failed: volumes = .unprepared
    case .unprepared, .preparing: break
    }
  }

  private mutating func change(to new: Pod, _ turn: inout Turn) {
    let areFieldsOther =
      new.metadata.labels != pod.metadata.labels || new.metadata.annotations != pod.metadata.annotations
    let known = Set(containers.map(\.name))
    containers += Self.containers(of: new.spec).filter { $0.role == .ephemeral && !known.contains($0.name) }
    let oldImages = pod.spec.containers.map(\.image)
    let isShorter =
      (new.metadata.deletionGracePeriodSeconds ?? .max) < (pod.metadata.deletionGracePeriodSeconds ?? .max)
      && pod.metadata.deletionTimestamp != nil
    pod = new
    if isShorter { shortenGrace(turn.now) }
    if areFieldsOther, VolumeContent.showsFields(of: new) { refreshVolumes(&turn) }
    for (index, container) in new.spec.containers.enumerated()
    where index < oldImages.count && oldImages[index] != container.image && stage == .active {
      let name = container.name ?? ""
      guard let position = containers.firstIndex(where: { $0.name == name }) else { continue }
      // Only the old image has to be waited for.
      if let kind = containers[position].pause?.kind, kind != .crash {
        containers[position].pause = nil
        containers[position].pullBackOff.reset()
      }
      stop(
        position, "Container \(name) definition changed, will be restarted", grace: grace, isForReplacement: true,
        &turn)
    }
  }

  private mutating func sandboxIsRemoved(_ id: String, _ turn: inout Turn) {
    oldSandboxes.remove(id)
    switch stage {
    case .active:
      guard sandbox == .replacing(id: id) else { return }
      sandbox = .none
      for index in containers.indices { forgetSandbox(of: index, turn.now) }
    case .removingSandbox(let cause):
      sandbox = .none
      stage = .over(cause)
      turn.effects.append(.removeVolumes)
      // With the sandbox the runtime forgets what ended before.
      if cause == .completed { for index in containers.indices { containers[index].endedBefore = nil } }
    case .stopping: if sandbox == .replacing(id: id) { sandbox = .none }
    case .over, .deleting, .gone: break
    }
  }

  /// In a new sandbox the pod begins anew, from its first init container.
  private mutating func forgetSandbox(of index: Int, _ now: Timestamp) {
    if let running = containers[index].running {
      let killed = ExitStatus(code: 137, finishedAt: now.nanosecondsSince1970)
      containers[index].end(
        ContainerLife.Ended(
          state: ContainerStateTerminated(
            id: running.id, ContainerLife.Exit(status: killed), startedAt: running.startedAt), image: running.image))
    }
    if containers[index].isLaunching { containers[index].phase = .idle }
    containers[index].remains = nil
    containers[index].isBeingReplaced = false
    if containers[index].role == .initial, let ended = containers[index].ended {
      containers[index].endedBefore = ended
      containers[index].ended = nil
    }
  }

  // MARK: Going on

  /// How often something that cannot work is looked at again.
  static let resyncInterval = Duration.seconds(12)

  /// Starts whatever can be started now, from what the state says alone.
  private mutating func proceed(_ turn: inout Turn) {
    if stage == .active { proceedActive(&turn) }
    if case .stopping(let cause) = stage { proceedStopping(cause, &turn) }
    if !oldSandboxes.isEmpty { return }
    if case .over = stage, pod.metadata.deletionTimestamp != nil, !isVanished {
      report(&turn)
      stage = .deleting
      turn.effects.append(.deletePod)
    }
    if isVanished, stage.hasNothingLeft {
      stage = .gone
      turn.effects.append(.finish)
    }
  }

  private mutating func proceedActive(_ turn: inout Turn) {
    if pod.metadata.deletionTimestamp != nil { return beginStopping(.deleted, &turn) }
    if let deadline, deadline <= turn.now {
      let message = "Pod was active on the node longer than the specified deadline"
      record(.normal("DeadlineExceeded", message), nil, &turn)
      return beginStopping(.failed(reason: "DeadlineExceeded", message: message), &turn)
    }
    if isCompleted { return beginStopping(.completed, &turn) }

    if var missing = missingVolumes, missing.nextRemark <= turn.now {
      missing.nextRemark = turn.now + MissingVolumes.patience
      missingVolumes = missing
      if !missing.names.isEmpty { record(.warning("FailedMount", missing.message), nil, &turn) }
    }
    switch volumes {
    case .unprepared:
      volumes = .preparing
      turn.effects.append(.prepareVolumes)
      return
    case .failed(let retryAt) where retryAt <= turn.now:
      volumes = .preparing
      turn.effects.append(.prepareVolumes)
      return
    case .preparing, .failed: return
    case .ready, .refreshing: break
    }
    switch sandbox {
    case .none:
      sandbox = .creating
      turn.effects.append(.createSandbox(attempt: sandboxAttempts))
      return
    case .failed(let retryAt) where retryAt <= turn.now:
      sandbox = .creating
      turn.effects.append(.createSandbox(attempt: sandboxAttempts))
      return
    case .creating, .failed, .replacing: return
    case .ready: break
    }
    for index in containers.indices {
      progressStop(index, &turn)
      beginProbes(index, &turn)
      remark(index, &turn)
    }
    // One at a time: the next container waits for the start of the one before.
    if !isStarting, let next = nextToStart(turn.now) { launch(next, &turn) }
  }

  var deadline: Timestamp? { pod.spec.activeDeadlineSeconds.map { startTime + .seconds($0) } }

  /// Whether no container will be started any more.
  private var isCompleted: Bool {
    if containers.contains(where: { $0.isLaunching }) { return false }
    let isRefused = containers.contains { container in
      container.role == .initial && pod.spec.restartPolicy == "Never" && !container.isRunning
        && (container.ended?.exitCode ?? 0) != 0
    }
    if isRefused { return true }
    let main = containers.filter { $0.role == .main }
    return main.allSatisfy { $0.phase == .idle && $0.ended != nil && !shouldRun($0) }
  }

  /// Whether the container is to be started, be it now or after a pause.
  func shouldRun(_ container: ContainerLife) -> Bool {
    if container.isBeingReplaced { return true }
    guard let ended = container.ended else { return container.role != .ephemeral || container.made == 0 }
    switch (container.role, pod.spec.restartPolicy) {
    case (.ephemeral, _), (.initial, "Never"), (.main, "Never"): return false
    case (.sidecar, _): return true
    case (.initial, _), (.main, "OnFailure"): return ended.exitCode != 0
    case (.main, _): return true
    }
  }

  private func nextToStart(_ now: Timestamp) -> Int? {
    func canStart(_ container: ContainerLife) -> Bool {
      container.phase == .idle && shouldRun(container) && (container.pause.map { $0.retryAt <= now } ?? true)
    }
    let hasBegun = containers.contains { $0.role == .main && $0.made > 0 }
    for (index, container) in containers.enumerated() where container.role == .initial || container.role == .sidecar {
      if canStart(container) { return index }
      switch container.role {
      case .initial where container.phase != .idle || shouldRun(container): return nil
      case .sidecar where !hasBegun && !(container.running?.probes.isStarted ?? false): return nil
      default: break
      }
    }
    return containers.indices.first { index in
      let role = containers[index].role
      return (role == .main || role == .ephemeral) && canStart(containers[index])
    }
  }

  // MARK: Time

  /// The next moment at which something is to be done although nothing happens.
  ///
  /// What is overdue already waits for something else, and is looked at again when that happens.
  private func nextMoment(after now: Timestamp) -> Timestamp? {
    var moments: [Timestamp] = []
    switch stage {
    case .active:
      if let deadline { moments.append(deadline) }
      if case .failed(let retryAt) = volumes { moments.append(retryAt) }
      if let missingVolumes { moments.append(missingVolumes.nextRemark) }
      if case .failed(let retryAt) = sandbox { moments.append(retryAt) }
      for container in containers {
        if let pause = container.pause {
          moments.append(pause.retryAt)
          if let remark = pause.nextRemark { moments.append(remark) }
        }
        guard let running = container.running else { continue }
        moments += self.moments(of: running)
      }
    case .stopping: moments = containers.compactMap(\.running).flatMap { self.moments(of: $0) }
    case .removingSandbox, .over, .deleting, .gone: break
    }
    return moments.filter { $0 > now }.min()
  }

  private func moments(of running: ContainerLife.Running) -> [Timestamp] {
    var moments: [Timestamp] = []
    if let stop = running.stop, !stop.isInPreStop { moments.append(stop.killAt) }
    if let due = running.probes.nextDue(isEnding: running.stop != nil) { moments.append(due) }
    return moments
  }

  // MARK: Telling

  func record(_ note: EventNote, _ container: ContainerLife?, _ turn: inout Turn) {
    let fieldPath = container.map { container in
      switch container.role {
      case .initial, .sidecar: "spec.initContainers{\(container.name)}"
      case .main: "spec.containers{\(container.name)}"
      case .ephemeral: "spec.ephemeralContainers{\(container.name)}"
      }
    }
    turn.effects.append(.record(note, fieldPath: fieldPath))
  }

  /// How messages name the pod: name, namespace and uid.
  var fullName: String { "\(pod.name)_\(pod.namespace)(\(pod.uid))" }

  /// What the spec says about a container; an ephemeral container is told like any other.
  func spec(of name: String) -> Container? {
    if let container = (pod.spec.initContainers + pod.spec.containers).first(where: { $0.name == name }) {
      return container
    }
    return pod.spec.ephemeralContainers.first { $0.name == name }.map(Container.init)
  }
}

extension PodLifecycle.Event {
  /// Whether this is one of the steps between the binding and the running of containers.
  var isStepOfStarting: Bool {
    switch self {
    case .noticed, .volumesReady, .volumesRefreshed, .sandboxCreated, .imageFound, .imagePulled, .imageNotPulled,
      .containerCreated,
      .containerNotCreated, .containerStarted, .hookEnded:
      true
    default: false
    }
  }
}

extension Container {
  /// An ephemeral container lacks a few fields and shares the meaning of the others.
  init(_ container: EphemeralContainer) {
    self.init()
    name = container.name
    args = container.args
    command = container.command
    env = container.env
    envFrom = container.envFrom
    image = container.image
    imagePullPolicy = container.imagePullPolicy
    resources = container.resources
    securityContext = container.securityContext
    stdin = container.stdin
    stdinOnce = container.stdinOnce
    terminationMessagePath = container.terminationMessagePath
    terminationMessagePolicy = container.terminationMessagePolicy
    tty = container.tty
    volumeMounts = container.volumeMounts
    workingDir = container.workingDir
  }
}

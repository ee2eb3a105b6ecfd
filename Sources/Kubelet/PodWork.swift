internal import ClusterClient
internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// Performs single effects of a pod's lifecycle, each against the runtime, the files or the network.
struct PodWork: Sendable {
  let context: KubeletContext
  let pod: Pod
  let addresses: [String]
  let sandboxID: String?

  private var runtime: any Runtime { context.runtime }
  private var configuration: KubeletConfiguration { context.configuration }

  /// Asks the runtime for something, which those who look on may hear of.
  private func noting<Answer>(
    _ action: String, _ call: () async throws(RuntimeError) -> Answer
  ) async throws(RuntimeError) -> Answer {
    try await context.journal.noting(action, pod, context.time, call)
  }

  /// What happened; nothing for effects whose end shows itself otherwise.
  func perform(_ effect: PodLifecycle.Effect) async -> [PodLifecycle.Event] {
    switch effect {
    case .prepareVolumes:
      let errors = await volumes.prepare()
      if errors.isEmpty { return [.volumesReady] }
      return [.volumesFailed(names: errors.compactMap(\.volume), messages: errors.map(\.message))]
    case .refreshVolumes: return [.volumesRefreshed(failures: await volumes.refresh().map(\.message))]
    case .createSandbox(let attempt): return resolver.notes.map { .noticed($0) } + [await createSandbox(attempt)]
    case .removeSandbox(let id): return [await removeSandbox(id)]
    case .findImage(let name):
      let missing = await PullSecrets(client: context.client, pod: pod).read().missing
      let remark: [PodLifecycle.Event] = missing.isEmpty ? [] : [.pullSecretsMissing(missing)]
      do {
        let wanted = image(of: name)
        let found = try await noting("find image \(wanted)") { () async throws(RuntimeError) in
          try await runtime.findImage(wanted)
        }
        return remark + [.imageFound(container: name, found)]
      } catch {
        return remark + [.imageNotPulled(container: name, error)]
      }
    case .pullImage(let name):
      let begin = context.time.now()
      do {
        let logins = await PullSecrets(client: context.client, pod: pod).read().logins
        let wanted = image(of: name)
        let image = try await noting("pull image \(wanted)") { () async throws(RuntimeError) in
          try await runtime.pullImage(wanted, logins: logins)
        }
        return [.imagePulled(container: name, image, took: context.time.now() - begin)]
      } catch {
        return [.imageNotPulled(container: name, error)]
      }
    case .createContainer(let name, let attempt, let image):
      return ownersNote(name, attempt, image) + [await createContainer(name, attempt: attempt, image)]
    case .startContainer(let name, let id):
      do {
        try await noting("start container \(name)") { () async throws(RuntimeError) in
          try await runtime.startContainer(id)
        }
        return [.containerStarted(container: name, id: id)]
      } catch {
        return [.containerNotStarted(container: name, id: id, message: error.message)]
      }
    case .signal(let id, let signal):
      // A container that is gone already tells so by its exit.
      try? await noting("send signal \(signal) to \(title(of: id))") { () async throws(RuntimeError) in
        try await runtime.signalContainer(id, signal)
      }
      return []
    case .removeContainer(let id):
      try? await noting("remove \(title(of: id))") { () async throws(RuntimeError) in
        try await runtime.removeContainer(id)
      }
      return []
    case .runHook(let name, let id, let hook, let limit):
      return [.hookEnded(id: id, hook, failure: await run(hook, of: name, id: id, within: limit))]
    case .probe(let name, let id, let kind):
      return [.probed(id: id, kind, await probe(kind, of: name, id: id))]
    case .record, .report, .wakeAt, .removeVolumes, .deletePod, .finish: return []
    }
  }

  /// A container as people know it.
  private func title(of id: ContainerID) -> String {
    let known = (pod.status.initContainerStatuses + pod.status.containerStatuses).first {
      $0.containerID?.hasSuffix(id) == true
    }
    return "container \(known?.name ?? String(id.prefix(12)))"
  }

  private func container(_ name: String) -> Container {
    (pod.spec.initContainers + pod.spec.containers).first { $0.name == name }
      ?? pod.spec.ephemeralContainers.first { $0.name == name }.map(Container.init) ?? Container()
  }

  private func image(of name: String) -> String { container(name).image ?? "" }

  // MARK: Volumes and sandbox

  private var volumes: PodVolumes { PodVolumes(context: context, pod: pod) }

  private var resolver: Resolver {
    Resolver(
      pod, clusterDomain: configuration.clusterDomain, clusterDNS: configuration.clusterDNS,
      node: (try? Files.readText("/etc/resolv.conf")) ?? "")
  }

  private func createSandbox(_ attempt: Int) async -> PodLifecycle.Event {
    var spec = SandboxSpec(
      id: Identifier.make(of: context.randomness), podUID: pod.uid, podName: pod.name, podNamespace: pod.namespace,
      attempt: attempt,
      hostname: NetworkFiles.hostname(pod, clusterDomain: configuration.clusterDomain))
    // Only a pod from a file comes as far as this.
    if let name = pod.spec.runtimeClassName {
      return .sandboxFailed("runtimeclass.node.k8s.io \"\(name)\" not found")
    }
    // Linux takes no more.
    if spec.hostname.utf8.count > 64 {
      return .sandboxFailed(
        "Failed to construct FQDN from pod hostname and cluster domain, FQDN \(spec.hostname) is too long "
          + "(64 characters is the max, \(spec.hostname.utf8.count) characters requested)")
    }
    spec.network = pod.spec.hostNetwork == true ? .node : .pod
    spec.processes = pod.spec.hostPID == true ? .node : pod.spec.shareProcessNamespace == true ? .pod : .container
    spec.ipc = pod.spec.hostIPC == true ? .node : .pod
    spec.qosClass = QualityOfService(rawValue: pod.status.qosClass ?? pod.spec.qualityOfService) ?? .bestEffort
    if context.runtime.shortcomings.limits == nil {
      spec.resources = ResourceLimits(ofPod: pod.spec)
      spec.resources.processes = configuration.maximumProcessesOfPod
    }
    for sysctl in pod.spec.securityContext?.sysctls ?? [] { spec.sysctls[sysctl.name ?? ""] = sysctl.value }
    spec.labels = [
      PodLabels.podName: pod.name, PodLabels.podNamespace: pod.namespace, PodLabels.podUID: pod.uid,
    ]
    do {
      let sandbox = try await noting("make sandbox") { () async throws(RuntimeError) in
        try await runtime.createSandbox(spec)
      }
      return .sandboxCreated(sandbox)
    } catch {
      return .sandboxFailed(error.message)
    }
  }

  private func removeSandbox(_ id: String) async -> PodLifecycle.Event {
    var pause = Duration.milliseconds(100)
    while true {
      do {
        try await noting("remove sandbox") { () async throws(RuntimeError) in
          try await runtime.removeSandbox(id)
        }
        break
      } catch {
        do { try await context.time.sleep(for: pause) } catch { break }
        pause = min(pause * 2, .seconds(10))
      }
    }
    return .sandboxRemoved(id: id)
  }

  // MARK: Containers

  /// Said once for each container that is made, not again for each of its restarts.
  private func ownersNote(_ name: String, _ attempt: Int, _ image: ImageInfo) -> [PodLifecycle.Event] {
    guard attempt == 0, image.lacksOwners else { return [] }
    return [context.runtime.shortcomings.ownersNote(self.image(of: name))].compactMap(\.self).map { .noticed($0) }
  }

  private func createContainer(_ name: String, attempt: Int, _ image: ImageInfo) async -> PodLifecycle.Event {
    guard let sandboxID else { return .containerNotCreated(container: name, .runtime("the pod has no sandbox")) }
    let container = container(name)
    var spec: ContainerSpec
    do {
      await context.services.waitUntilFilled()
      let environment = try await ContainerEnvironment(
        client: context.client, pod: pod, container: container, services: context.services.objects,
        addresses: addresses, hostAddresses: configuration.nodeAddresses, node: context.facts
      ).resolve()
      let plan = ContainerPlan(
        pod: pod, container: container, configuration: configuration, addresses: addresses,
        resolver: resolver.text,
        nodeHosts: (try? Files.readText("/etc/hosts")) ?? "", environment: environment,
        hasLimits: context.runtime.shortcomings.limits == nil, memoryCapacity: context.facts.memoryBytes)
      spec = try plan.spec(
        id: Identifier.make(of: context.randomness), sandboxID: sandboxID, attempt: attempt, image: image)
      spec.processesOf = try await target(of: name)
      try prepareFiles(for: spec)
    } catch let error as ContainerPlanError {
      let failure: PodLifecycle.CreationFailure =
        error.isOfRuntime ? .runtime(error.message) : .configuration(error.message)
      return .containerNotCreated(container: name, failure)
    } catch let error as StatusError {
      return .containerNotCreated(container: name, .configuration(error.message))
    } catch {
      return .containerNotCreated(container: name, .configuration("\(error)"))
    }
    do {
      let id = try await noting("make container \(name)") { () async throws(RuntimeError) in
        try await runtime.createContainer(spec)
      }
      return .containerCreated(container: name, id: id)
    } catch {
      return .containerNotCreated(container: name, .runtime(error.message))
    }
  }

  /// The running container whose processes an ephemeral one is to see.
  private func target(of name: String) async throws -> ContainerID? {
    let ephemeral = pod.spec.ephemeralContainers.first { $0.name == name }
    guard let target = ephemeral?.targetContainerName, !target.isEmpty else { return nil }
    let containers = try await runtime.inventory().containers
    for container in containers where container.spec.sandboxID == sandboxID && container.spec.name == target {
      if case .running = container.state { return container.spec.id }
    }
    throw ContainerPlanError("unable to find target container \(target)")
  }

  private func prepareFiles(for spec: ContainerSpec) throws(SystemCallError) {
    if let slash = spec.logPath.lastIndex(of: "/") {
      try Files.makeDirectories(String(spec.logPath[..<slash]), mode: 0o755)
      FormerLogs.remove(besides: spec)
      // A container that cannot be started has a log, too, with nothing in it.
      if !Files.exists(spec.logPath) { try Files.write([], to: spec.logPath, mode: 0o640) }
    }
    guard let file = spec.terminationMessageFile, let slash = file.lastIndex(of: "/") else { return }
    try Files.makeDirectories(String(file[..<slash]), mode: 0o755)
    try Files.write([], to: file, mode: 0o666)
    try Files.setMode(file, 0o666)
  }

  // MARK: Hooks and probes

  /// What went wrong, or nil.
  private func run(_ hook: Hook, of name: String, id: ContainerID, within limit: Duration) async -> String? {
    let lifecycle = container(name).lifecycle
    guard let handler = hook == .postStart ? lifecycle?.postStart : lifecycle?.preStop else { return nil }
    let errand = Errand(
      context: context, pod: pod, container: container(name), id: id, addresses: addresses)
    return await errand.run(handler, within: limit)
  }

  private func probe(_ kind: ProbeKind, of name: String, id: ContainerID) async -> ProbeResult {
    guard let probe = container(name).probe(kind) else { return .success }
    let errand = Errand(
      context: context, pod: pod, container: container(name), id: id, addresses: addresses)
    return await errand.run(probe)
  }
}

/// Identities for what the runtime makes.
enum Identifier {
  /// 64 hexadecimal digits.
  static func make(of randomness: () -> UInt64) -> String {
    var digits = ""
    for _ in 0..<4 {
      let part = String(randomness(), radix: 16)
      digits += String(repeating: "0", count: 16 - part.count) + part
    }
    return digits
  }
}

extension ResourceLimits {
  /// The frame around all containers of a pod: a limit holds only if every container has one.
  init(ofPod spec: PodSpec) {
    self.init()
    let containers = spec.containers.map { ResourceLimits($0.resources) }
    func sum(_ limit: KeyPath<ResourceLimits, Int64?>) -> Int64? {
      containers.allSatisfy { $0[keyPath: limit] != nil }
        ? containers.reduce(0) { $0 + ($1[keyPath: limit] ?? 0) } : nil
    }
    memoryBytes = sum(\.memoryBytes)
    cpuMillicores = sum(\.cpuMillicores)
    let requests = containers.compactMap(\.cpuRequestMillicores)
    cpuRequestMillicores = requests.isEmpty ? nil : requests.reduce(0, +)
  }
}

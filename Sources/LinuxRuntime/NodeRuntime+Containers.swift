public import ContainerRuntime
internal import Glibc
internal import Synchronization
internal import SystemIO

extension NodeRuntime {
  public func createContainer(_ spec: ContainerSpec) async throws(RuntimeError) -> ContainerID {
    guard let sandbox = state.withLock({ $0.sandboxes[spec.sandboxID] }) else {
      throw RuntimeError(.notFound, "sandbox \(spec.sandboxID) is not there")
    }
    guard sandbox.isRunning else { throw RuntimeError(.notRunning, "sandbox \(spec.sandboxID) is not running") }
    guard let image = try await images.find(spec.imageID) else {
      throw RuntimeError(.imageNotFound, "image \"\(spec.imageID)\" is not here")
    }
    try checkLimits(spec)
    let process = try resolve(spec, sandbox.spec, image)
    let createdAt = Clock.now
    let record = ContainerRecord(spec: spec, createdAt: createdAt, state: .created)
    let isNew = state.withLock { state in
      guard state.containers[spec.id] == nil else { return false }
      state.containers[spec.id] = ContainerState(record: record, process: process, layers: image.layers)
      return true
    }
    if !isNew { throw RuntimeError(.createFailed, "container \(spec.id) exists already") }
    do {
      try records.save(spec, createdAt: createdAt)
    } catch {
      state.withLock { $0.containers[spec.id] = nil }
      throw RuntimeError(.createFailed, "record of container \(spec.name): \(error)")
    }
    return spec.id
  }

  /// A limit that cannot be kept is refused, never forgotten: the caller may ask again without it, and say so.
  private func checkLimits(_ spec: ContainerSpec) throws(RuntimeError) {
    guard case .unavailable(let reason) = node.cgroups.hierarchy else { return }
    let limits = spec.resources
    var names: [String] = []
    if limits.memoryBytes != nil { names.append("memory") }
    if limits.cpuMillicores != nil { names.append("cpu") }
    if limits.processes != nil { names.append("processes") }
    if names.isEmpty { return }
    throw RuntimeError(
      .unsupported,
      "limits on \(names.joined(separator: ", ")) cannot be set here: \(reason); `podium doctor` tells how to enable them"
    )
  }

  public func startContainer(_ id: ContainerID) async throws(RuntimeError) {
    let (container, sandbox) = try find(id)
    guard container.record.state == .created else {
      throw RuntimeError(.startFailed, "container \(id) was started before")
    }
    let spec = container.record.spec
    let plan = plan(container, sandbox).plan()
    let logFailure = Mutex<SystemCallError?>(nil)
    do {
      _ = try await connection.start(ContainerPlan.processName(id), plan) { [self] process in
        let mountNamespace = ProcessSight.mountNamespace(of: process.pid)
        state.withLock { state in
          state.containers[id]?.record.state = .running(startedAt: process.startedAt)
          state.containers[id]?.input = process.inputForAttached
          state.containers[id]?.mountNamespace = mountNamespace
        }
        do throws(SystemCallError) {
          try follow(spec, process)
        } catch {
          logFailure.withLock { $0 = error }
        }
      }
    } catch {
      throw StartFailure.ofContainer(error, plan)
    }
    if let failure = logFailure.withLock({ $0 }) {
      try? await connection.end(ContainerPlan.processName(id))
      throw RuntimeError(.startFailed, "log of container \(spec.name): \(failure)")
    }
  }

  public func signalContainer(_ id: ContainerID, _ signal: Int32) async throws(RuntimeError) {
    _ = try find(id)
    do {
      try await connection.signal(ContainerPlan.processName(id), signal)
    } catch .step(_, ESRCH) {
      return
    } catch {
      throw RuntimeError(.failed, "signal \(signal) to container \(id): \(StartFailure.described(error, Plan()))")
    }
  }

  public func removeContainer(_ id: ContainerID) async throws(RuntimeError) {
    guard let (container, sandbox) = try? find(id) else { return }
    let plan = plan(container, sandbox).removal()
    do {
      try await connection.end(ContainerPlan.processName(id))
      await endWhatIsLeft(of: id)
      try await connection.perform(plan)
    } catch {
      throw StartFailure.ofRemoval(error, plan, "container \(id)")
    }
    LogPump.shared.finish(id)
    records.removeContainer(id)
    state.withLock { $0.containers[id] = nil }
  }

  public func usage(of id: ContainerID) async throws(RuntimeError) -> ResourceUsage {
    let (_, sandbox) = try find(id)
    if case .unavailable = node.cgroups.hierarchy {
      let first = try? await connection.list().first { $0.name == ContainerPlan.processName(id) }
      guard let first, let usage = ProcessUsage.now().family(of: first.pid, at: Clock.now) else {
        throw RuntimeError(.notFound, "container \(id) has no process whose usage could be read")
      }
      return usage
    }
    return try node.cgroups.usage(ContainerPlan.cgroup(of: id, in: sandbox), at: Clock.now)
  }

  /// Of all containers of a pod together.
  public func usage(ofSandbox id: String) async throws(RuntimeError) -> ResourceUsage {
    guard let sandbox = state.withLock({ $0.sandboxes[id]?.spec }) else {
      throw RuntimeError(.notFound, "sandbox \(id) is not there")
    }
    return try node.cgroups.usage(SandboxPlan.cgroup(of: sandbox), at: Clock.now)
  }

  /// Of everything on the node.
  public func usageOfNode() async throws(RuntimeError) -> ResourceUsage {
    if case .unavailable = node.cgroups.hierarchy { return ProcessUsage.now().all(at: Clock.now) }
    return try node.cgroups.usage("", at: Clock.now)
  }

  func find(_ id: ContainerID) throws(RuntimeError) -> (ContainerState, SandboxSpec) {
    let found = state.withLock { state -> (ContainerState, SandboxSpec)? in
      guard let container = state.containers[id],
        let sandbox = state.sandboxes[container.record.spec.sandboxID]?.spec
      else { return nil }
      return (container, sandbox)
    }
    guard let found else { throw RuntimeError(.notFound, "container \(id) is not there") }
    return found
  }

  private func plan(_ container: ContainerState, _ sandbox: SandboxSpec) -> ContainerPlan {
    ContainerPlan(
      spec: container.record.spec, sandbox: sandbox, cgroups: node.cgroups, mapping: node.mapping,
      process: container.process, layers: container.layers)
  }
}

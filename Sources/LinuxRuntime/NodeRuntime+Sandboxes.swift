public import ContainerRuntime
internal import Glibc

extension NodeRuntime {
  public func createSandbox(_ spec: SandboxSpec) async throws(RuntimeError) -> Sandbox {
    let address = try reserve(spec)
    let plan = plan(spec, address).plan()
    let createdAt = Clock.now
    do {
      // Before the process exists: a kubelet after this one must know what it finds.
      try records.save(spec, address: address, createdAt: createdAt)
    } catch {
      release(spec.id, address)
      throw RuntimeError(.failed, "record of sandbox \(spec.id): \(error)")
    }
    do {
      _ = try await connection.start(SandboxPlan.processName(spec.id), plan)
    } catch {
      try? await connection.perform(self.plan(spec, address).removal())
      release(spec.id, address)
      throw StartFailure.ofSandbox(error, plan, spec.id)
    }
    let sandbox = SandboxState(spec: spec, address: address, createdAt: createdAt, isRunning: true)
    state.withLock { $0.sandboxes[spec.id] = sandbox }
    await weighBurstable(because: spec)
    return sandbox.sandbox
  }

  public func removeSandbox(_ id: String) async throws(RuntimeError) {
    let (sandbox, containers) = state.withLock { state in
      (state.sandboxes[id], state.containers.values.filter { $0.record.spec.sandboxID == id }.map(\.record.spec.id))
    }
    guard let sandbox else { return }
    for container in containers { try await removeContainer(container) }
    let plan = plan(sandbox.spec, sandbox.address).removal()
    do {
      try await connection.end(SandboxPlan.processName(id))
      try await connection.perform(plan)
    } catch {
      throw StartFailure.ofRemoval(error, plan, "sandbox \(id)")
    }
    release(id, sandbox.address)
    await weighBurstable(because: sandbox.spec)
  }

  /// The class of burstable pods gets what its pods asked for together.
  private func weighBurstable(because changed: SandboxSpec) async {
    if changed.qosClass != .burstable { return }
    let millicores = state.withLock { state in
      state.sandboxes.values.filter { $0.spec.qosClass == .burstable }
        .reduce(Int64(0)) { $0 + ($1.spec.resources.cpuRequestMillicores ?? 0) }
    }
    var plan = Plan()
    plan.parent = node.cgroups.share("burstable", millicores)
    // The next change sets it right.
    try? await connection.perform(plan)
  }

  private func plan(_ spec: SandboxSpec, _ address: IPv4Address?) -> SandboxPlan {
    SandboxPlan(spec: spec, cgroups: node.cgroups, address: address, gateway: node.gateway, mapping: node.mapping)
  }

  private func reserve(_ spec: SandboxSpec) throws(RuntimeError) -> IPv4Address? {
    let (isKnown, address, position) = state.withLock { state in
      if state.sandboxes[spec.id] != nil { return (true, nil as IPv4Address?, UInt32(0)) }
      let address = spec.network == .pod ? state.addresses.take() : nil
      return (false, address, state.addresses.position)
    }
    if isKnown { throw RuntimeError(.failed, "sandbox \(spec.id) exists already") }
    if spec.network != .pod { return nil }
    guard let address else {
      throw RuntimeError(.failed, "no free address is left on node \(node.name): remove pods from it")
    }
    do {
      try records.saveAddressPosition(position)
    } catch {
      state.withLock { $0.addresses.release(address) }
      throw RuntimeError(.failed, "addresses of node \(node.name): \(error)")
    }
    return address
  }

  private func release(_ id: String, _ address: IPv4Address?) {
    records.removeSandbox(id)
    state.withLock { state in
      state.sandboxes[id] = nil
      if let address { state.addresses.release(address) }
    }
  }
}

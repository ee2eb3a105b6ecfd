public import ContainerRuntime

extension NodeRuntime {
  /// In node init's own mount namespace: a later kubelet finds it there, and every container that starts can be given it.
  public func mountMemory(at directory: String, size: Int64) async throws(RuntimeError) {
    var plan = Plan()
    plan.parent = [
      .makeDirectories(directory),
      .mount("tmpfs", on: directory, type: "tmpfs", options: "mode=0777,size=\(size)", [.noSetUserID, .noDevices]),
    ]
    try await perform(plan, "mount memory at \(directory)")
  }

  public func unmount(_ directory: String) async throws(RuntimeError) {
    var plan = Plan()
    plan.parent = [.unmount(directory)]
    try await perform(plan, "unmount \(directory)")
  }

  private func perform(_ plan: Plan, _ what: String) async throws(RuntimeError) {
    do {
      try await connection.perform(plan)
    } catch {
      throw RuntimeError(.failed, "\(what): \(StartFailure.described(error, plan))")
    }
  }

  public var shortcomings: Shortcomings {
    var shortcomings = Shortcomings()
    if case .unavailable(let reason) = node.cgroups.hierarchy {
      shortcomings.limits = Shortcomings.Shortcoming(reason: reason, remedy: HostCapabilities.limitsRemedy)
    }
    if !node.mapping.mapsOtherUsers {
      shortcomings.otherUsers = Shortcomings.Shortcoming(
        reason: "only one user id is mapped", remedy: node.otherUsersRemedy)
    }
    if node.mapping.isRootless {
      shortcomings.owners =
        shortcomings.otherUsers
        ?? Shortcomings.Shortcoming(
          reason: "the subordinate ids of this user do not reach that far", remedy: node.otherUsersRemedy)
    }
    shortcomings.machineRights = Shortcomings.Shortcoming(
      reason: "a node shares the machine with everything else on it", remedy: nil)
    return shortcomings
  }
}

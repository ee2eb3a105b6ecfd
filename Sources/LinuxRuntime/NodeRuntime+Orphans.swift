internal import ContainerRuntime
internal import Glibc
internal import SystemIO

extension NodeRuntime {
  /// How often the processes of a container are looked for, a millisecond apart.
  private static let searches = 500

  /// A container ends with its first process. Among processes of its own the kernel sees to that; where others can see
  /// them, what the first one has started, and what was executed beside it, would go on.
  func endWhatIsLeft(of id: ContainerID) async {
    guard let (container, sandbox) = try? find(id) else { return }
    let hasOwnProcesses = sandbox.processes == .container && container.record.spec.processesOf == nil
    if hasOwnProcesses { return }
    let group = ContainerPlan.cgroup(of: id, in: sandbox)
    // Nobody escapes by being born while the others are ended.
    if let path = node.cgroups.file("pids", group, "pids.max") { try? CgroupHierarchy.tell(path, "0") }
    for _ in 0..<Self.searches {
      let orphans =
        node.cgroups.canLimit
        ? node.cgroups.processes(group) : ProcessSight.processes(inMountNamespace: container.mountNamespace)
      if orphans.isEmpty { return }
      for orphan in orphans { kill(orphan, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}

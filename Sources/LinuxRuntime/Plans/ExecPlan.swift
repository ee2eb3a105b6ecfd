internal import ContainerRuntime

/// A further process in a running container.
struct ExecPlan {
  var containerID: ContainerID
  var cgroups: Cgroups
  var cgroup: String
  var process: ContainerProcess
  var streams: AttachSpec

  func plan() -> Plan {
    var plan = Plan()
    let container = ContainerPlan.processName(containerID)
    plan.processNamespaceOf = container
    plan.streams =
      streams.terminal
      ? .terminal : .pipes(input: streams.input, output: streams.output, errors: streams.errors)
    plan.child = process.hidden()
    plan.child += cgroups.join(cgroup)
    plan.child += [.join(container, [.mount, .network, .hostName, .ipc, .cgroup])] + ContainerPlan.shutOff
    plan.child += cgroups.stopgap + process.becoming()
    return plan
  }
}

internal import Documents
internal import ObjectSchema

extension Node: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    description.field(0, "Name", name)
    description.field(0, "Roles", rolesText)
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
    description.field(0, "CreationTimestamp", description.time(metadata.creationTimestamp))
    describeTaints(&description)
    description.field(0, "Unschedulable", "\(spec.unschedulable ?? false)")
    describeLease(&description, related)
    describeConditions(&description)
    description.line(0, "Addresses:")
    for address in status.addresses { description.field(1, address.type ?? "", address.address ?? "") }
    describeAmounts("Capacity", status.capacity, &description)
    describeAmounts("Allocatable", status.allocatable, &description)
    describeSystem(&description)
    if let range = spec.podCIDR, !range.isEmpty { description.field(0, "PodCIDR", range) }
    if !spec.podCIDRs.isEmpty { description.field(0, "PodCIDRs", spec.podCIDRs.joined(separator: ",")) }
    if let provider = spec.providerID, !provider.isEmpty { description.field(0, "ProviderID", provider) }
    NodeUse(node: self, pods: related.pods, now: related.now).describe(into: &description)
    description.events(related.events, now: related.now)
  }

  private func describeTaints(_ description: inout Description) {
    if spec.taints.isEmpty { return description.field(0, "Taints", "<none>") }
    // What drives pods away is told before what only keeps them off.
    let order = ["NoExecute": 0, "NoSchedule": 1, "PreferNoSchedule": 2]
    let taints = spec.taints.enumerated().sorted {
      (order[$0.element.effect ?? ""] ?? 3, $0.element.key ?? "", $0.offset)
        < (order[$1.element.effect ?? ""] ?? 3, $1.element.key ?? "", $1.offset)
    }.map(\.element)
    for (index, taint) in taints.enumerated() {
      let value = taint.value.map { $0.isEmpty ? "" : "=\($0)" } ?? ""
      description.line(0, (index == 0 ? "Taints:" : "") + "\t\(taint.key ?? "")\(value):\(taint.effect ?? "")")
    }
  }

  private func describeLease(_ description: inout Description, _ related: RelatedObjects) {
    if let problem = related.leaseProblem { return description.field(0, "Lease", "Failed to get lease: \(problem)") }
    guard let lease = related.lease else { return }
    func time(_ key: String) -> String {
      lease["spec"]?[key]?.stringValue.flatMap(Timestamp.init).map(description.time) ?? "<unset>"
    }
    description.line(0, "Lease:")
    description.field(1, "HolderIdentity", lease["spec"]?["holderIdentity"]?.stringValue ?? "<unset>")
    description.field(1, "AcquireTime", time("acquireTime"))
    description.field(1, "RenewTime", time("renewTime"))
  }

  private func describeConditions(_ description: inout Description) {
    if status.conditions.isEmpty { return }
    description.line(0, "Conditions:")
    description.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
    description.line(1, "----\t------\t-----------------\t------------------\t------\t-------")
    for condition in status.conditions {
      let cells = [
        condition.type ?? "", condition.status ?? "", description.time(condition.lastHeartbeatTime),
        description.time(condition.lastTransitionTime), condition.reason ?? "",
      ]
      description.line(1, cells.map { "\($0) \t" }.joined() + (condition.message ?? ""))
    }
  }

  private func describeAmounts(_ title: String, _ amounts: [String: Quantity], _ description: inout Description) {
    if amounts.isEmpty { return }
    description.line(0, "\(title):")
    for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) { description.field(1, name, amount.text) }
  }

  private func describeSystem(_ description: inout Description) {
    let info = status.nodeInfo
    description.line(0, "System Info:")
    description.field(1, "Machine ID", info.machineID ?? "")
    description.field(1, "System UUID", info.systemUUID ?? "")
    description.field(1, "Boot ID", info.bootID ?? "")
    description.field(1, "Kernel Version", info.kernelVersion ?? "")
    description.field(1, "OS Image", info.osImage ?? "")
    description.field(1, "Operating System", info.operatingSystem ?? "")
    description.field(1, "Architecture", info.architecture ?? "")
    description.field(1, "Container Runtime Version", info.containerRuntimeVersion ?? "")
    description.field(1, "Kubelet Version", info.kubeletVersion ?? "")
    description.field(1, "Kube-Proxy Version", info.kubeProxyVersion ?? "")
  }
}

/// What the pods of a node ask of it, each and together.
private struct NodeUse {
  let node: Node
  let pods: [Pod]
  let now: Timestamp

  func describe(into description: inout Description) {
    let running = pods.filter { $0.status.phase != "Succeeded" && $0.status.phase != "Failed" }
    description.field(0, "Non-terminated Pods", "(\(running.count) in total)")
    description.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
    description.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
    for pod in running {
      let use = ["cpu", "memory"].flatMap { name in
        [share(pod.spec.request(of: name), of: name), share(pod.spec.limit(of: name), of: name)]
      }
      let age = Age.text(since: pod.metadata.creationTimestamp, now: now)
      description.line(1, ([pod.namespace, pod.name, ""] + use + [age]).joined(separator: "\t"))
    }
    description.line(0, "Allocated resources:")
    description.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)")
    description.line(1, "Resource\tRequests\tLimits")
    description.line(1, "--------\t--------\t------")
    let names = node.status.allocatable.keys.sorted()
    let hugePages = names.filter { $0.hasPrefix("hugepages-") }
    let extended = names.filter { $0.contains("/") }
    for name in ["cpu", "memory", "ephemeral-storage"] + hugePages {
      let requests = running.reduce(0) { $0 + $1.spec.request(of: name) }
      let limits = running.reduce(0) { $0 + $1.spec.limit(of: name) }
      description.line(1, "\(name)\t\(share(requests, of: name))\t\(share(limits, of: name))")
    }
    for name in extended {
      let requests = running.reduce(0) { $0 + $1.spec.request(of: name) }
      let limits = running.reduce(0) { $0 + $1.spec.limit(of: name) }
      description.line(
        1, "\(name)\t\(Self.text(requests, isBinary: false))\t\(Self.text(limits, isBinary: false))")
    }
  }

  private func share(_ milliValue: Int64, of name: String) -> String {
    let whole = (node.status.allocatable[name] ?? node.status.capacity[name])?.milliValue ?? 0
    let percent = whole > 0 ? Int(Double(milliValue) / Double(whole) * 100) : 0
    return "\(Self.text(milliValue, isBinary: name != "cpu")) (\(percent)%)"
  }

  /// In the largest unit that needs no fraction.
  private static func text(_ milliValue: Int64, isBinary: Bool) -> String {
    if milliValue % 1000 != 0 { return "\(milliValue)m" }
    var value = milliValue / 1000
    if !isBinary || value == 0 { return "\(value)" }
    var units = ["", "Ki", "Mi", "Gi", "Ti", "Pi"][...]
    while units.count > 1, value % 1024 == 0 {
      value /= 1024
      units.removeFirst()
    }
    return "\(value)\(units.first ?? "")"
  }
}

extension PodSpec {
  /// What the pod asks for, in thousandths: its containers together, or the most that an init container asks for.
  public func request(of resource: String) -> Int64 { total { $0.resources.requests[resource]?.milliValue ?? 0 } }

  /// What the pod may use at most, in thousandths; 0 when nothing limits it.
  public func limit(of resource: String) -> Int64 { total { $0.resources.limits[resource]?.milliValue ?? 0 } }

  private func total(_ amount: (Container) -> Int64) -> Int64 {
    var sidecars: Int64 = 0
    var most: Int64 = 0
    for container in initContainers {
      if container.restartPolicy == "Always" {
        sidecars += amount(container)
        most = max(most, sidecars)
      } else {
        most = max(most, sidecars + amount(container))
      }
    }
    return max(most, sidecars + containers.reduce(0) { $0 + amount($1) })
  }
}

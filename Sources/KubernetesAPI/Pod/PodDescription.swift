internal import ObjectSchema

extension Pod: Describable {
  public func describe(into description: inout Description, _ related: RelatedObjects) {
    describeIdentity(&description)
    describeState(&description, now: related.now)
    describeAddresses(&description)
    ContainerDescription(pod: self).describeAll(into: &description)
    describeConditions(&description)
    VolumeDescription.describe(spec.volumes, into: &description)
    describeScheduling(&description)
    description.events(related.events, now: related.now)
  }

  private func describeIdentity(_ description: inout Description) {
    description.field(0, "Name", name)
    description.field(0, "Namespace", namespace)
    if let priority = spec.priority { description.field(0, "Priority", "\(priority)") }
    describeIfPresent(spec.priorityClassName, "Priority Class Name", &description)
    describeIfPresent(spec.runtimeClassName, "Runtime Class Name", &description)
    describeIfPresent(spec.serviceAccountName, "Service Account", &description)
    let node = spec.nodeName ?? ""
    description.field(0, "Node", node.isEmpty ? "<none>" : "\(node)/\(status.hostIP ?? "")")
    if let start = status.startTime { description.field(0, "Start Time", description.time(start)) }
    description.pairs("Labels", metadata.labels)
    description.annotations(metadata.annotations)
  }

  private func describeIfPresent(_ value: String?, _ name: String, _ description: inout Description) {
    if let value, !value.isEmpty { description.field(0, name, value) }
  }

  private func describeState(_ description: inout Description, now: Timestamp) {
    let hasEnded = status.phase == "Succeeded" || status.phase == "Failed"
    if let deletion = metadata.deletionTimestamp, !hasEnded {
      description.field(0, "Status", "Terminating (lasts \(Age.text(since: deletion, now: now)))")
      description.field(0, "Termination Grace Period", "\(metadata.deletionGracePeriodSeconds ?? 0)s")
    } else {
      description.field(0, "Status", status.phase ?? "")
    }
    describeIfPresent(status.reason, "Reason", &description)
    describeIfPresent(status.message, "Message", &description)
    if let profile = spec.securityContext?.seccompProfile {
      description.field(0, "SeccompProfile", profile.type ?? "")
      if profile.type == "Localhost" { description.field(0, "LocalhostProfile", profile.localhostProfile ?? "") }
    }
  }

  private func describeAddresses(_ description: inout Description) {
    description.field(0, "IP", status.podIP ?? "")
    if status.podIPs.isEmpty {
      description.field(0, "IPs", "<none>")
    } else {
      description.line(0, "IPs:")
      for address in status.podIPs { description.field(1, "IP", address.ip ?? "") }
    }
    if let owner = metadata.ownerReferences.first(where: { $0.controller == true }) {
      description.field(0, "Controlled By", "\(owner.kind ?? "")/\(owner.name ?? "")")
    }
    describeIfPresent(status.nominatedNodeName, "NominatedNodeName", &description)
  }

  private func describeConditions(_ description: inout Description) {
    if !spec.readinessGates.isEmpty {
      description.line(0, "Readiness Gates:")
      description.line(1, "Type\tStatus")
      for gate in spec.readinessGates {
        let condition = status.conditions.first { $0.type == gate.conditionType }
        description.line(1, "\(gate.conditionType ?? "") \t\(condition?.status ?? "<none>") ")
      }
    }
    if !status.conditions.isEmpty {
      description.line(0, "Conditions:")
      description.line(1, "Type\tStatus")
      for condition in status.conditions {
        description.line(1, "\(condition.type ?? "") \t\(condition.status ?? "") ")
      }
    }
  }

  private func describeScheduling(_ description: inout Description) {
    description.field(0, "QoS Class", status.qosClass ?? spec.qualityOfService)
    description.pairs("Node-Selectors", spec.nodeSelector)
    PlacementDescription.describe(spec.tolerations, level: 0, into: &description)
    PlacementDescription.describe(spec.topologySpreadConstraints, level: 0, into: &description)
  }
}

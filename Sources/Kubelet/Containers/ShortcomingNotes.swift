internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI

/// What a pod asks for and does not get on this node is said in events of the pod, one for each reason.
extension Shortcomings {
  func notes(on pod: PodSpec) -> [EventNote] {
    [limitsNote(pod), groupsNote(pod), rightsNote(pod)].compactMap { $0 }
  }

  private func limitsNote(_ pod: PodSpec) -> EventNote? {
    let limited = (pod.initContainers + pod.containers).compactMap { container -> String? in
      let names = ["cpu", "memory"].filter { container.resources.limits[$0] != nil }
      return names.isEmpty ? nil : "\(names.joined(separator: " and ")) of container \"\(container.name ?? "")\""
    }
    return note("LimitsNotEnforced", "The limits on \(limited.list) are not enforced", limited.isEmpty, limits)
  }

  private func groupsNote(_ pod: PodSpec) -> EventNote? {
    var asked: [String] = []
    if let group = pod.securityContext?.fsGroup { asked.append("fsGroup \(group)") }
    let groups = pod.securityContext?.supplementalGroups ?? []
    if !groups.isEmpty { asked.append("supplementalGroups \(groups.map(String.init).joined(separator: ", "))") }
    return note(
      "GroupsNotApplied", "Neither programs nor files are given \(asked.list)", asked.isEmpty, otherUsers)
  }

  /// That files of the image belong to somebody else than it says.
  func ownersNote(_ image: String) -> EventNote? {
    note(
      "OwnersNotKept", "files of image \"\(image)\" belong to root instead of the users that it names", false, owners)
  }

  /// Capabilities that mean the machine and not the node.
  private static let machineCapabilities: Set<String> = [
    "ALL", "DAC_READ_SEARCH", "LINUX_IMMUTABLE", "MKNOD", "SYS_MODULE", "SYS_RAWIO", "SYS_PACCT", "SYS_BOOT",
    "SYS_TIME", "AUDIT_CONTROL", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
    "PERFMON", "BPF",
  ]

  private func rightsNote(_ pod: PodSpec) -> EventNote? {
    let asked = (pod.initContainers + pod.containers).compactMap { container -> String? in
      let name = "container \"\(container.name ?? "")\""
      if container.securityContext?.privileged == true { return "privileged \(name)" }
      let added = (container.securityContext?.capabilities?.add ?? []).filter(Self.machineCapabilities.contains)
      return added.isEmpty ? nil : "\(name) with \(added.joined(separator: ", "))"
    }
    return note(
      "RightsRestricted",
      "\(asked.list) has the rights of its node, without those over the machine's settings, devices, modules and clock",
      asked.isEmpty, machineRights)
  }

  private func note(_ reason: String, _ what: String, _ isNothing: Bool, _ shortcoming: Shortcoming?) -> EventNote? {
    guard !isNothing, let shortcoming else { return nil }
    let sentence = what.prefix(1).uppercased() + what.dropFirst()
    let remedy = shortcoming.remedy.map { ". To change that: \($0) (see podium doctor)" } ?? ""
    return .warning(reason, "\(sentence): \(shortcoming.reason)\(remedy)")
  }
}

extension [String] {
  /// `a`, `a and b`, `a, b and c`.
  fileprivate var list: String {
    count < 2 ? first ?? "" : "\(dropLast().joined(separator: ", ")) and \(last ?? "")"
  }
}

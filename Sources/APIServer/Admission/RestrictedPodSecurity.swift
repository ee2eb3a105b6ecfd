internal import KubernetesAPI

/// What `restricted` asks for beyond `baseline`: that pods give up what they do not need.
extension PodSecurity {
  /// In the order in which Kubernetes names them.
  static let restrictedRules: [Rule] = [
    Rule("allowPrivilegeEscalation != false", since: 8) { pod in
      if pod.isOfWindows { return nil }
      return pod.containers { $0.context?.allowPrivilegeEscalation != false }.map {
        "\($0) must set securityContext.allowPrivilegeEscalation=false"
      }
    },
    Rule("unrestricted capabilities", since: 22, replaces: "non-default capabilities", capabilities),
    Rule("restricted volume types", replaces: "hostPath volumes", volumes),
    Rule("runAsNonRoot != true") { pod in
      let podValue = pod.context?.runAsNonRoot
      let setters = pod.setters(podSets: podValue == false) { $0.context?.runAsNonRoot == false }
      if let setters { return "\(setters) must not set securityContext.runAsNonRoot=false" }
      if podValue == true { return nil }
      return pod.containers { $0.context?.runAsNonRoot == nil }.map {
        "pod or \($0) must set securityContext.runAsNonRoot=true"
      }
    },
    Rule("runAsUser=0", since: 23) { pod in
      pod.setters(podSets: pod.context?.runAsUser == 0) { $0.context?.runAsUser == 0 }.map {
        "\($0) must not set runAsUser=0"
      }
    },
    Rule("seccompProfile", since: 19, replaces: "seccompProfile", filter),
  ]

  @Sendable
  private static func capabilities(_ pod: Subject) -> String? {
    if pod.isOfWindows { return nil }
    func more(_ member: Subject.Member) -> [String] {
      (member.context?.capabilities?.add ?? []).filter { $0 != "NET_BIND_SERVICE" }
    }
    let keeping = pod.containers { !($0.context?.capabilities?.drop ?? []).contains("ALL") }
      .map { "\($0) must set securityContext.capabilities.drop=[\"ALL\"]" }
    let added = Set(pod.members.flatMap(more)).sorted()
    let adding = pod.containers { !more($0).isEmpty }
      .map { "\($0) must not include \(quoted(added)) in securityContext.capabilities.add" }
    let parts = [keeping, adding].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private static let freeVolumes: Set<String> = [
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret",
  ]

  @Sendable
  private static func volumes(_ pod: Subject) -> String? {
    func type(_ volume: Volume) -> String? {
      let types = (volume.document().mapValue?.entries ?? []).map(\.key).filter { $0 != "name" }
      if types.contains(where: freeVolumes.contains) { return nil }
      // One that the rules were written before.
      return types.first == "image" ? "unknown" : types.first ?? "unknown"
    }
    let found = pod.spec.volumes.compactMap { volume in type(volume).map { (volume.name ?? "", $0) } }
    let types = Set(found.map(\.1)).sorted()
    return named("volume", found.map(\.0)).map {
      let use = found.count == 1 ? "uses" : "use"
      return "\($0) \(use) restricted volume type\(types.count == 1 ? "" : "s") \(quoted(types))"
    }
  }

  @Sendable
  private static func filter(_ pod: Subject) -> String? {
    if pod.isOfWindows { return nil }
    func profile(_ member: Subject.Member) -> String? { member.context?.seccompProfile?.type }
    let own = pod.context?.seccompProfile?.type
    if let setters = pod.setters(podSets: isForbidden(filter: own), { isForbidden(filter: profile($0)) }) {
      let values = Set(([own] + pod.members.map(profile)).filter(isForbidden(filter:)).compactMap(\.self)).sorted()
      return "\(setters) must not set securityContext.seccompProfile.type to \(quoted(values))"
    }
    if own != nil { return nil }
    return pod.containers { profile($0) == nil }.map {
      "pod or \($0) must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\""
    }
  }
}

extension PodSecurity.Subject {
  /// Such a pod has no use for what Linux alone has.
  fileprivate var isOfWindows: Bool { spec.os?.name == "windows" }
}

internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// The Pod Security Standards: pods that reach for the node, or for more than they need, are not taken into a namespace
/// whose labels ask for it, or are taken with a warning.
enum PodSecurity {
  /// What a namespace's label asks for, shown as `restricted:latest`.
  struct Policy: Sendable, Equatable, CustomStringConvertible {
    var level = Level.privileged
    /// `v1.N`; nil for the latest rules.
    var minorVersion: Int?

    /// Whether everything that was taken before is taken now.
    func isNoStricter(than other: Policy) -> Bool {
      let levels = Level.allCases
      let isHigher = levels.firstIndex(of: level) ?? 0 > levels.firstIndex(of: other.level) ?? 0
      return level == .privileged || self == other || minorVersion == other.minorVersion && !isHigher
    }

    var description: String { "\(level.rawValue):\(minorVersion.map { "v1.\($0)" } ?? "latest")" }
  }

  enum Level: String, Sendable, CaseIterable {
    case privileged, baseline, restricted
  }

  /// What becomes of a pod that violates the policy. There is no audit log to write to.
  enum Mode: String, Sendable {
    case enforce, warn
  }

  /// Why the pod is not taken; nil when nothing speaks against it.
  static func refusal(of pod: Pod, in namespace: Namespace) -> String? {
    violation(of: pod.spec, policy(.enforce, of: namespace)).map { "violates PodSecurity \($0)" }
  }

  /// What is said about a pod, or about those that will be made of a template.
  static func warning(about spec: PodSpec, in namespace: Namespace) -> String? {
    violation(of: spec, policy(.warn, of: namespace)).map { "would violate PodSecurity \($0)" }
  }

  /// Whether a changed pod has to be looked at again: labels and the like change nothing in it.
  static func matters(from old: PodSpec, to new: PodSpec) -> Bool {
    func images(_ spec: PodSpec) -> [String] {
      (spec.initContainers + spec.containers).map { $0.image ?? "" }
        + spec.ephemeralContainers.map { "\($0.name ?? "") \($0.image ?? "")" }
    }
    return images(old) != images(new)
  }

  /// What speaks against pods that were there before the policy, without the details.
  static func reasons(against spec: PodSpec, _ policy: Policy) -> [String] {
    let subject = Subject(spec)
    return rules(of: policy).filter { $0.violation(subject) != nil }.map(\.reason)
  }

  private static func violation(of spec: PodSpec, _ policy: Policy) -> String? {
    let subject = Subject(spec)
    let found = rules(of: policy).compactMap { rule in rule.violation(subject).map { "\(rule.reason) (\($0))" } }
    return found.isEmpty ? nil : "\"\(policy)\": \(found.joined(separator: ", "))"
  }

  private static func rules(of policy: Policy) -> [Rule] {
    switch policy.level {
    case .privileged: return []
    case .baseline: return baselineRules
    case .restricted:
      let further = restrictedRules.filter { $0.since <= policy.minorVersion ?? .max }
      let replaced = further.compactMap(\.replaces)
      return baselineRules.filter { !replaced.contains($0.reason) } + further
    }
  }

  // MARK: Labels

  private static let prefix = "pod-security.kubernetes.io/"

  /// A word that nobody knows counts as the strictest for what is enforced, and as none for warnings.
  static func policy(_ mode: Mode, of namespace: Namespace) -> Policy {
    let labels = namespace.metadata.labels
    let level = labels[prefix + mode.rawValue].map {
      Level(rawValue: $0) ?? (mode == .enforce ? .restricted : .privileged)
    }
    return Policy(
      level: level ?? .privileged, minorVersion: labels["\(prefix)\(mode.rawValue)-version"].flatMap(minorVersion))
  }

  /// What is wrong with the labels of a namespace that ask for a policy.
  static func errors(in labels: [String: String]) -> [FieldError] {
    ["enforce", "audit", "warn"].flatMap { mode -> [FieldError] in
      var errors: [FieldError] = []
      if let level = labels[prefix + mode], Level(rawValue: level) == nil {
        let known = Level.allCases.map(\.rawValue).joined(separator: ", ")
        errors.append(error(mode, "must be one of \(known)", level))
      }
      if let version = labels["\(prefix)\(mode)-version"], version != "latest", minorVersion(version) == nil {
        errors.append(error(mode + "-version", "must be \"latest\" or \"v1.x\"", version))
      }
      return errors
    }
  }

  private static func error(_ label: String, _ problem: String, _ value: String) -> FieldError {
    FieldError(FieldPath("metadata", "labels").key(prefix + label), .invalid(problem), value: .string(value))
  }

  private static func minorVersion(_ text: String) -> Int? {
    guard text.hasPrefix("v1."), case let digits = text.dropFirst(3), digits == "0" || !digits.hasPrefix("0"),
      digits.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(digits)
  }

  // MARK: Rules

  struct Rule: Sendable {
    let reason: String
    /// The minor version from which on it counts.
    let since: Int
    /// The reason of the rule that it is a stricter form of.
    let replaces: String?
    /// What offends, in Kubernetes' words.
    let violation: @Sendable (Subject) -> String?

    init(
      _ reason: String, since: Int = 0, replaces: String? = nil, _ violation: @escaping @Sendable (Subject) -> String?
    ) {
      self.reason = reason
      self.since = since
      self.replaces = replaces
      self.violation = violation
    }
  }

  /// In the order in which Kubernetes names them.
  private static let baselineRules: [Rule] = [
    Rule("forbidden AppArmor profile") { pod in
      pod.setters(podSets: isForbidden(pod.context?.appArmorProfile?.type)) {
        isForbidden($0.context?.appArmorProfile?.type)
      }.map { "\($0) must not set AppArmor profile type to \"Unconfined\"" }
    },
    Rule("host namespaces") { pod in
      let flags = [
        ("hostNetwork", pod.spec.hostNetwork), ("hostPID", pod.spec.hostPID), ("hostIPC", pod.spec.hostIPC),
      ]
      let set = flags.filter { $0.1 == true }.map { "\($0.0)=true" }
      return set.isEmpty ? nil : set.joined(separator: ", ")
    },
    Rule("hostPath volumes") { pod in
      named("volume", pod.spec.volumes.filter { $0.hostPath != nil }.map { $0.name ?? "" })
    },
    Rule("hostPort") { pod in
      let members = pod.members.filter { !$0.hostPorts.isEmpty }
      let ports = Set(members.flatMap(\.hostPorts).map { "\($0)" }).sorted()
      return named("container", members.map(\.name)).map {
        "\($0) \(members.count == 1 ? "uses" : "use") \(ports.count == 1 ? "hostPort" : "hostPorts") \(ports.joined(separator: ", "))"
      }
    },
    Rule("privileged") { pod in
      pod.containers { $0.context?.privileged == true }.map { "\($0) must not set securityContext.privileged=true" }
    },
    Rule("procMount") { pod in
      pod.containers { isForbidden(mount: $0.context?.procMount) }.map {
        "\($0) must not set securityContext.procMount to \"Unmasked\""
      }
    },
    Rule("seLinuxOptions", seLinuxViolation),
    Rule("forbidden sysctls") { pod in
      let names = (pod.context?.sysctls ?? []).compactMap(\.name).filter { !harmlessSettings.contains($0) }
      return names.isEmpty ? nil : names.joined(separator: ", ")
    },
    Rule("hostProcess") { pod in
      pod.setters(podSets: pod.context?.windowsOptions?.hostProcess == true) {
        $0.context?.windowsOptions?.hostProcess == true
      }.map { "\($0) must not set securityContext.windowsOptions.hostProcess=true" }
    },
    Rule("non-default capabilities") { pod in
      func more(_ member: Subject.Member) -> [String] {
        (member.context?.capabilities?.add ?? []).filter { !usualCapabilities.contains($0) }
      }
      let added = Set(pod.members.flatMap(more)).sorted()
      return pod.containers { !more($0).isEmpty }.map {
        "\($0) must not include \(quoted(added)) in securityContext.capabilities.add"
      }
    },
    Rule("seccompProfile") { pod in
      let types = [pod.context?.seccompProfile?.type] + pod.members.map { $0.context?.seccompProfile?.type }
      return pod.setters(podSets: isForbidden(filter: pod.context?.seccompProfile?.type)) {
        isForbidden(filter: $0.context?.seccompProfile?.type)
      }.map {
        let values = Set(types.filter(isForbidden(filter:)).compactMap(\.self)).sorted()
        return "\($0) must not set securityContext.seccompProfile.type to \(quoted(values))"
      }
    },
  ]

  private static func isForbidden(_ profile: String?) -> Bool { profile == "Unconfined" }
  private static func isForbidden(mount: String?) -> Bool { mount != nil && mount != "Default" }
  static func isForbidden(filter: String?) -> Bool {
    filter != nil && filter != "RuntimeDefault" && filter != "Localhost"
  }

  private static let usualCapabilities: Set<String> = [
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
  ]

  /// Those of the pod's own namespaces.
  private static let harmlessSettings: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
  ]

  private static let usualTypes: Set<String> = [
    "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t",
  ]

  @Sendable
  private static func seLinuxViolation(_ pod: Subject) -> String? {
    func offends(_ options: SELinuxOptions?) -> Bool {
      guard let options else { return false }
      return !usualTypes.contains(options.type ?? "") || !(options.user ?? "").isEmpty || !(options.role ?? "").isEmpty
    }
    let options = ([pod.context?.seLinuxOptions] + pod.members.map { $0.context?.seLinuxOptions }).filter(offends)
    let types = Set(options.compactMap { $0?.type }.filter { !usualTypes.contains($0) }).sorted()
    var parts = named("type", types).map { [$0] } ?? []
    if options.contains(where: { !($0?.user ?? "").isEmpty }) { parts.append("user may not be set") }
    if options.contains(where: { !($0?.role ?? "").isEmpty }) { parts.append("role may not be set") }
    return pod.setters(podSets: offends(pod.context?.seLinuxOptions)) { offends($0.context?.seLinuxOptions) }.map {
      "\($0) set forbidden securityContext.seLinuxOptions: \(parts.joined(separator: "; "))"
    }
  }

  static func quoted(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  /// `container "a"`, `containers "a", "b"`; nil for none.
  static func named(_ word: String, _ names: [String]) -> String? {
    names.isEmpty ? nil : "\(word)\(names.count == 1 ? "" : "s") \(quoted(names))"
  }
}

extension PodSecurity {
  /// A pod as these rules look at it: its containers of all kinds are alike.
  struct Subject {
    struct Member {
      var name: String
      var context: SecurityContext?
      var hostPorts: [Int32]

      init(_ name: String?, _ context: SecurityContext?, _ ports: [ContainerPort]) {
        self.name = name ?? ""
        self.context = context
        hostPorts = ports.compactMap(\.hostPort).filter { $0 != 0 }
      }
    }

    let spec: PodSpec
    let members: [Member]
    var context: PodSecurityContext? { spec.securityContext }

    init(_ spec: PodSpec) {
      self.spec = spec
      members =
        (spec.initContainers + spec.containers).map { Member($0.name, $0.securityContext, $0.ports) }
        + spec.ephemeralContainers.map { Member($0.name, $0.securityContext, $0.ports) }
    }

    func containers(_ offends: (Member) -> Bool) -> String? {
      PodSecurity.named("container", members.filter(offends).map(\.name))
    }

    /// `pod and container "a"`; nil when neither offends.
    func setters(podSets: Bool, _ offends: (Member) -> Bool) -> String? {
      let setters = (podSets ? ["pod"] : []) + [containers(offends)].compactMap(\.self)
      return setters.isEmpty ? nil : setters.joined(separator: " and ")
    }
  }
}

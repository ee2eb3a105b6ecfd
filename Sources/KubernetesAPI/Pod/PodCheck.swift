internal import Documents
internal import ObjectSchema

/// Rules across the fields of a pod, in the words of Kubernetes. The rows have the last word on the order.
enum PodCheck {
  /// What is wrong with a pod that is, or that is to be made from a template.
  static func check(_ pod: PodSpec, at place: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    let volumes = VolumeCheck.check(pod.volumes, at: place.field("volumes"), &errors)
    let claims = Set(pod.volumes.filter { $0.persistentVolumeClaim != nil || $0.ephemeral != nil }.compactMap(\.name))
    let grace = pod.terminationGracePeriodSeconds ?? 30
    var names: Set<String> = []
    for (index, container) in pod.containers.enumerated() {
      let path = place.field("containers").index(index)
      let check = ContainerCheck(container, at: path, volumes: volumes, claims: claims, grace: grace)
      errors += check.common(&names) + check.hooksAndProbes()
      if container.restartPolicy != nil {
        errors.append(FieldError(path.field("restartPolicy"), .forbidden("may not be set for non-init containers")))
      }
    }
    for (index, container) in pod.initContainers.enumerated() {
      let path = place.field("initContainers").index(index)
      let check = ContainerCheck(container, at: path, volumes: volumes, claims: claims, grace: grace)
      errors += check.common(&names) + check.asInitContainer()
    }
    if pod.hostNetwork == true { errors += hostPorts(pod, at: place) }
    errors += ports(pod, at: place) + scheduling(pod, at: place) + identity(pod, at: place)
    errors += SecurityCheck.check(pod, at: place) + resolving(pod, at: place)
    errors += PodPlacementCheck.check(pod, at: place)
    return errors
  }

  /// Whom the pod asks for addresses, and which it brings along.
  private static func resolving(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    func subdomain(_ name: String, at place: FieldPath) {
      for problem in Names.subdomainProblems(name) {
        errors.append(FieldError(place, .invalid(problem), value: .string(name)))
      }
    }
    if let config = pod.dnsConfig {
      let place = path.field("dnsConfig")
      let (servers, searches) = (config.nameservers, config.searches)
      func tooLong(_ field: String, _ list: [String], _ limit: String) {
        errors.append(FieldError(place.field(field), .invalid("must not have more than \(limit)"), list: list))
      }
      if servers.count > 3 { tooLong("nameservers", servers, "3 nameservers") }
      for (index, server) in servers.enumerated() {
        errors += AddressCheck.address(server, at: place.field("nameservers").index(index))
      }
      if searches.count > 32 { tooLong("searches", searches, "32 search paths") }
      if searches.joined(separator: " ").utf8.count > 2048 {
        tooLong("searches", searches, "2048 characters (including spaces) in the search list")
      }
      for (index, search) in searches.enumerated() {
        subdomain(search.hasSuffix(".") ? String(search.dropLast()) : search, at: place.field("searches").index(index))
      }
      for (index, option) in config.options.enumerated() where option.name?.isEmpty ?? true {
        errors.append(FieldError(place.field("options").index(index), .requiredBecause("must not be empty")))
      }
    }
    for (index, alias) in pod.hostAliases.enumerated() {
      let place = path.field("hostAliases").index(index)
      errors += AddressCheck.address(alias.ip ?? "", at: place.field("ip"))
      for (number, name) in alias.hostnames.enumerated() {
        subdomain(name, at: place.field("hostnames").index(number))
      }
    }
    return errors
  }

  /// Two containers of a pod cannot both have the same port of the node.
  private static func ports(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    var seen: Set<String> = []
    for (index, container) in pod.containers.enumerated() {
      for (number, port) in container.ports.enumerated() {
        guard let hostPort = port.hostPort, hostPort != 0 else { continue }
        let text = "\(port.protocol ?? "TCP")/\(port.hostIP ?? "")/\(hostPort)"
        if !seen.insert(text).inserted {
          errors.append(
            FieldError(
              path.field("containers").index(index).field("ports").index(number).field("hostPort"), .duplicate,
              value: .string(text)))
        }
      }
    }
    return errors
  }

  private static func hostPorts(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for (name, containers) in [("containers", pod.containers), ("initContainers", pod.initContainers)] {
      for (index, container) in containers.enumerated() {
        for (number, port) in container.ports.enumerated() where port.hostPort != port.containerPort {
          errors.append(
            FieldError(
              path.field(name).index(index).field("ports").index(number).field("hostPort"),
              .invalid("must match `containerPort` when `hostNetwork` is true"), value: .integer(port.hostPort ?? 0)))
        }
      }
    }
    return errors
  }

  private static func scheduling(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for (key, value) in pod.nodeSelector.sorted(by: { $0.key < $1.key }) {
      let place = path.field("nodeSelector")
      for problem in Names.qualifiedNameProblems(key) {
        errors.append(FieldError(place, .invalid(problem), value: .string(key)))
      }
      for problem in Names.labelValueProblems(value) {
        errors.append(FieldError(place, .invalid(problem), value: .string(value)))
      }
    }
    for (index, toleration) in pod.tolerations.enumerated() {
      errors += check(toleration, at: path.field("tolerations").index(index))
    }
    if pod.dnsPolicy == "None" {
      let place = path.field("dnsConfig")
      if pod.dnsConfig == nil {
        errors.append(FieldError(place, .requiredBecause("must provide `dnsConfig` when `dnsPolicy` is None")))
      } else if pod.dnsConfig?.nameservers.isEmpty ?? true {
        errors.append(
          FieldError(
            place.field("nameservers"),
            .requiredBecause("must provide at least one DNS nameserver when `dnsPolicy` is None")))
      }
    }
    if let deadline = pod.activeDeadlineSeconds, !(1...Int64(Int32.max)).contains(deadline) {
      errors.append(
        FieldError(
          path.field("activeDeadlineSeconds"), .invalid("must be between 1 and 2147483647, inclusive"),
          value: .integer(deadline)))
    }
    return errors
  }

  private static func check(_ toleration: Toleration, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    let key = toleration.key ?? ""
    if !key.isEmpty {
      for problem in Names.qualifiedNameProblems(key) {
        errors.append(FieldError(path.field("key"), .invalid(problem), value: .string(key)))
      }
    } else if toleration.operator != "Exists" {
      errors.append(
        FieldError(
          path.field("operator"),
          .invalid("operator must be Exists when `key` is empty, which means \"match all values and all keys\""),
          value: .string(toleration.operator ?? "")))
    }
    if toleration.tolerationSeconds != nil && toleration.effect != "NoExecute" {
      errors.append(
        FieldError(
          path.field("effect"), .invalid("effect must be 'NoExecute' when `tolerationSeconds` is set"),
          value: .string(toleration.effect ?? "")))
    }
    switch toleration.operator ?? "" {
    case "", "Equal":
      for problem in Names.labelValueProblems(toleration.value ?? "") {
        errors.append(FieldError(path.field("operator"), .invalid(problem), value: .string(toleration.value ?? "")))
      }
    case "Exists":
      if let value = toleration.value, !value.isEmpty {
        errors.append(
          FieldError(
            path.field("operator"), .invalid("value must be empty when `operator` is 'Exists'"), value: .string(value)))
      }
    case let other:
      errors.append(FieldError(path.field("operator"), .notSupported(["Equal", "Exists"]), value: .string(other)))
    }
    return errors
  }

  private static func identity(_ pod: PodSpec, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    func check(_ field: String, _ value: String?, _ problems: (String) -> [String]) {
      guard let value, !value.isEmpty else { return }
      for problem in problems(value) {
        errors.append(FieldError(path.field(field), .invalid(problem), value: .string(value)))
      }
    }
    check("serviceAccountName", pod.serviceAccountName, Names.subdomainProblems)
    check("nodeName", pod.nodeName, Names.subdomainProblems)
    check("hostname", pod.hostname, Names.labelProblems)
    check("subdomain", pod.subdomain, Names.labelProblems)
    check("priorityClassName", pod.priorityClassName, Names.subdomainProblems)
    return errors
  }
}

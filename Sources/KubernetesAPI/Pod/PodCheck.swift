internal import Documents
internal import ObjectSchema

/// Rules across the fields of a pod, in the order and words of Kubernetes.
enum PodCheck {
  static func check(_ pod: Pod) -> [FieldError] {
    let spec = FieldPath("spec")
    var errors: [FieldError] = []
    let volumes = checkVolumes(pod.spec.volumes, at: spec.field("volumes"), &errors)
    var names: Set<String> = []
    for (index, container) in pod.spec.containers.enumerated() {
      check(container, at: spec.field("containers").index(index), volumes: volumes, &names, &errors)
    }
    for (index, container) in pod.spec.initContainers.enumerated() {
      check(container, at: spec.field("initContainers").index(index), volumes: volumes, &names, &errors)
    }
    if let grace = pod.spec.terminationGracePeriodSeconds, grace < 0 {
      errors.append(
        FieldError(
          spec.field("terminationGracePeriodSeconds"), .invalid("must be greater than or equal to 0"),
          value: .integer(grace)))
    }
    if let name = pod.spec.nodeName, !name.isEmpty {
      for problem in Names.subdomainProblems(name) {
        errors.append(FieldError(spec.field("nodeName"), .invalid(problem), value: .string(name)))
      }
    }
    if let hostname = pod.spec.hostname, !hostname.isEmpty {
      for problem in Names.labelProblems(hostname) {
        errors.append(FieldError(spec.field("hostname"), .invalid(problem), value: .string(hostname)))
      }
    }
    return errors
  }

  private static func checkVolumes(
    _ volumes: [Volume], at path: FieldPath, _ errors: inout [FieldError]
  ) -> Set<String> {
    var names: Set<String> = []
    for (index, volume) in volumes.enumerated() {
      let name = volume.name ?? ""
      let place = path.index(index)
      if !name.isEmpty {
        for problem in Names.labelProblems(name) {
          errors.append(FieldError(place.field("name"), .invalid(problem), value: .string(name)))
        }
        if !names.insert(name).inserted {
          errors.append(FieldError(place.field("name"), .duplicate, value: .string(name)))
        }
      }
    }
    return names
  }

  private static func check(
    _ container: Container, at path: FieldPath, volumes: Set<String>, _ names: inout Set<String>,
    _ errors: inout [FieldError]
  ) {
    if let name = container.name, !name.isEmpty {
      for problem in Names.labelProblems(name) {
        errors.append(FieldError(path.field("name"), .invalid(problem), value: .string(name)))
      }
      if !names.insert(name).inserted {
        errors.append(FieldError(path.field("name"), .duplicate, value: .string(name)))
      }
    }
    if container.image?.isEmpty ?? true { errors.append(FieldError(path.field("image"), .required)) }
    if let image = container.image, !image.isEmpty, image.first!.isWhitespace || image.last!.isWhitespace {
      errors.append(
        FieldError(
          path.field("image"), .invalid("must not have leading or trailing whitespace"), value: .string(image)))
    }
    for (index, port) in container.ports.enumerated() {
      checkPort(port.containerPort, at: path.field("ports").index(index).field("containerPort"), &errors)
      if let hostPort = port.hostPort, hostPort != 0 {
        checkPort(hostPort, at: path.field("ports").index(index).field("hostPort"), &errors)
      }
    }
    var mountPaths: Set<String> = []
    for (index, mount) in container.volumeMounts.enumerated() {
      let place = path.field("volumeMounts").index(index)
      if let name = mount.name, !name.isEmpty, !volumes.contains(name) {
        errors.append(FieldError(place.field("name"), .notFound, value: .string(name)))
      }
      if let target = mount.mountPath, !target.isEmpty, !mountPaths.insert(target).inserted {
        errors.append(FieldError(place.field("mountPath"), .invalid("must be unique"), value: .string(target)))
      }
    }
  }

  private static func checkPort(_ port: Int32?, at path: FieldPath, _ errors: inout [FieldError]) {
    guard let port else { return }
    if !(1...65535).contains(port) {
      errors.append(FieldError(path, .invalid("must be between 1 and 65535, inclusive"), value: .integer(port)))
    }
  }

  // MARK: Updates

  /// Of a pod's spec only images, the deadline, added tolerations and the grace period of a deleted pod may change.
  static func checkUpdate(_ pod: Pod, from old: Pod) -> [FieldError] {
    var allowed = old.spec
    guard pod.spec.containers.count == old.spec.containers.count,
      pod.spec.initContainers.count == old.spec.initContainers.count
    else {
      return [
        FieldError(FieldPath("spec", "containers"), .forbidden("pod updates may not add or remove containers"))
      ]
    }
    for index in allowed.containers.indices { allowed.containers[index].image = pod.spec.containers[index].image }
    for index in allowed.initContainers.indices {
      allowed.initContainers[index].image = pod.spec.initContainers[index].image
    }
    allowed.activeDeadlineSeconds = pod.spec.activeDeadlineSeconds
    allowed.ephemeralContainers = pod.spec.ephemeralContainers
    if pod.spec.tolerations.starts(with: old.spec.tolerations) { allowed.tolerations = pod.spec.tolerations }
    if pod.metadata.deletionTimestamp != nil {
      allowed.terminationGracePeriodSeconds = pod.spec.terminationGracePeriodSeconds
    }
    // Who asked for nothing by name gets what admission filled in.
    allowed.serviceAccount = pod.spec.serviceAccount ?? allowed.serviceAccount
    if allowed == pod.spec { return [] }
    return [
      FieldError(
        FieldPath("spec"),
        .forbidden(
          "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
        ))
    ]
  }
}

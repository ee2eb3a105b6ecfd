internal import Documents
internal import ObjectSchema

/// Rules across the fields of one container.
struct ContainerCheck {
  let container: Container
  let path: FieldPath
  let volumes: Set<String>
  /// Those of the volumes that stand for claims.
  let claims: Set<String>
  /// The seconds that the pod is given to end.
  let grace: Int64

  init(_ container: Container, at path: FieldPath, volumes: Set<String>, claims: Set<String>, grace: Int64) {
    self.container = container
    self.path = path
    self.volumes = volumes
    self.claims = claims
    self.grace = grace
  }

  // MARK: What holds for all containers

  /// - Parameter names: Those of the containers before it.
  func common(_ names: inout Set<String>) -> [FieldError] {
    var errors: [FieldError] = []
    if let name = container.name, !name.isEmpty {
      for problem in Names.labelProblems(name) {
        errors.append(FieldError(path.field("name"), .invalid(problem), value: .string(name)))
      }
      if !names.insert(name).inserted {
        errors.append(FieldError(path.field("name"), .duplicate, value: .string(name)))
      }
    }
    let image = container.image ?? ""
    if image.isEmpty {
      errors.append(FieldError(path.field("image"), .required))
    } else if image.first!.isWhitespace || image.last!.isWhitespace {
      errors.append(
        FieldError(
          path.field("image"), .invalid("must not have leading or trailing whitespace"), value: .string(image)))
    }
    return errors + ports() + environment() + mounts() + devices() + resources() + security()
  }

  private func ports() -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    for (index, port) in container.ports.enumerated() {
      let place = path.field("ports").index(index)
      if let name = port.name, !name.isEmpty {
        let problems = Names.portNameProblems(name)
        for problem in problems {
          errors.append(FieldError(place.field("name"), .invalid(problem), value: .string(name)))
        }
        if problems.isEmpty && !names.insert(name).inserted {
          errors.append(FieldError(place.field("name"), .duplicate, value: .string(name)))
        }
      }
      if port.containerPort == 0 {
        errors.append(FieldError(place.field("containerPort"), .required))
      } else if let number = port.containerPort {
        errors += Self.port(number, at: place.field("containerPort"))
      }
      if let number = port.hostPort, number != 0 { errors += Self.port(number, at: place.field("hostPort")) }
    }
    return errors
  }

  static func port(_ number: Int32, at path: FieldPath) -> [FieldError] {
    if (1...65535).contains(number) { return [] }
    return [FieldError(path, .invalid("must be between 1 and 65535, inclusive"), value: .integer(number))]
  }

  // MARK: Environment

  private func environment() -> [FieldError] {
    var errors: [FieldError] = []
    for (index, variable) in container.env.enumerated() {
      let place = path.field("env").index(index)
      if let name = variable.name, !name.isEmpty {
        for problem in Names.environmentNameProblems(name) {
          errors.append(FieldError(place.field("name"), .invalid(problem), value: .string(name)))
        }
      }
      guard let source = variable.valueFrom else { continue }
      errors += check(source, hasValue: !(variable.value ?? "").isEmpty, at: place.field("valueFrom"))
    }
    for (index, source) in container.envFrom.enumerated() {
      let place = path.field("envFrom").index(index)
      if let prefix = source.prefix, !prefix.isEmpty {
        for problem in Names.environmentNameProblems(prefix) {
          errors.append(FieldError(place.field("prefix"), .invalid(problem), value: .string(prefix)))
        }
      }
      if let reference = source.configMapRef, reference.name?.isEmpty ?? true {
        errors.append(FieldError(place.field("configMapRef").field("name"), .required))
      }
      if let reference = source.secretRef, reference.name?.isEmpty ?? true {
        errors.append(FieldError(place.field("secretRef").field("name"), .required))
      }
      switch (source.configMapRef != nil, source.secretRef != nil) {
      case (false, false):
        errors.append(
          FieldError(place, .invalid("must specify one of: `configMapRef` or `secretRef`"), value: .string("")))
      case (true, true):
        errors.append(
          FieldError(place, .invalid("may not have more than one field specified at a time"), value: .string("")))
      default: break
      }
    }
    return errors
  }

  private func check(_ source: EnvVarSource, hasValue: Bool, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    if let field = source.fieldRef { errors += PodFields.environment.check(field, at: path.field("fieldRef")) }
    if let field = source.resourceFieldRef {
      errors += ResourceFieldCheck.check(field, at: path.field("resourceFieldRef"))
    }
    if let reference = source.configMapKeyRef, reference.name?.isEmpty ?? true {
      errors.append(FieldError(path.field("configMapKeyRef").field("name"), .required))
    }
    if let reference = source.secretKeyRef, reference.name?.isEmpty ?? true {
      errors.append(FieldError(path.field("secretKeyRef").field("name"), .required))
    }
    let count = source.document().mapValue?.count ?? 0
    if count == 0 {
      errors.append(
        FieldError(
          path,
          .invalid("must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"),
          value: .string("")))
    } else if hasValue {
      errors.append(
        FieldError(path, .invalid("may not be specified when `value` is not empty"), value: .string("")))
    } else if count > 1 {
      errors.append(
        FieldError(path, .invalid("may not have more than one field specified at a time"), value: .string("")))
    }
    return errors
  }

  // MARK: Volumes

  private func mounts() -> [FieldError] {
    var errors: [FieldError] = []
    var targets: Set<String> = []
    for (index, mount) in container.volumeMounts.enumerated() {
      let place = path.field("volumeMounts").index(index)
      if let name = mount.name, !name.isEmpty, !volumes.contains(name) {
        errors.append(FieldError(place.field("name"), .notFound, value: .string(name)))
      }
      if let target = mount.mountPath, !target.isEmpty, !targets.insert(target).inserted {
        errors.append(FieldError(place.field("mountPath"), .invalid("must be unique"), value: .string(target)))
      }
      // Of these Kubernetes does not say of which mount they are.
      let mounts = path.field("volumeMounts")
      for (field, value) in [("subPath", mount.subPath), ("subPathExpr", mount.subPathExpr)] {
        guard let value, !value.isEmpty else { continue }
        errors += VolumeCheck.localPath(value, at: mounts.field(field))
      }
      errors += propagation(of: mount, at: mounts.field("mountPropagation"))
      errors += recursion(of: mount, at: mounts.field("recursiveReadOnly"))
      if let subPath = mount.subPath, let expression = mount.subPathExpr, !subPath.isEmpty, !expression.isEmpty {
        errors.append(
          FieldError(
            place.field("subPathExpr"), .invalid("subPathExpr and subPath are mutually exclusive"),
            value: .string(expression)))
      }
    }
    return errors
  }

  /// What a container gets as a raw device.
  private func devices() -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    var targets: Set<String> = []
    for (index, device) in container.volumeDevices.enumerated() {
      let place = path.field("volumeDevices").index(index)
      func refuse(_ field: String, _ why: String, _ value: String) {
        errors.append(FieldError(place.field(field), .invalid(why), value: .string(value)))
      }
      if let name = device.name, !name.isEmpty {
        if !names.insert(name).inserted { refuse("name", "must be unique", name) }
        if !volumes.contains(name) {
          errors.append(FieldError(place.field("name"), .notFound, value: .string(name)))
        } else if !claims.contains(name) {
          let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
          refuse("name", why, name)
        }
        if container.volumeMounts.contains(where: { $0.name == name }) {
          refuse("name", "must not already exist in volumeMounts", name)
        }
      }
      if let target = device.devicePath, !target.isEmpty {
        if target.split(separator: "/").contains("..") {
          refuse("devicePath", "can not contain backsteps ('..')", target)
        } else if !targets.insert(target).inserted {
          refuse("devicePath", "must be unique", target)
        }
        if container.volumeMounts.contains(where: { $0.mountPath == target }) {
          refuse("devicePath", "must not already exist as a path in volumeMounts", target)
        }
      }
    }
    return errors
  }

  private func propagation(of mount: VolumeMount, at place: FieldPath) -> [FieldError] {
    guard let mode = mount.mountPropagation else { return [] }
    let modes = ["Bidirectional", "HostToContainer", "None"]
    if !modes.contains(mode) { return [FieldError(place, .notSupported(modes), value: .string(mode))] }
    if mode != "Bidirectional" || container.securityContext?.privileged == true { return [] }
    let why = "Bidirectional mount propagation is available only to privileged containers"
    return [FieldError(place, .forbidden(why))]
  }

  private func recursion(of mount: VolumeMount, at place: FieldPath) -> [FieldError] {
    guard let mode = mount.recursiveReadOnly, mode != "Disabled" else { return [] }
    let modes = ["Disabled", "Enabled", "IfPossible"]
    if !modes.contains(mode) { return [FieldError(place, .notSupported(modes), value: .string(mode))] }
    var errors: [FieldError] = []
    if mount.readOnly != true {
      errors.append(FieldError(place, .forbidden("may only be specified when readOnly is true")))
    }
    if let propagation = mount.mountPropagation, propagation != "None" {
      let why = "may only be specified when mountPropagation is None or not specified"
      errors.append(FieldError(place, .forbidden(why)))
    }
    return errors
  }

  // MARK: Resources

  private func resources() -> [FieldError] {
    let place = path.field("resources")
    var errors: [FieldError] = []
    for (name, limit) in container.resources.limits.sorted(by: { $0.key < $1.key }) {
      errors += check(name, limit, at: place.field("limits").key(name))
    }
    for (name, request) in container.resources.requests.sorted(by: { $0.key < $1.key }) {
      errors += check(name, request, at: place.field("requests").key(name))
      guard let limit = container.resources.limits[name], request.milliValue > limit.milliValue else { continue }
      errors.append(
        FieldError(
          place.field("requests"), .invalid("must be less than or equal to \(name) limit of \(limit)"),
          value: .string(request.text)))
    }
    return errors
  }

  private func check(_ name: String, _ amount: Quantity, at path: FieldPath) -> [FieldError] {
    var errors: [FieldError] = []
    for problem in Names.qualifiedNameProblems(name) {
      errors.append(FieldError(path, .invalid(problem), value: .string(name)))
    }
    let isStandard = ["cpu", "memory", "ephemeral-storage"].contains(name) || name.hasPrefix("hugepages-")
    if errors.isEmpty && !isStandard && !name.contains("/") {
      for problem in [
        "must be a standard resource type or fully qualified", "must be a standard resource for containers",
      ] {
        errors.append(FieldError(path, .invalid(problem), value: .string(name)))
      }
    }
    if amount.milliValue < 0 {
      errors.append(
        FieldError(path, .invalid("must be greater than or equal to 0"), value: .string(amount.text)))
    }
    return errors
  }

  private func security() -> [FieldError] {
    guard let context = container.securityContext else { return [] }
    return SecurityCheck.check(context, at: path.field("securityContext"))
  }

  // MARK: Hooks and probes

  func hooksAndProbes() -> [FieldError] {
    var errors: [FieldError] = []
    if let lifecycle = container.lifecycle {
      for (name, hook) in [("postStart", lifecycle.postStart), ("preStop", lifecycle.preStop)] {
        guard let hook else { continue }
        let actions = Actions(exec: hook.exec, http: hook.httpGet, tcp: hook.tcpSocket, sleep: hook.sleep)
        errors += actions.check(at: path.field("lifecycle").field(name), grace: grace)
      }
    }
    for (name, probe) in [
      ("livenessProbe", container.livenessProbe), ("readinessProbe", container.readinessProbe),
      ("startupProbe", container.startupProbe),
    ] {
      guard let probe else { continue }
      errors += check(probe, name, at: path.field(name))
    }
    return errors
  }

  private func check(_ probe: Probe, _ name: String, at path: FieldPath) -> [FieldError] {
    let actions = Actions(exec: probe.exec, http: probe.httpGet, tcp: probe.tcpSocket, grpc: probe.grpc)
    var errors = actions.check(at: path, grace: grace)
    for (field, number) in [
      ("initialDelaySeconds", probe.initialDelaySeconds), ("timeoutSeconds", probe.timeoutSeconds),
      ("periodSeconds", probe.periodSeconds), ("successThreshold", probe.successThreshold),
      ("failureThreshold", probe.failureThreshold),
    ] {
      guard let number, number < 0 else { continue }
      errors.append(
        FieldError(path.field(field), .invalid("must be greater than or equal to 0"), value: .integer(number)))
    }
    if name != "readinessProbe", let threshold = probe.successThreshold, threshold != 1 {
      errors.append(FieldError(path.field("successThreshold"), .invalid("must be 1"), value: .integer(threshold)))
    }
    if let grace = probe.terminationGracePeriodSeconds {
      let place = path.field("terminationGracePeriodSeconds")
      if name == "readinessProbe" {
        errors.append(FieldError(place, .invalid("must not be set for readinessProbes"), value: .integer(grace)))
      } else if grace <= 0 {
        errors.append(FieldError(place, .invalid("must be greater than 0"), value: .integer(grace)))
      }
    }
    return errors
  }

  /// An init container has no hooks and probes, unless it goes on running beside the others.
  func asInitContainer() -> [FieldError] {
    if let policy = container.restartPolicy, policy != "Always" {
      return [FieldError(path.field("restartPolicy"), .notSupported(["Always"]), value: .string(policy))]
    }
    if container.restartPolicy == "Always" { return hooksAndProbes() }
    let present = [
      ("lifecycle", container.lifecycle != nil), ("livenessProbe", container.livenessProbe != nil),
      ("readinessProbe", container.readinessProbe != nil), ("startupProbe", container.startupProbe != nil),
    ]
    return present.filter(\.1).map {
      FieldError(path.field($0.0), .forbidden("may not be set for init containers without restartPolicy=Always"))
    }
  }
}

/// The ways in which a hook or a probe can act, of which exactly one must be given.
private struct Actions {
  var exec: ExecAction?
  var http: HTTPGetAction?
  var tcp: TCPSocketAction?
  var grpc: GRPCAction?
  var sleep: SleepAction?

  func check(at path: FieldPath, grace: Int64) -> [FieldError] {
    var errors: [FieldError] = []
    var count = 0
    func one(_ name: String, _ check: (FieldPath) -> [FieldError]) {
      count += 1
      let place = path.field(name)
      errors += count > 1 ? [FieldError(place, .forbidden("may not specify more than 1 handler type"))] : check(place)
    }
    if let exec {
      one("exec") { exec.command.isEmpty ? [FieldError($0.field("command"), .required)] : [] }
    }
    if let http { one("httpGet") { check(http, at: $0) } }
    if let tcp { one("tcpSocket") { check(tcp.port, at: $0.field("port")) } }
    if let grpc { one("grpc") { ContainerCheck.port(grpc.port ?? 0, at: $0.field("port")) } }
    if let sleep {
      one("sleep") { place in
        let seconds = sleep.seconds ?? 0
        if seconds > 0 && seconds <= grace { return [] }
        return [
          FieldError(
            place,
            .invalid(
              "must be greater than 0 and less than terminationGracePeriodSeconds (\(grace)). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."
            ), value: .integer(seconds))
        ]
      }
    }
    if count == 0 { errors.append(FieldError(path, .requiredBecause("must specify a handler type"))) }
    return errors
  }

  private func check(_ http: HTTPGetAction, at path: FieldPath) -> [FieldError] {
    var errors = check(http.port, at: path.field("port"))
    for (index, header) in http.httpHeaders.enumerated() {
      let name = header.name ?? ""
      let isName = !name.isEmpty && name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || Names.isAlphanumeric($0) }
      if isName { continue }
      errors.append(
        FieldError(
          path.field("httpHeaders").index(index).field("name"),
          .invalid(
            "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"
          ), value: .string(name)))
    }
    return errors
  }

  private func check(_ port: IntOrString?, at path: FieldPath) -> [FieldError] {
    switch port {
    case .int(let number): ContainerCheck.port(number, at: path)
    case .string(let name):
      Names.portNameProblems(name).map { FieldError(path, .invalid($0), value: .string(name)) }
    // The row says that it is missing.
    case nil: []
    }
  }
}

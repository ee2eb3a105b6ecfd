internal import ObjectSchema

/// The containers of a pod, as `kubectl describe` tells of them.
struct ContainerDescription {
  let pod: Pod
  /// Whether these are containers of pods that are still to be made.
  var isTemplate = false

  func describeAll(into description: inout Description) {
    describe("Init Containers", pod.spec.initContainers, pod.status.initContainerStatuses, &description)
    describe("Containers", pod.spec.containers, pod.status.containerStatuses, &description)
    if isTemplate { return }
    let debuggers = pod.spec.ephemeralContainers.map(\.asContainer)
    describe("Ephemeral Containers", debuggers, pod.status.ephemeralContainerStatuses, &description)
  }

  private func describe(
    _ title: String, _ containers: [Container], _ statuses: [ContainerStatus], _ description: inout Description
  ) {
    if containers.isEmpty { return }
    description.line(isTemplate ? 1 : 0, "\(title):")
    for container in containers {
      let status = statuses.first { $0.name == container.name }
      description.line(1, (isTemplate ? " " : "") + "\(container.name ?? ""):")
      describeImage(container, status, &description)
      describeWords("Command", container.command, &description)
      describeWords("Args", container.args, &description)
      if let status { describeState(status, &description) }
      describeAmounts("Limits", container.resources.limits, &description)
      describeAmounts("Requests", container.resources.requests, &description)
      describeProbes(container, &description)
      describeEnvironment(container, &description)
      describeMounts(container, &description)
    }
  }

  private func describeImage(_ container: Container, _ status: ContainerStatus?, _ description: inout Description) {
    if let status { description.field(2, "Container ID", status.containerID ?? "") }
    description.field(2, "Image", container.image ?? "")
    if let status { description.field(2, "Image ID", status.imageID ?? "") }
    let isPlural = container.ports.count > 1
    func list(_ number: (ContainerPort) -> Int32?) -> String {
      container.ports.isEmpty
        ? "<none>" : container.ports.map { "\(number($0) ?? 0)/\($0.protocol ?? "TCP")" }.joined(separator: ", ")
    }
    description.field(2, isPlural ? "Ports" : "Port", list(\.containerPort))
    description.field(2, isPlural ? "Host Ports" : "Host Port", list(\.hostPort))
    if let profile = container.securityContext?.seccompProfile {
      description.field(2, "SeccompProfile", profile.type ?? "")
      if profile.type == "Localhost" { description.field(2, "LocalhostProfile", profile.localhostProfile ?? "") }
    }
  }

  private func describeWords(_ title: String, _ words: [String], _ description: inout Description) {
    if words.isEmpty { return }
    description.line(2, "\(title):")
    for line in words.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
      description.line(3, String(line))
    }
  }

  // MARK: State

  private func describeState(_ status: ContainerStatus, _ description: inout Description) {
    describe("State", status.state, &description)
    if status.lastState.terminated != nil { describe("Last State", status.lastState, &description) }
    description.field(2, "Ready", status.ready == true ? "True" : "False")
    description.field(2, "Restart Count", "\(status.restartCount ?? 0)")
  }

  private func describe(_ title: String, _ state: ContainerState, _ description: inout Description) {
    if let running = state.running {
      description.field(2, title, "Running")
      description.field(3, "Started", description.time(running.startedAt))
    } else if let ended = state.terminated {
      description.field(2, title, "Terminated")
      if let reason = ended.reason, !reason.isEmpty { description.field(3, "Reason", reason) }
      if let message = ended.message, !message.isEmpty { description.field(3, "Message", message) }
      description.field(3, "Exit Code", "\(ended.exitCode ?? 0)")
      if let signal = ended.signal, signal > 0 { description.field(3, "Signal", "\(signal)") }
      description.field(3, "Started", description.time(ended.startedAt))
      description.field(3, "Finished", description.time(ended.finishedAt))
    } else {
      description.field(2, title, "Waiting")
      if let reason = state.waiting?.reason, !reason.isEmpty { description.field(3, "Reason", reason) }
    }
  }

  private func describeAmounts(_ title: String, _ amounts: [String: Quantity], _ description: inout Description) {
    if amounts.isEmpty { return }
    description.line(2, "\(title):")
    for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) { description.field(3, name, amount.text) }
  }

  // MARK: Probes

  private func describeProbes(_ container: Container, _ description: inout Description) {
    let probes = [
      ("Liveness", container.livenessProbe), ("Readiness", container.readinessProbe),
      ("Startup", container.startupProbe),
    ]
    for (name, probe) in probes {
      if let probe { description.field(2, name, probe.text) }
    }
  }

  // MARK: Environment

  private func describeEnvironment(_ container: Container, _ description: inout Description) {
    if !container.envFrom.isEmpty {
      description.line(2, "Environment Variables from:")
      for source in container.envFrom {
        let isSecret = source.secretRef != nil
        let name = source.configMapRef?.name ?? source.secretRef?.name ?? ""
        let isOptional = source.configMapRef?.optional ?? source.secretRef?.optional ?? false
        let prefix = source.prefix.map { $0.isEmpty ? "" : " with prefix '\($0)'" } ?? ""
        description.line(3, "\(name)\t\(isSecret ? "Secret" : "ConfigMap")\(prefix)\tOptional: \(isOptional)")
      }
    }
    if container.env.isEmpty { return description.field(2, "Environment", "<none>") }
    description.line(2, "Environment:")
    for variable in container.env { describe(variable, of: container, &description) }
  }

  private func describe(_ variable: EnvVar, of container: Container, _ description: inout Description) {
    let name = variable.name ?? ""
    guard let source = variable.valueFrom else {
      let lines = (variable.value ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() { description.line(3, (index == 0 ? "\(name):" : "") + "\t\(line)") }
      return
    }
    if let field = source.fieldRef {
      let path = field.fieldPath ?? ""
      description.field(3, name, "\(value(of: path)) (\(field.apiVersion ?? "v1"):\(path))")
    } else if let resource = source.resourceFieldRef {
      let path = resource.resource ?? ""
      description.field(3, name, "\(amount(path, resource.divisor, of: container)) (\(path))")
    } else if let key = source.secretKeyRef {
      description.line(
        3,
        "\(name):\t<set to the key '\(key.key ?? "")' in secret '\(key.name ?? "")'>\tOptional: \(key.optional ?? false)"
      )
    } else if let key = source.configMapKeyRef {
      description.line(
        3,
        "\(name):\t<set to the key '\(key.key ?? "")' of config map '\(key.name ?? "")'>\tOptional: \(key.optional ?? false)"
      )
    }
  }

  /// The fields that are part of the object itself; those of its status are left open, as they may change.
  private func value(of path: String) -> String {
    switch path {
    case "metadata.name": return pod.name
    case "metadata.namespace": return pod.namespace
    case "metadata.uid": return pod.uid
    case "metadata.labels": return Self.mapText(pod.metadata.labels)
    case "metadata.annotations": return Self.mapText(pod.metadata.annotations)
    default: break
    }
    for (prefix, pairs) in [
      ("metadata.labels['", pod.metadata.labels), ("metadata.annotations['", pod.metadata.annotations),
    ]
    where path.hasPrefix(prefix) && path.hasSuffix("']") {
      return pairs[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
    }
    return ""
  }

  private static func mapText(_ pairs: [String: String]) -> String {
    pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: "\n")
  }

  /// A limit or request in units of the divisor, rounded up.
  private func amount(_ path: String, _ divisor: Quantity?, of container: Container) -> String {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return "" }
    let amounts = parts[0] == "limits" ? container.resources.limits : container.resources.requests
    guard let amount = amounts[parts[1]] else { return parts[0] == "limits" ? "node allocatable" : "0" }
    let unit = divisor.map { max(1, $0.milliValue) } ?? 1000
    let step = divisor?.milliValue == 0 ? 1000 : unit
    return String((amount.milliValue + step - 1) / step)
  }

  private func describeMounts(_ container: Container, _ description: inout Description) {
    if container.volumeMounts.isEmpty {
      description.field(2, "Mounts", "<none>")
    } else {
      description.line(2, "Mounts:")
      for mount in container.volumeMounts.sorted(by: { ($0.mountPath ?? "") < ($1.mountPath ?? "") }) {
        var flags = [mount.readOnly == true ? "ro" : "rw"]
        if let path = mount.subPath, !path.isEmpty { flags.append("path=\"\(path)\"") }
        description.line(
          3, "\(mount.mountPath ?? "") from \(mount.name ?? "") (\(flags.joined(separator: ",")))")
      }
    }
    if !container.volumeDevices.isEmpty {
      description.line(2, "Devices:")
      for device in container.volumeDevices {
        description.line(3, "\(device.devicePath ?? "") from \(device.name ?? "")")
      }
    }
  }
}

extension Probe {
  /// What the probe does and how often, in a line.
  var text: String {
    let numbers =
      "delay=\(initialDelaySeconds ?? 0)s timeout=\(timeoutSeconds ?? 0)s period=\(periodSeconds ?? 0)s #success=\(successThreshold ?? 0) #failure=\(failureThreshold ?? 0)"
    if let exec { return "exec [\(exec.command.joined(separator: " "))] \(numbers)" }
    if let get = httpGet {
      let port = get.port?.description ?? ""
      let place = "\(get.host ?? ""):\(port)"
      let path = get.path ?? ""
      let separator = path.isEmpty || path.hasPrefix("/") ? "" : "/"
      return "http-get \((get.scheme ?? "HTTP").lowercased())://\(place)\(separator)\(path) \(numbers)"
    }
    if let socket = tcpSocket {
      return "tcp-socket \(socket.host ?? ""):\(socket.port?.description ?? "") \(numbers)"
    }
    if let grpc { return "grpc <pod>:\(grpc.port ?? 0) \(grpc.service ?? "") \(numbers)" }
    return "unknown \(numbers)"
  }
}

extension EphemeralContainer {
  /// What a description tells of it is the same as of any container.
  fileprivate var asContainer: Container {
    var container = Container()
    container.name = name
    container.image = image
    container.command = command
    container.args = args
    container.ports = ports
    container.env = env
    container.envFrom = envFrom
    container.resources = resources
    container.volumeMounts = volumeMounts
    container.volumeDevices = volumeDevices
    container.securityContext = securityContext
    return container
  }
}

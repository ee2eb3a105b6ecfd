internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// Puts together what the runtime is to make of a container of the spec.
struct ContainerPlan {
  let pod: Pod
  let container: Container
  let configuration: KubeletConfiguration
  let addresses: [String]
  /// The content of its resolv.conf.
  let resolver: String
  /// The node's own hosts.
  let nodeHosts: String
  /// What names in `valueFrom` and `envFrom` stand for.
  let environment: [EnvironmentVariable]
  /// Whether the node can set limits; if not, the pod was told so.
  var hasLimits = true
  /// Of the node.
  var memoryCapacity: Int64 = 0

  func spec(id: ContainerID, sandboxID: String, attempt: Int, image: ImageInfo) throws(ContainerPlanError)
    -> ContainerSpec
  {
    let name = container.name ?? ""
    var spec = ContainerSpec(
      id: id, sandboxID: sandboxID, name: name, attempt: attempt, imageID: image.id,
      logPath: configuration.logPath(
        namespace: pod.namespace, name: pod.name, uid: pod.uid, container: name, attempt: attempt))
    spec.logRotation = configuration.logRotation
    spec.environment = environment
    let variables = Dictionary(environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    spec.command = container.command.map { VariableExpansion.expand($0, variables) }
    spec.arguments = container.args.map { VariableExpansion.expand($0, variables) }
    spec.workingDirectory = container.workingDir.flatMap { $0.isEmpty ? nil : $0 }
    spec.mounts = try mounts(variables, id)
    spec.files = files(besides: spec.mounts)
    spec.user = try user(image: image)
    spec.security = try security
    if hasLimits { spec.resources = ResourceLimits(container.resources) }
    spec.outOfMemoryScore = OutOfMemoryScore.of(container, in: pod.spec, memoryCapacity: memoryCapacity)
    spec.hasTerminal = container.tty ?? false
    spec.keepsInputOpen = container.stdin ?? false
    spec.closesInputAfterFirstAttach = container.stdinOnce ?? false
    spec.stopSignal = Signal.stopping(image)
    spec.terminationMessagePath = container.terminationMessagePath ?? "/dev/termination-log"
    spec.terminationMessageFile = "\(configuration.podDirectory(pod.uid))/containers/\(name)/\(id.prefix(8))"
    spec.labels = [
      PodLabels.podName: pod.name, PodLabels.podNamespace: pod.namespace, PodLabels.podUID: pod.uid,
      PodLabels.containerName: name, PodLabels.restartCount: String(attempt),
      PodLabels.terminationMessageFile: spec.terminationMessageFile ?? "",
      PodLabels.terminationMessagePolicy: container.terminationMessagePolicy ?? "File",
    ]
    return spec
  }

  private func mounts(_ variables: [String: String], _ id: ContainerID) throws(ContainerPlanError) -> [Mount] {
    var mounts: [Mount] = []
    for mount in container.volumeMounts {
      guard let volume = pod.spec.volumes.first(where: { $0.name == mount.name }) else {
        throw ContainerPlanError("volume \"\(mount.name ?? "")\" is not in the pod")
      }
      let source = PodVolumes.path(of: volume, pod: pod, configuration)
      if let hostPath = volume.hostPath { try HostPath(hostPath).makeIfMissing(for: id) }
      var part = mount.subPath ?? ""
      if let expression = mount.subPathExpr {
        let missing = VariableExpansion.missing(in: expression, variables).sorted()
        if !missing.isEmpty { throw ContainerPlanError("missing value for \(missing.joined(separator: ", "))") }
        part = VariableExpansion.expand(expression, variables)
      }
      if !part.isEmpty {
        try SubPath(
          path: part, volumePath: source, volumeMount: mount.name ?? "", container: container.name ?? ""
        ).prepare()
      }
      mounts.append(
        Mount(
          source: source, part: part, target: mount.mountPath ?? "",
          isReadOnly: mount.readOnly ?? false || PodVolumes.isOfTheKubelet(volume),
          isRecursivelyReadOnly: mount.isRecursivelyReadOnly))
    }
    return mounts
  }

  private func files(besides mounts: [Mount]) -> [String: String] {
    var files: [String: String] = [:]
    if pod.spec.hostNetwork == true {
      files["/etc/hosts"] = NetworkFiles.hosts(pod, node: nodeHosts)
      files["/etc/hostname"] = configuration.nodeName + "\n"
    } else {
      files["/etc/hosts"] = NetworkFiles.hosts(pod, addresses: addresses, clusterDomain: configuration.clusterDomain)
      files["/etc/hostname"] = NetworkFiles.hostname(pod, clusterDomain: configuration.clusterDomain) + "\n"
    }
    files["/etc/resolv.conf"] = resolver
    // What the pod mounts there itself goes before.
    for mount in mounts { files[mount.target] = nil }
    return files
  }

  private func user(image: ImageInfo) throws(ContainerPlanError) -> UserSpec {
    let own = container.securityContext
    let shared = pod.spec.securityContext
    var user = UserSpec()
    user.user = (own?.runAsUser ?? shared?.runAsUser).map { UInt32(clamping: $0) }
    user.group = (own?.runAsGroup ?? shared?.runAsGroup).map { UInt32(clamping: $0) }
    user.supplementaryGroups = (shared?.supplementalGroups ?? []).map { UInt32(clamping: $0) }
    if let group = shared?.fsGroup { user.supplementaryGroups.append(UInt32(clamping: group)) }
    user.hasNoGroupsOfTheImage = shared?.supplementalGroupsPolicy == "Strict"
    guard own?.runAsNonRoot ?? shared?.runAsNonRoot ?? false else { return user }
    let whose = "(pod: \"\(pod.name)_\(pod.namespace)(\(pod.uid))\", container: \(container.name ?? ""))"
    if let chosen = user.user {
      if chosen == 0 { throw ContainerPlanError("container's runAsUser breaks non-root policy \(whose)") }
      return user
    }
    let imageUser = image.user.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    // Zero has many spellings.
    let number = imageUser.isEmpty ? 0 : UInt32(imageUser)
    if number == 0 { throw ContainerPlanError("container has runAsNonRoot and image will run as root \(whose)") }
    if number == nil {
      throw ContainerPlanError(
        "container has runAsNonRoot and image has non-numeric user (\(imageUser)), cannot verify user is non-root \(whose)"
      )
    }
    return user
  }

  private var security: SecuritySpec {
    get throws(ContainerPlanError) {
      var security = SecuritySpec()
      let own = container.securityContext
      security.isPrivileged = own?.privileged ?? false
      security.hasReadOnlyRoot = own?.readOnlyRootFilesystem ?? false
      security.allowsPrivilegeEscalation = own?.allowPrivilegeEscalation ?? true
      security.addedCapabilities = own?.capabilities?.add ?? []
      security.droppedCapabilities = own?.capabilities?.drop ?? []
      if !security.isPrivileged {
        security.systemCalls = try systemCalls(own?.seccompProfile ?? pod.spec.securityContext?.seccompProfile)
      }
      return security
    }
  }

  private func systemCalls(_ profile: SeccompProfile?) throws(ContainerPlanError) -> SystemCallPolicy {
    switch profile?.type {
    case "RuntimeDefault": return .runtimeDefault
    case "Localhost":
      let name = profile?.localhostProfile ?? ""
      let path = "\(configuration.rootDirectory)/seccomp/\(name)"
      if name.isEmpty || name.hasPrefix("/") || name.split(separator: "/").contains("..") {
        throw ContainerPlanError("localhostProfile \"\(name)\" leads out of \(configuration.rootDirectory)/seccomp")
      }
      do {
        return .profile(path: path, content: try Files.readText(path))
      } catch {
        let reason = error.reason.lowercased()
        throw ContainerPlanError(
          "cannot load seccomp profile \"\(path)\": open \(path): \(reason)", isOfRuntime: true)
      }
    default: return .unconfined
    }
  }
}

/// Why a container cannot be put together, in the words that its waiting state shows.
struct ContainerPlanError: Error, Equatable {
  var message: String
  /// Whether Kubernetes leaves it to the runtime to find it out.
  var isOfRuntime: Bool

  init(_ message: String, isOfRuntime: Bool = false) {
    self.message = message
    self.isOfRuntime = isOfRuntime
  }
}

extension VolumeMount {
  /// Every node here can do it, so it is done even if it is only wished for.
  var isRecursivelyReadOnly: Bool { recursiveReadOnly == "Enabled" || recursiveReadOnly == "IfPossible" }
}

extension ResourceLimits {
  init(_ resources: ResourceRequirements) {
    self.init()
    memoryBytes = resources.limits["memory"]?.value
    cpuMillicores = resources.limits["cpu"]?.milliValue
    cpuRequestMillicores = resources.requests["cpu"]?.milliValue
  }
}

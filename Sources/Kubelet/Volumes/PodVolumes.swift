internal import ContainerRuntime
internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// The directories and files behind a pod's volumes.
struct PodVolumes: Sendable {
  let context: KubeletContext
  let pod: Pod

  private var configuration: KubeletConfiguration { context.configuration }

  /// Where the node keeps what the volume shows.
  static func path(of volume: Volume, pod: Pod, _ configuration: KubeletConfiguration) -> String {
    if let hostPath = volume.hostPath { return hostPath.path ?? "/" }
    let isOnDisk = volume.emptyDir.map { ($0.medium ?? "").isEmpty } ?? false
    let directory = isOnDisk ? configuration.diskDirectory(pod.uid) : configuration.podDirectory(pod.uid)
    let plugin =
      if volume.configMap != nil {
        "configmap"
      } else if volume.secret != nil {
        "secret"
      } else if volume.downwardAPI != nil {
        "downward-api"
      } else if volume.projected != nil {
        "projected"
      } else {
        "empty-dir"
      }
    return "\(directory)/volumes/kubernetes.io~\(plugin)/\(volume.name ?? "")"
  }

  /// Whether its files are written by the kubelet alone: containers only read them.
  static func isOfTheKubelet(_ volume: Volume) -> Bool {
    volume.configMap != nil || volume.secret != nil || volume.downwardAPI != nil || volume.projected != nil
  }

  // MARK: Making

  /// Makes every volume of the pod; what is there already stays. Answers what cannot be had.
  func prepare() async -> [VolumeError] { await forEach(pod.spec.volumes) { try await prepare($0) } }

  /// Brings the files of the kubelet's own volumes up to date.
  func refresh() async -> [VolumeError] {
    await forEach(pod.spec.volumes.filter(Self.isOfTheKubelet)) { try await write($0) }
  }

  /// One volume that cannot be had does not keep the others from being made.
  private func forEach(
    _ volumes: [Volume], _ work: (Volume) async throws -> Void
  ) async -> [VolumeError] {
    var errors: [VolumeError] = []
    for volume in volumes {
      let name = volume.name ?? ""
      do {
        try await work(volume)
      } catch let error as VolumeError {
        errors.append(error)
      } catch let error as StatusError {
        errors.append(VolumeError(volume: name, message: error.message))
      } catch let error as ContainerPlanError {
        errors.append(VolumeError(volume: name, message: error.message))
      } catch let error as RuntimeError {
        errors.append(VolumeError(volume: name, message: error.message))
      } catch let error as SystemCallError {
        errors.append(VolumeError(volume: name, message: error.inGoWords))
      } catch {
        errors.append(VolumeError(volume: name, message: "\(error)"))
      }
    }
    return errors
  }

  private func prepare(_ volume: Volume) async throws {
    if let hostPath = volume.hostPath {
      try HostPath(hostPath).prepare()
    } else if let emptyDir = volume.emptyDir {
      try await prepare(emptyDir, at: Self.path(of: volume, pod: pod, configuration))
    } else if Self.isOfTheKubelet(volume) {
      try await write(volume)
    } else if let claim = volume.claimName(of: pod) {
      throw VolumeError(volume: volume.name ?? "", missingClaim: claim, namespace: pod.namespace)
    } else if let csi = volume.csi {
      throw VolumeError(volume: volume.name ?? "", ofUnknownDriver: csi.driver ?? "")
    } else {
      throw VolumeError(ofUnknownKind: volume.name ?? "")
    }
  }

  private func prepare(_ source: EmptyDirVolumeSource, at path: String) async throws {
    // What is there holds what the pod's containers wrote before this kubelet started.
    switch source.medium ?? "" {
    case "": if Files.isDirectory(path) { return }
    case "Memory":
      if Files.isMountPoint(path) { return }
      try Files.makeDirectories(path, mode: 0o755)
      try await context.runtime.mountMemory(at: path, size: memory(for: source))
    case let medium where medium.hasPrefix("HugePages"):
      // A pod that asks for huge pages finds no node.
      throw ContainerPlanError(
        "medium \(medium): hugePages storage requested, but there is no resource request for huge pages")
    case let medium: throw ContainerPlanError("unknown storage medium \"\(medium)\"")
    }
    try Files.makeDirectories(path, mode: 0o755)
    // Any user of the containers may write here.
    try Files.setMode(path, 0o777)
    if let group { try VolumeGroup(id: group).own(directory: path, mode: 0o777, isReadOnly: false) }
  }

  /// As much as the pod may use at all, or less if the volume says so.
  private func memory(for source: EmptyDirVolumeSource) -> Int64 {
    var size = context.facts.memoryBytes
    for limit in [ResourceLimits(ofPod: pod.spec).memoryBytes, source.sizeLimit?.value] {
      if let limit, limit > 0, limit <= size { size = limit }
    }
    return size
  }

  private func write(_ volume: Volume) async throws {
    let folder = AtomicFolder(path: Self.path(of: volume, pod: pod, configuration), group: group)
    let content = VolumeContent(context: context, pod: pod, volume: volume, folder: folder)
    let files = try await content.files()
    if !Files.isDirectory(folder.path) {
      try Files.makeDirectories(folder.path, mode: 0o755)
      try Files.setMode(folder.path, 0o777)
      if let group { try VolumeGroup(id: group).own(directory: folder.path, mode: 0o777, isReadOnly: true) }
    }
    try folder.show(files, now: context.time.now())
  }

  /// The group that the volumes are given to; none where the node cannot do it, which the pod is told of.
  private var group: UInt32? {
    guard context.runtime.shortcomings.otherUsers == nil else { return nil }
    return pod.spec.securityContext?.fsGroup.map { UInt32(clamping: $0) }
  }

  // MARK: Removing

  /// Takes away all volumes with what is in them, and whatever else the pod has on the node but its logs.
  func remove() async { await Self.remove(pod.uid, context) }

  static func remove(_ uid: String, _ context: KubeletContext) async {
    let configuration = context.configuration
    // Whatever cannot be removed now is swept when the kubelet starts the next time.
    let mounts = configuration.podDirectory(uid) + "/volumes/kubernetes.io~empty-dir"
    for name in (try? Files.list(mounts)) ?? [] where Files.isMountPoint("\(mounts)/\(name)") {
      try? await context.runtime.unmount("\(mounts)/\(name)")
    }
    try? Files.removeTree(configuration.podDirectory(uid))
    if configuration.diskDirectory(uid) != configuration.podDirectory(uid) {
      try? Files.removeTree(configuration.diskDirectory(uid))
    }
    context.tokens.forget(uid)
  }

  /// Takes away what is left of pods that vanished while no kubelet was there.
  static func sweep(_ uids: Set<String>, _ context: KubeletContext) async {
    for uid in uids.sorted() { await remove(uid, context) }
  }

  /// The pods of which there are files.
  static func uids(_ configuration: KubeletConfiguration) -> Set<String> {
    let places = [configuration.podDirectory(""), configuration.diskDirectory("")]
    return Set(places.flatMap { (try? Files.list($0)) ?? [] })
  }
}

/// Why a volume cannot be had, as its pod's event says it.
struct VolumeError: Error, Equatable, Sendable {
  var message: String
  /// Nil when it can never be had.
  var volume: String?

  init(volume: String, message: String) {
    self.volume = volume
    self.message = "MountVolume.SetUp failed for volume \"\(volume)\" : \(message)"
  }

  /// A driver of which the cluster knows nothing.
  init(volume: String, ofUnknownDriver driver: String) {
    self.volume = volume
    message =
      "MountVolume.NewMounter initialization failed for volume \"\(volume)\" : volume mode \"Ephemeral\" not supported "
      + "by driver \(driver) (no CSIDriver object)"
  }

  /// There is nothing here that could mount it.
  init(ofUnknownKind volume: String) {
    self.init(
      unprocessed: volume, "failed to get Plugin from volumeSpec for volume \"\(volume)\" err=no volume plugin matched")
  }

  /// There are no claims here; a pod that was scheduled waits for one all the same if it has named its node itself.
  init(volume: String, missingClaim claim: String, namespace: String) {
    self.init(
      unprocessed: volume,
      "error processing PVC \(namespace)/\(claim): failed to fetch PVC from API server: persistentvolumeclaims "
        + "\"\(claim)\" not found")
  }

  private init(unprocessed volume: String, _ reason: String) {
    message =
      "Unable to attach or mount volumes: unmounted volumes=[\(volume)], unattached volumes=[], "
      + "failed to process volumes=[\(volume)]: \(reason)"
  }
}

extension SystemCallError {
  /// As the events of a kubelet quote the system: `open /nope/file: no such file or directory`.
  var inGoWords: String { "\(call) \(object): \(reason.lowercased())" }
}

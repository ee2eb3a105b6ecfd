internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// The directories and files behind a pod's volumes.
struct PodVolumes {
  let client: ClusterClient
  let configuration: KubeletConfiguration
  let hostAddresses: [String]

  /// Where the node keeps what the volume shows.
  static func path(of volume: Volume, pod: Pod, _ configuration: KubeletConfiguration) -> String {
    if let hostPath = volume.hostPath { return hostPath.path ?? "/" }
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
    return "\(configuration.podDirectory(pod.uid))/volumes/kubernetes.io~\(plugin)/\(volume.name ?? "")"
  }

  /// Whether its files are written by the kubelet alone: containers only read them.
  static func isOfTheKubelet(_ volume: Volume) -> Bool {
    volume.configMap != nil || volume.secret != nil || volume.downwardAPI != nil || volume.projected != nil
  }

  /// Makes every volume of the pod; what is there already stays.
  func prepare(_ pod: Pod) async throws(VolumeError) {
    for volume in pod.spec.volumes {
      let name = volume.name ?? ""
      do {
        try await prepare(volume, pod)
      } catch let error as StatusError {
        throw VolumeError(volume: name, message: error.message)
      } catch let error as ContainerPlanError {
        throw VolumeError(volume: name, message: error.message)
      } catch {
        throw VolumeError(volume: name, message: "\(error)")
      }
    }
  }

  private func prepare(_ volume: Volume, _ pod: Pod) async throws {
    let path = Self.path(of: volume, pod: pod, configuration)
    if let hostPath = volume.hostPath { return try prepare(hostPath) }
    var files: [(path: String, bytes: [UInt8], mode: Int32?)] = []
    var mode: Int32?
    if let source = volume.configMap {
      mode = source.defaultMode
      files = try await select(
        source.items, from: try await KeyedData.configMap(source.name ?? "", pod.namespace, client),
        "configmap \"\(source.name ?? "")\"", optional: source.optional)
    } else if let source = volume.secret {
      mode = source.defaultMode
      files = try await select(
        source.items, from: try await KeyedData.secret(source.secretName ?? "", pod.namespace, client),
        "secret \"\(source.secretName ?? "")\"", optional: source.optional)
    } else if let source = volume.downwardAPI {
      mode = source.defaultMode
      files = downward(source.items, pod)
    } else if let source = volume.projected {
      mode = source.defaultMode
      for part in source.sources { files += try await project(part, pod) }
    } else {
      guard volume.emptyDir != nil else {
        throw ContainerPlanError(
          "failed to get Plugin from volumeSpec for volume \"\(volume.name ?? "")\" err=no volume plugin matched")
      }
      try Files.makeDirectories(path, mode: 0o755)
      // Any user of the containers may write here.
      return try Files.setMode(path, 0o777)
    }
    try Files.makeDirectories(path, mode: 0o755)
    for file in files {
      let target = path + "/" + file.path
      if let slash = target.lastIndex(of: "/") { try Files.makeDirectories(String(target[..<slash]), mode: 0o755) }
      try Files.replace(target, with: file.bytes, mode: UInt32(file.mode ?? mode ?? 0o644))
    }
  }

  private func prepare(_ source: HostPathVolumeSource) throws {
    let path = source.path ?? "/"
    switch source.type ?? "" {
    case "DirectoryOrCreate": try Files.makeDirectories(path, mode: 0o755)
    case "FileOrCreate": if !Files.exists(path) { try Files.write([], to: path, mode: 0o644) }
    case "Directory":
      if !Files.isDirectory(path) {
        throw ContainerPlanError("hostPath type check failed: \(path) is not a directory")
      }
    case "File":
      if !Files.exists(path) || Files.isDirectory(path) {
        throw ContainerPlanError("hostPath type check failed: \(path) is not a file")
      }
    default: if !Files.exists(path) { try Files.makeDirectories(path, mode: 0o755) }
    }
  }

  private func project(
    _ part: VolumeProjection, _ pod: Pod
  ) async throws -> [(path: String, bytes: [UInt8], mode: Int32?)] {
    if let source = part.configMap {
      return try await select(
        source.items, from: try await KeyedData.configMap(source.name ?? "", pod.namespace, client),
        "configmap \"\(source.name ?? "")\"", optional: source.optional)
    }
    if let source = part.secret {
      return try await select(
        source.items, from: try await KeyedData.secret(source.name ?? "", pod.namespace, client),
        "secret \"\(source.name ?? "")\"", optional: source.optional)
    }
    if let source = part.downwardAPI { return downward(source.items, pod) }
    if let source = part.serviceAccountToken {
      let token = try await token(source, of: pod)
      return [(source.path ?? "token", Array(token.utf8), nil)]
    }
    return []
  }

  private func select(
    _ items: [KeyToPath], from data: KeyedData?, _ what: String, optional: Bool?
  ) async throws -> [(path: String, bytes: [UInt8], mode: Int32?)] {
    guard let data else {
      if optional == true { return [] }
      throw ContainerPlanError("\(what) not found")
    }
    if items.isEmpty { return data.bytes.sorted { $0.key < $1.key }.map { ($0.key, $0.value, nil) } }
    var files: [(path: String, bytes: [UInt8], mode: Int32?)] = []
    for item in items {
      guard let bytes = data.bytes[item.key ?? ""] else {
        if optional == true { continue }
        throw ContainerPlanError("references non-existent config key: \(item.key ?? "")")
      }
      files.append((item.path ?? "", bytes, item.mode))
    }
    return files
  }

  private func downward(
    _ items: [DownwardAPIVolumeFile], _ pod: Pod
  ) -> [(path: String, bytes: [UInt8], mode: Int32?)] {
    items.map { item in
      var text = ""
      if let field = item.fieldRef {
        text =
          PodFields.value(field.fieldPath ?? "", of: pod, addresses: [], hostAddresses: hostAddresses) ?? ""
      } else if let field = item.resourceFieldRef {
        text = PodFields.value(field, of: pod, container: Container())
      }
      return (item.path ?? "", Array(text.utf8), item.mode)
    }
  }

  /// Writes a fresh token in the place of one that is growing old.
  func renew(_ token: ServiceAccountTokenProjection, in volume: Volume, of pod: Pod) async throws {
    let text = try await self.token(token, of: pod)
    try Files.replace(
      Self.path(of: volume, pod: pod, configuration) + "/" + (token.path ?? "token"), with: Array(text.utf8),
      mode: UInt32(volume.projected?.defaultMode ?? 0o644))
  }

  /// A token of the pod's account that dies with the pod.
  private func token(_ source: ServiceAccountTokenProjection, of pod: Pod) async throws -> String {
    var request = TokenRequest()
    request.apiVersion = "authentication.k8s.io/v1"
    request.kind = "TokenRequest"
    request.spec.expirationSeconds = source.expirationSeconds ?? 3600
    request.spec.audiences = source.audience.map { [$0] } ?? []
    var reference = BoundObjectReference()
    reference.apiVersion = "v1"
    reference.kind = "Pod"
    reference.name = pod.name
    reference.uid = pod.uid
    request.spec.boundObjectRef = reference
    let path = ServiceAccount.resource.path(
      namespace: pod.namespace, name: pod.spec.serviceAccountName ?? "default", subresource: "token")
    let answer = try await client.send("POST", path, body: request.document().json())
    guard let token = TokenRequest.decode(try Document.parse(json: answer)).value.status.token, !token.isEmpty else {
      throw ContainerPlanError("the answer to \(path) holds no token")
    }
    return token
  }
}

/// Why a volume cannot be had.
struct VolumeError: Error, Equatable {
  var volume: String
  var message: String
}

internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// The files of a volume that the kubelet writes: ConfigMaps, Secrets, the pod's own fields, tokens of its account.
struct VolumeContent: Sendable {
  let context: KubeletContext
  let pod: Pod
  let volume: Volume
  /// Where the files are, or will be.
  let folder: AtomicFolder

  /// What of the API's objects the pod's volumes show.
  static func references(of pod: Pod) -> Set<DataReference> {
    var references: Set<DataReference> = []
    func add(_ kind: DataReference.Kind, _ name: String?) {
      if let name, !name.isEmpty {
        references.insert(DataReference(kind: kind, namespace: pod.namespace, name: name))
      }
    }
    for volume in pod.spec.volumes {
      add(.configMap, volume.configMap?.name)
      add(.secret, volume.secret?.secretName)
      for part in volume.projected?.sources ?? [] {
        add(.configMap, part.configMap?.name)
        add(.secret, part.secret?.name)
      }
    }
    return references
  }

  /// Whether the pod's own labels and annotations are files in it.
  static func showsFields(of pod: Pod) -> Bool {
    pod.spec.volumes.contains { volume in
      volume.downwardAPI != nil || volume.projected?.sources.contains { $0.downwardAPI != nil } ?? false
    }
  }

  func files() async throws -> [VolumeFile] {
    if let source = volume.configMap {
      return try await entries(
        source.items, of: .configMap, source.name, isOptional: source.optional, mode: source.defaultMode)
    }
    if let source = volume.secret {
      return try await entries(
        source.items, of: .secret, source.secretName, isOptional: source.optional, mode: source.defaultMode)
    }
    if let source = volume.downwardAPI { return try fields(source.items, mode: source.defaultMode) }
    return try await projected(volume.projected?.sources ?? [], mode: volume.projected?.defaultMode)
  }

  /// All that is wrong is told at once.
  private func projected(_ sources: [VolumeProjection], mode: Int32?) async throws -> [VolumeFile] {
    var files: [VolumeFile] = []
    var problems: [String] = []
    for source in sources {
      do {
        files += try await project(source, mode: mode)
      } catch let error as StatusError {
        problems.append(error.message)
      } catch let error as ContainerPlanError {
        problems.append(error.message)
      }
    }
    try Self.complain(of: problems)
    return files
  }

  private static func complain(of problems: [String]) throws(ContainerPlanError) {
    if problems.isEmpty { return }
    var different: [String] = []
    for problem in problems where !different.contains(problem) { different.append(problem) }
    throw ContainerPlanError(different.count == 1 ? different[0] : "[\(different.joined(separator: ", "))]")
  }

  private func project(_ source: VolumeProjection, mode: Int32?) async throws -> [VolumeFile] {
    if let part = source.configMap {
      return try await entries(part.items, of: .configMap, part.name, isOptional: part.optional, mode: mode)
    }
    if let part = source.secret {
      return try await entries(part.items, of: .secret, part.name, isOptional: part.optional, mode: mode)
    }
    if let part = source.downwardAPI { return try fields(part.items, mode: mode) }
    if let part = source.serviceAccountToken { return [try await token(part, mode: mode)] }
    return []
  }

  // MARK: ConfigMaps and Secrets

  private func entries(
    _ items: [KeyToPath], of kind: DataReference.Kind, _ name: String?, isOptional: Bool?, mode: Int32?
  ) async throws -> [VolumeFile] {
    let reference = DataReference(kind: kind, namespace: pod.namespace, name: name ?? "")
    let mode = UInt32(mode ?? 0o644)
    guard let data = try await KeyedData.read(reference, context.client) else {
      if isOptional == true { return [] }
      throw ContainerPlanError(reference.isMissing)
    }
    if items.isEmpty { return data.bytes.map { VolumeFile(path: $0.key, bytes: $0.value, mode: mode) } }
    var files: [VolumeFile] = []
    for item in items {
      let key = item.key ?? ""
      guard let bytes = data.bytes[key] else {
        if isOptional == true { continue }
        throw ContainerPlanError(
          kind == .configMap
            ? "configmap references non-existent config key: \(key)" : "references non-existent secret key: \(key)")
      }
      files.append(VolumeFile(path: item.path ?? "", bytes: bytes, mode: item.mode.map { UInt32($0) } ?? mode))
    }
    return files
  }

  // MARK: The pod's own fields

  private func fields(_ items: [DownwardAPIVolumeFile], mode: Int32?) throws(ContainerPlanError) -> [VolumeFile] {
    var files: [VolumeFile] = []
    var problems: [String] = []
    for item in items {
      do throws(ContainerPlanError) {
        let text = try text(of: item)
        files.append(
          VolumeFile(path: item.path ?? "", bytes: Array(text.utf8), mode: UInt32(item.mode ?? mode ?? 0o644)))
      } catch {
        problems.append(error.message)
      }
    }
    try Self.complain(of: problems)
    return files
  }

  private func text(of item: DownwardAPIVolumeFile) throws(ContainerPlanError) -> String {
    if let field = item.fieldRef {
      return PodFields.value(
        field.fieldPath ?? "", of: pod, addresses: [], hostAddresses: context.configuration.nodeAddresses) ?? ""
    }
    guard let field = item.resourceFieldRef else { return "" }
    return try PodFields.value(field, of: pod, container: nil, node: context.facts)
  }

  // MARK: Tokens

  private func token(_ source: ServiceAccountTokenProjection, mode: Int32?) async throws -> VolumeFile {
    let path = source.path ?? "token"
    var file = VolumeFile(path: path, bytes: [], mode: UInt32(mode ?? 0o644))
    // The secret of one user is nobody else's; with a group, the folder adds what the group may.
    if onlyUser != nil || pod.spec.securityContext?.fsGroup != nil { file.mode = 0o600 }
    if context.runtime.shortcomings.otherUsers == nil { file.owner = onlyUser }
    let place = TokenBook.Place(pod: pod.uid, volume: volume.name ?? "", file: path)
    if !context.tokens.isOld(place, of: pod, source, now: context.time.now()), let bytes = folder.read(path) {
      file.bytes = bytes
    } else {
      file.bytes = Array(try await request(source).utf8)
      context.tokens.note(place, issuedAt: context.time.now())
    }
    return file
  }

  /// The user as whom every container of the pod runs, if its spec alone tells that.
  private var onlyUser: UInt32? {
    let users = Set(
      (pod.spec.initContainers + pod.spec.containers).map { container in
        container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser
      })
    guard users.count == 1, let user = users.first ?? nil else { return nil }
    return UInt32(clamping: user)
  }

  /// A token of the pod's account that dies with the pod.
  private func request(_ source: ServiceAccountTokenProjection) async throws -> String {
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
    let answer = try await context.client.send("POST", path, body: request.document().json())
    guard let token = TokenRequest.decode(try Document.parse(json: answer)).value.status.token, !token.isEmpty else {
      throw ContainerPlanError("the answer to \(path) holds no token")
    }
    return token
  }
}

internal import KubernetesAPI

/// What a pod is given by its service account: names of secrets for images, and a token as a file.
enum AccountAdmission {
  private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"

  static func apply(_ account: ServiceAccount, to spec: inout PodSpec, volumeName: String) {
    if spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true {
      mountToken(in: &spec, volumeName: volumeName)
    }
    if spec.imagePullSecrets.isEmpty { spec.imagePullSecrets = account.imagePullSecrets }
  }

  /// Why the pod cannot be taken, where its account allows only the secrets that it lists.
  static func refusal(of spec: PodSpec, by account: ServiceAccount) -> String? {
    let mark = account.metadata.annotations["kubernetes.io/enforce-mountable-secrets"] ?? ""
    guard ["1", "t", "T", "TRUE", "true", "True"].contains(mark) else { return nil }
    let listed = Set(account.secrets.compactMap(\.name))
    func refused(_ what: String, _ secret: String?) -> String? {
      if listed.contains(secret ?? "") { return nil }
      return
        "\(what) secret.secretName=\"\(secret ?? "")\" is not allowed because service account \(account.name) does not reference that secret"
    }
    for volume in spec.volumes {
      if let source = volume.secret, let why = refused("volume with", source.secretName) { return why }
    }
    let containers = spec.initContainers.map { ("init container", $0) } + spec.containers.map { ("container", $0) }
    for (kind, container) in containers {
      let name = "\(kind) \(container.name ?? "")"
      for variable in container.env {
        guard let source = variable.valueFrom?.secretKeyRef else { continue }
        if let why = refused("\(name) with envVar \(variable.name ?? "") referencing", source.name) { return why }
      }
      for source in container.envFrom {
        guard let secret = source.secretRef else { continue }
        if let why = refused("\(name) with envFrom referencing", secret.name) { return why }
      }
    }
    let pulled = Set(account.imagePullSecrets.compactMap(\.name))
    for (index, secret) in spec.imagePullSecrets.enumerated() where !pulled.contains(secret.name ?? "") {
      return
        "imagePullSecrets[\(index)].name=\"\(secret.name ?? "")\" is not allowed because service account \(account.name) does not reference that imagePullSecret"
    }
    return nil
  }

  /// Why the mirror of a static pod cannot be taken: its node reads no objects for it.
  static func refusal(ofMirror spec: PodSpec) -> String? {
    if !(spec.serviceAccountName ?? "").isEmpty { return "a mirror pod may not reference service accounts" }
    let containers = spec.initContainers + spec.containers
    let readsSecrets =
      !spec.imagePullSecrets.isEmpty
      || containers.contains { container in
        container.env.contains { $0.valueFrom?.secretKeyRef != nil }
          || container.envFrom.contains { $0.secretRef != nil }
      }
      || spec.volumes.contains { volume in
        volume.secret != nil || volume.projected?.sources.contains { $0.secret != nil } ?? false
      }
    if readsSecrets { return "a mirror pod may not reference secrets" }
    let wantsToken = spec.volumes.contains { volume in
      volume.projected?.sources.contains { $0.serviceAccountToken != nil } ?? false
    }
    return wantsToken ? "a mirror pod may not use ServiceAccountToken volume projections" : nil
  }

  /// Shows the token's folder to every container that has nothing else in its place.
  private static func mountToken(in spec: inout PodSpec, volumeName: String) {
    let present = spec.volumes.first { $0.name?.hasPrefix("kube-api-access-") ?? false }
    var mount = VolumeMount()
    mount.name = present?.name ?? volumeName
    mount.readOnly = true
    mount.mountPath = mountPath
    var isNeeded = false
    func add(to container: inout Container) {
      if container.volumeMounts.contains(where: { $0.mountPath == mountPath }) { return }
      container.volumeMounts.append(mount)
      isNeeded = true
    }
    for index in spec.initContainers.indices { add(to: &spec.initContainers[index]) }
    for index in spec.containers.indices { add(to: &spec.containers[index]) }
    if isNeeded && present == nil { spec.volumes.append(tokenVolume(volumeName)) }
  }

  /// The token, the certificate to check the API server by, and the namespace.
  private static func tokenVolume(_ name: String) -> Volume {
    var token = ServiceAccountTokenProjection()
    // Seven seconds more than an hour tell such tokens from those that people ask for.
    token.expirationSeconds = 3607
    token.path = "token"
    var certificate = ConfigMapProjection()
    certificate.name = "kube-root-ca.crt"
    var key = KeyToPath()
    key.key = "ca.crt"
    key.path = "ca.crt"
    certificate.items = [key]
    var field = ObjectFieldSelector()
    field.apiVersion = "v1"
    field.fieldPath = "metadata.namespace"
    var file = DownwardAPIVolumeFile()
    file.path = "namespace"
    file.fieldRef = field
    var pod = DownwardAPIProjection()
    pod.items = [file]
    var sources = [VolumeProjection(), VolumeProjection(), VolumeProjection()]
    sources[0].serviceAccountToken = token
    sources[1].configMap = certificate
    sources[2].downwardAPI = pod
    var projected = ProjectedVolumeSource()
    projected.defaultMode = 420
    projected.sources = sources
    var volume = Volume()
    volume.name = name
    volume.projected = projected
    return volume
  }
}

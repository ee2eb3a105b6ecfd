internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// The logins for registries that a pod brings along, from the secrets that it names.
struct PullSecrets: Sendable {
  let client: ClusterClient
  let pod: Pod

  /// Configurations as `docker login` writes them, and the names of the secrets that cannot be had.
  func read() async -> (logins: [String], missing: [String]) {
    var logins: [String] = []
    var missing: [String] = []
    for reference in pod.spec.imagePullSecrets {
      // The API allows an empty name; it means nothing.
      guard let name = reference.name, !name.isEmpty else { continue }
      do {
        let secret = try await client.get(Secret.self, name, namespace: pod.namespace)
        if let login = Self.login(in: secret) { logins.append(login) }
      } catch {
        missing.append(name)
      }
    }
    return (logins, missing)
  }

  /// Secrets of the older form have the registries at the top.
  private static func login(in secret: Secret) -> String? {
    if let bytes = secret.data[".dockerconfigjson"] { return String(decoding: bytes, as: UTF8.self) }
    guard let bytes = secret.data[".dockercfg"], let registries = try? Document.parse(json: bytes) else { return nil }
    let configuration: Document = ["auths": registries]
    return configuration.jsonText()
  }
}

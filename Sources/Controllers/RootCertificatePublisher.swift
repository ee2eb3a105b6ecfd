public import ClusterClient
public import ControlLoop
internal import KubernetesAPI

/// Puts the certificate of the cluster's authority into every namespace, where pods mount it beside their token.
public final class RootCertificatePublisher: Sendable {
  private static let mapName = "kube-root-ca.crt"
  private static let fileName = "ca.crt"

  private let client: ClusterClient
  private let certificate: String
  private let namespaces: Mirror<Namespace>
  private let maps: Mirror<ConfigMap>
  /// Names of namespaces.
  private let queue: ReconcileLoop<String>

  /// - Parameter certificate: The authority's certificate in PEM.
  public init(client: ClusterClient, certificate: String, time: any TimeSource = SystemTime()) {
    self.client = client
    self.certificate = certificate
    namespaces = Mirror(client)
    maps = Mirror(client, Selection(fieldSelector: "metadata.name=\(Self.mapName)"))
    queue = ReconcileLoop(width: 4, time: time)
  }

  /// Works until cancelled.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { [self] in
        try await namespaces.run { key, _, new in
          if new != nil { self.queue.add(key.name) }
        }
      }
      group.addTask { [self] in
        try await maps.run { key, _, _ in self.queue.add(key.namespace) }
      }
      group.addTask { [self] in
        await maps.waitUntilFilled()
        await queue.run { name in await self.publish(in: name) }
      }
    }
  }

  private func publish(in name: String) async -> Outcome {
    guard let namespace = namespaces[ObjectKey(name: name)], namespace.takesNewObjects else { return .done }
    do {
      if let present = maps[ObjectKey(namespace: name, name: Self.mapName)] {
        let wanted = filled(present)
        if wanted != present { _ = try await client.update(wanted) }
      } else {
        var map = ConfigMap()
        map.metadata = ObjectMeta(name: Self.mapName, namespace: name)
        _ = try await client.create(filled(map))
      }
      return .done
    } catch {
      return error.endsFurnishing ? .done : .failed
    }
  }

  /// The map with the certificate and nothing else in it.
  private func filled(_ map: ConfigMap) -> ConfigMap {
    var map = map
    map.metadata.annotations["kubernetes.io/description"] =
      "The certificate of this cluster's authority: programs check by it that they speak to the cluster's API server."
    map.data = [Self.fileName: certificate]
    return map
  }
}

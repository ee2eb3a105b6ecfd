import ClusterClient
import KubernetesAPI
import Testing

@testable import Controllers

/// What every namespace holds without being asked for.
@Suite(.timeLimit(.minutes(1)))
struct NamespaceFurnitureTests {
  /// Runs both controllers over a new cluster.
  private func withCluster(_ body: (ClusterClient) async throws -> Void) async throws {
    try await ControlledCluster.with(
      work: { client in
        try await withThrowingDiscardingTaskGroup { group in
          group.addTask { try await ServiceAccountController(client: client).run() }
          group.addTask { try await RootCertificatePublisher(client: client, certificate: "the certificate").run() }
        }
      }, body)
  }

  /// The object, once it is there.
  private func find<Object: NamedObject>(
    _ type: Object.Type, _ name: String, _ namespace: String, _ client: ClusterClient,
    where isRight: (Object) -> Bool = { _ in true }
  ) async throws -> Object {
    while true {
      do {
        let found = try await client.get(type, name, namespace: namespace)
        if isRight(found) { return found }
      } catch {
        guard error.isNotFound else { throw error }
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test(arguments: ["default", "kube-system", "kube-public", "kube-node-lease", "room"])
  func everyNamespaceIsFurnished(name: String) async throws {
    try await withCluster { client in
      if name == "room" {
        var room = Namespace()
        room.metadata.name = "room"
        _ = try await client.create(room)
      }
      let account = try await find(ServiceAccount.self, "default", name, client)
      #expect(account.secrets.isEmpty && account.automountServiceAccountToken == nil)
      let map = try await find(ConfigMap.self, "kube-root-ca.crt", name, client)
      #expect(map.data == ["ca.crt": "the certificate"])
      #expect(map.metadata.annotations.keys.sorted() == ["kubernetes.io/description"])
    }
  }

  @Test func whatIsTakenAwayComesBack() async throws {
    try await withCluster { client in
      let account = try await find(ServiceAccount.self, "default", "default", client)
      try await client.delete(ServiceAccount.self, "default", namespace: "default")
      _ = try await find(ServiceAccount.self, "default", "default", client) { $0.uid != account.uid }
      var map = try await find(ConfigMap.self, "kube-root-ca.crt", "default", client)
      try await client.delete(ConfigMap.self, map.name, namespace: "default")
      map = try await find(ConfigMap.self, "kube-root-ca.crt", "default", client) { $0.uid != map.uid }
      map.data["ca.crt"] = "another"
      map.data["more"] = "more"
      _ = try await client.update(map)
      _ = try await find(ConfigMap.self, "kube-root-ca.crt", "default", client) {
        $0.data == ["ca.crt": "the certificate"]
      }
    }
  }
}

import ClusterClient
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Controllers

@Suite(.timeLimit(.minutes(1)))
struct NamespaceControllerTests {
  private func pod(_ name: String, node: String? = nil) -> Pod {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "room")
    var container = Container()
    container.name = "main"
    container.image = "busybox"
    pod.spec.containers = [container]
    pod.spec.nodeName = node
    return pod
  }

  /// Runs the controller over a new cluster with a namespace `room`.
  private func withCluster(_ body: (ClusterClient) async throws -> Void) async throws {
    try await ControlledCluster.with(
      prepare: { client in
        var namespace = Namespace()
        namespace.metadata.name = "room"
        _ = try await client.create(namespace)
        var account = ServiceAccount()
        account.metadata = ObjectMeta(name: "default", namespace: "room")
        _ = try await client.create(account)
      }, work: { try await NamespaceController(client: $0).run() }, body)
  }

  private func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
  }

  private func isGone(_ client: ClusterClient) async throws -> Bool {
    do {
      _ = try await client.get(Namespace.self, "room")
      return false
    } catch {
      guard error.isNotFound else { throw error }
      return true
    }
  }

  @Test func takesWhatIsInANamespaceAndThenTheNamespace() async throws {
    try await withCluster { client in
      _ = try await client.create(pod("a"))
      _ = try await client.create(pod("b"))
      try await client.delete(Namespace.self, "room")
      try await waitUntil { try await isGone(client) }
      #expect(try await client.list(Pod.self, namespace: "room").items.isEmpty)
    }
  }

  @Test func waitsForPodsToEndAndSaysSo() async throws {
    try await withCluster { client in
      _ = try await client.create(pod("a", node: "podium"))
      try await client.delete(Namespace.self, "room")
      try await waitUntil {
        try await client.get(Namespace.self, "room").status.conditions.contains {
          $0.type == "NamespaceContentRemaining" && $0.status == "True"
            && $0.message == "Some resources are remaining: pods. has 1 resource instances"
        }
      }
      #expect(try await client.get(Pod.self, "a", namespace: "room").metadata.deletionTimestamp != nil)
      var options = DeleteOptions()
      options.gracePeriodSeconds = 0
      try await client.delete(Pod.self, "a", namespace: "room", options)
      try await waitUntil { try await isGone(client) }
    }
  }

  @Test func aConditionKeepsTheTimeOfItsLastTurn() {
    let first = Timestamp(seconds: 100)
    let before = Remains.conditions([Remains(resource: "pods.", count: 2)], since: [], now: first)
    let after = Remains.conditions(
      [Remains(resource: "pods.", count: 1, finalizers: ["x/y": 1])], since: before, now: Timestamp(seconds: 200))
    let times = after.map { "\($0.type ?? "") \($0.status ?? "") \($0.lastTransitionTime?.seconds ?? 0)" }
    #expect(
      times == [
        "NamespaceDeletionDiscoveryFailure False 100", "NamespaceDeletionGroupVersionParsingFailure False 100",
        "NamespaceDeletionContentFailure False 100", "NamespaceContentRemaining True 100",
        "NamespaceFinalizersRemaining True 200",
      ])
  }
}

import Controllers
import KubernetesAPI
import Testing

/// What a node asks the control plane for: little when something happens, and next to nothing while nothing does.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RestTests {
  private static let lease = "PUT /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/oracle"

  private func manifest(_ name: String) -> String {
    "{metadata: {name: \(name)}, spec: {containers: [{name: main, image: busybox, imagePullPolicy: IfNotPresent}]}}"
  }

  @Test func aNodeAtRestAsksForNothingButItsLease() async throws {
    try await SimulatedNode.run { node in
      for name in ["one", "two", "three"] {
        try await node.create(manifest(name))
        try await node.wait(name) { $0?.status.phase == "Running" }
      }
      try await node.pass(.seconds(20))
      let before = node.api.requests.count
      try await node.pass(.seconds(100))
      let asked = node.api.requests.dropFirst(before)
      #expect(Set(asked) == [Self.lease])
      #expect((9...11).contains(asked.count), "\(asked.count) renewals in 100 s")
    }
  }

  @Test func aNodeTellsItsStatusAnewEveryFiveMinutes() async throws {
    try await SimulatedNode.run { node in
      try await node.pass(.seconds(20))
      let before = node.api.requests.count
      try await node.pass(.seconds(610))
      let told = node.api.requests.dropFirst(before).filter { $0 == "PATCH /api/v1/nodes/oracle/status" }
      #expect(told.count == 2)
    }
  }

  @Test func aNodeThatOnlyRenewsItsLeaseStaysReady() async throws {
    try await SimulatedNode.run { node in
      let controller = Task(executorPreference: node.world) {
        try? await NodeLifecycleController(client: node.client, time: node.time).run()
      }
      try await node.pass(.seconds(250))
      let events = node.events("oracle")
      #expect(!events.contains { $0.contains("NodeNotReady") }, "\(events)")
      #expect(try await node.client.get(Node.self, "oracle").isReady)
      controller.cancel()
      _ = await controller.value
    }
  }

  @Test func aNodeWhoseObjectIsDeletedRegistersItAgain() async throws {
    try await SimulatedNode.run { node in
      try await node.pass(.seconds(15))
      try await node.client.delete(Node.self, "oracle")
      try await node.pass(.seconds(15))
      #expect(try await node.client.get(Node.self, "oracle").isReady)
    }
  }

  @Test func aPodIsStartedWithTwoStatusesAndOneRequestAnEvent() async throws {
    try await SimulatedNode.run { node in
      // Another pod has fetched the image and what the namespace has.
      try await node.create(manifest("earlier"))
      try await node.wait("earlier") { $0?.status.phase == "Running" }
      try await node.pass(.seconds(1))
      let before = node.api.requests.count
      try await node.create(manifest("plain"))
      try await node.wait("plain") { $0?.status.phase == "Running" }
      try await node.pass(.seconds(1))
      let asked = node.api.requests.dropFirst(before).filter { $0 != Self.lease }
      #expect(
        asked.sorted() == [
          "PATCH /api/v1/namespaces/default/pods/plain/status", "PATCH /api/v1/namespaces/default/pods/plain/status",
          // Pulled, Created, Started.
          "POST /api/v1/namespaces/default/events", "POST /api/v1/namespaces/default/events",
          "POST /api/v1/namespaces/default/events",
          // What the test itself has asked for.
          "POST /api/v1/namespaces/default/pods", "POST /api/v1/namespaces/default/pods/plain/binding",
        ])
    }
  }
}

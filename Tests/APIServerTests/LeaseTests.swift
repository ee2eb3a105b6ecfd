import Documents
import Testing

struct LeaseTests {
  static let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"

  @Test func tellsItsHolder() async throws {
    let cluster = try await Cluster()
    let body =
      #"{"metadata":{"name":"podium"},"spec":{"holderIdentity":"podium","leaseDurationSeconds":40,"renewTime":"2026-11-21T12:00:00Z","preferredHolder":"x"}}"#
    let lease = try await cluster.call("POST", Self.path, body, expecting: 201)
    #expect(
      lease["spec"] == [
        "holderIdentity": "podium", "leaseDurationSeconds": 40, "renewTime": "2026-11-21T12:00:00.000000Z",
      ])
    #expect(try await cluster.table(Self.path) == ["Name Holder Age", "podium podium 0s"])
  }

  @Test func refusesTimesThatCannotBe() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"podium"},"spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}}"#
    #expect(
      try await cluster.refusal("POST", Self.path, body, expecting: 422)
        == #"Lease.coordination.k8s.io "podium" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]"#
    )
  }
}

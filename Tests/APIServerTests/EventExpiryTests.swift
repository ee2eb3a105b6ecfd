import Documents
import KubernetesAPI
import Testing

@testable import APIServer

struct EventExpiryTests {
  @Test func eventsAreForgottenAnHourAfterTheyWereLastSeen() async throws {
    let cluster = try await Cluster()
    let events = "/api/v1/namespaces/default/events"
    func add(_ name: String) async throws {
      let body =
        #"{"metadata":{"name":"\#(name)"},"involvedObject":{"kind":"Pod","name":"web","namespace":"default"},"reason":"Test"}"#
      try await cluster.call("POST", events, body, expecting: 201)
    }
    try await add("old")
    try await add("repeated")
    cluster.advance(.seconds(3000))
    try await cluster.call(
      "PATCH", events + "/repeated", #"{"lastTimestamp":"2026-11-21T12:50:00Z"}"#, type: PatchTests.merge)
    cluster.advance(.seconds(601))
    await cluster.server.forgetOldEvents()
    try await cluster.call("GET", events + "/old", expecting: 404)
    try await cluster.call("GET", events + "/repeated")
  }
}

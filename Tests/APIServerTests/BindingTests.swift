import Documents
import Testing

/// Bindings that are sent by themselves, instead of to their pod.
struct BindingTests {
  static let path = "/api/v1/namespaces/default/bindings"

  @Test func tiesThePodThatItNames() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let body = #"{"metadata":{"name":"web"},"target":{"kind":"Node","name":"podium"}}"#
    let status = try await cluster.call("POST", Self.path, body, expecting: 201)
    #expect(status["status"] == "Success")
    #expect(try await cluster.call("GET", Cluster.pods + "/web")["spec"]?["nodeName"] == "podium")
    #expect(
      try await cluster.refusal("POST", Self.path, body, expecting: 409)
        == #"Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "podium""#)
  }

  @Test func needsAPod() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"gone"},"target":{"name":"podium"}}"#
    #expect(try await cluster.refusal("POST", Self.path, body, expecting: 404) == #"pods "gone" not found"#)
    #expect(
      try await cluster.refusal("POST", Self.path, #"{"target":{"name":"podium"}}"#, expecting: 422)
        == #"Binding "" is invalid: metadata.name: Required value: name or generateName is required"#)
    #expect(
      try await cluster.refusal("POST", Cluster.pods + "/web/binding", body, expecting: 400)
        == "name in URL does not match name in Binding object")
  }

  @Test(arguments: [("GET", path), ("DELETE", path + "/web"), ("POST", "/api/v1/bindings")])
  func isOnlyEverCreated(method: String, path: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call(method, path, expecting: 405)
  }
}

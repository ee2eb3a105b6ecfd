import Documents
import KubernetesAPI
import Testing

struct PatchTests {
  static let merge = "application/merge-patch+json"
  static let strategic = "application/strategic-merge-patch+json"
  static let json = "application/json-patch+json"

  @Test func threeKindsOfPatchChangeALabel() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", labels: #"{"a":"b"}"#)
    let path = Cluster.pods + "/web"
    var pod = try await cluster.call("PATCH", path, #"{"metadata":{"labels":{"c":"d"}}}"#, type: Self.merge)
    #expect(pod["metadata"]?["labels"] == ["a": "b", "c": "d"])
    pod = try await cluster.call("PATCH", path, #"{"metadata":{"labels":{"a":null}}}"#, type: Self.strategic)
    #expect(pod["metadata"]?["labels"] == ["c": "d"])
    pod = try await cluster.call(
      "PATCH", path, #"[{"op":"replace","path":"/metadata/labels/c","value":"e"}]"#, type: Self.json)
    #expect(pod["metadata"]?["labels"] == ["c": "e"])
  }

  @Test func conditionsAreMergedByTheirType() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", node: "podium")
    func patch(_ conditions: String) async throws -> [String] {
      let pod = try await cluster.call(
        "PATCH", Cluster.pods + "/web/status", #"{"status":{"conditions":[\#(conditions)]}}"#, type: Self.strategic)
      return (pod["status"]?["conditions"]?.listValue ?? []).map {
        "\($0["type"]?.stringValue ?? "")=\($0["status"]?.stringValue ?? "")"
      }
    }
    #expect(try await patch(#"{"type":"Ready","status":"False"}"#) == ["Ready=False"])
    #expect(
      try await patch(#"{"type":"Initialized","status":"True"},{"type":"Ready","status":"True"}"#)
        == ["Ready=True", "Initialized=True"])
    #expect(try await patch(#"{"type":"Ready","$patch":"delete"}"#) == ["Initialized=True"])
  }

  @Test(arguments: [
    (merge, "nonsense", 400, "error decoding patch: invalid character 'o' in literal null (expecting 'u')"),
    (
      strategic, #""nonsense""#, 400,
      "json: cannot unmarshal string into Go value of type map[string]interface {}"
    ),
    (
      strategic, #"{"metadata":{"name":"other"}}"#, 400,
      "the name of the object (other) does not match the name on the URL (web)"
    ),
    (
      json, #"[{"op":"test","path":"/metadata/name","value":"other"}]"#, 422,
      "the server rejected our request due to an error in our request"
    ),
    (json, #"[{"op":"fly","path":"/metadata/name"}]"#, 400, "Unexpected kind: fly"),
    (
      merge, #"{"metadata":{"labels":"none"}}"#, 422,
      #" "" is invalid: patch: Invalid value: "{\"metadata\":{\"labels\":\"none\"}}": json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string"#
    ),
    (
      merge, #"{"metadata":{"resourceVersion":"1"}}"#, 409,
      #"Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again"#
    ),
    (
      "application/apply-patch+yaml", "{}", 415,
      "server-side apply is not served here: apply without --server-side, or send an application/strategic-merge-patch+json"
    ),
    (
      "application/json", "{}", 415,
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json"
    ),
  ])
  func refuses(type: String, body: String, status: Int, message: String) async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    #expect(try await cluster.refusal("PATCH", Cluster.pods + "/web", body, expecting: status, type: type) == message)
  }

  @Test func concurrentPatchesAllArrive() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<40 {
        group.addTask {
          try await cluster.call(
            "PATCH", Cluster.pods + "/web", #"{"metadata":{"labels":{"l\#(index)":"x"}}}"#, type: Self.merge)
        }
      }
      try await group.waitForAll()
    }
    let pod = try await cluster.call("GET", Cluster.pods + "/web")
    #expect(pod["metadata"]?["labels"]?.mapValue?.count == 40)
  }
}

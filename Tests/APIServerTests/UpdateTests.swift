import Documents
import KubernetesAPI
import Testing

struct UpdateTests {
  @Test func aStaleRevisionIsAConflict() async throws {
    let cluster = try await Cluster()
    var pod = try await cluster.createPod("web")
    pod["metadata"]?["labels"] = ["a": "b"]
    let updated = try await cluster.call("PUT", Cluster.pods + "/web", pod.jsonText())
    #expect(updated["metadata"]?["labels"]?["a"] == "b")
    #expect(updated["metadata"]?["resourceVersion"] != pod["metadata"]?["resourceVersion"])
    #expect(
      try await cluster.refusal("PUT", Cluster.pods + "/web", pod.jsonText(), expecting: 409)
        == #"Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again"#
    )
    pod["metadata"]?["resourceVersion"] = nil
    try await cluster.call("PUT", Cluster.pods + "/web", pod.jsonText())
  }

  @Test func whatChangesNothingWritesNothing() async throws {
    let cluster = try await Cluster()
    let pod = try await cluster.createPod("web")
    let same = try await cluster.call("PUT", Cluster.pods + "/web", pod.jsonText())
    #expect(same["metadata"]?["resourceVersion"] == pod["metadata"]?["resourceVersion"])
  }

  @Test func statusAndSpecAreWrittenApart() async throws {
    let cluster = try await Cluster()
    var pod = try await cluster.createPod("web")
    pod["metadata"]?["resourceVersion"] = nil
    pod["status"]?["phase"] = "Running"
    let main = try await cluster.call("PUT", Cluster.pods + "/web", pod.jsonText())
    #expect(main["status"]?["phase"] == "Pending")
    pod["spec"]?["activeDeadlineSeconds"] = 5
    let status = try await cluster.call("PUT", Cluster.pods + "/web/status", pod.jsonText())
    #expect(status["status"]?["phase"] == "Running")
    #expect(status["spec"]?["activeDeadlineSeconds"] == nil)
  }

  @Test func namesAndIdentityStay() async throws {
    let cluster = try await Cluster()
    var pod = try await cluster.createPod("web")
    pod["metadata"]?["name"] = "other"
    #expect(
      try await cluster.refusal("PUT", Cluster.pods + "/web", pod.jsonText(), expecting: 400)
        == "the name of the object (other) does not match the name on the URL (web)")
    pod["metadata"]?["name"] = "web"
    pod["metadata"]?["uid"] = "00000000-0000-4000-8000-000000000000"
    pod["metadata"]?["resourceVersion"] = nil
    let message = try await cluster.refusal("PUT", Cluster.pods + "/web", pod.jsonText(), expecting: 409)
    #expect(message.contains("Precondition failed: UID in precondition: 00000000-0000-4000-8000-000000000000"))
  }

  @Test func whatIsNotThereCannotBeUpdated() async throws {
    let cluster = try await Cluster()
    let pod = try await cluster.createPod("web")
    try await cluster.call("DELETE", Cluster.pods + "/web")
    #expect(
      try await cluster.refusal("PUT", Cluster.pods + "/web", pod.jsonText(), expecting: 404)
        == #"pods "web" not found"#)
  }
}

import Documents
import KubernetesAPI
import Testing

/// What the server does about the dependents of a deleted object: it leaves word for the garbage collector.
struct PropagationTests {
  private static let web = WorkloadTests.deployments + "/web"

  private func withWeb() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", WorkloadTests.deployments, WorkloadTests.web, expecting: 201, type: "application/yaml")
    return cluster
  }

  private func options(_ policy: String) -> String { #"{"propagationPolicy":"\#(policy)"}"# }

  @Test(arguments: ["", #"{"propagationPolicy":"Background"}"#, #"{"orphanDependents":false}"#])
  func inTheBackgroundTheObjectGoesFirst(body: String) async throws {
    let cluster = try await withWeb()
    #expect(try await cluster.call("DELETE", Self.web, body)["status"] == "Success")
    try await cluster.call("GET", Self.web, expecting: 404)
  }

  @Test(arguments: [
    (#"{"propagationPolicy":"Foreground"}"#, "foregroundDeletion"), (#"{"propagationPolicy":"Orphan"}"#, "orphan"),
    (#"{"orphanDependents":true}"#, "orphan"),
  ])
  func otherwiseItWaitsForTheGarbageCollector(body: String, finalizer: String) async throws {
    let cluster = try await withWeb()
    let marked = try await cluster.call("DELETE", Self.web, body)
    #expect(marked["kind"] == "Deployment")
    #expect(marked["metadata"]?["finalizers"] == [.string(finalizer)])
    #expect(marked["metadata"]?["deletionTimestamp"] == "2026-11-21T12:00:00Z")
    #expect(marked["metadata"]?["deletionGracePeriodSeconds"] == 0)
    #expect(marked["metadata"]?["generation"] == 2)
    // Asked again without a word, what was said before holds.
    #expect(try await cluster.call("DELETE", Self.web) == marked)
    try await cluster.call(
      "PATCH", Self.web, #"{"metadata":{"finalizers":[]}}"#, type: PatchTests.merge)
    try await cluster.call("GET", Self.web, expecting: 404)
  }

  @Test func whoDeletesAgainMayThinkOtherwise() async throws {
    let cluster = try await withWeb()
    try await cluster.call("DELETE", Self.web, options("Foreground"))
    let marked = try await cluster.call("DELETE", Self.web, options("Orphan"))
    #expect(marked["metadata"]?["finalizers"] == ["orphan"])
    try await cluster.call("DELETE", Self.web, options("Background"))
    try await cluster.call("GET", Self.web, expecting: 404)
  }

  @Test func finalizersOfOthersStay() async throws {
    let cluster = try await withWeb()
    try await cluster.call(
      "PATCH", Self.web, #"{"metadata":{"finalizers":["podium.dev/held"]}}"#, type: PatchTests.merge)
    let marked = try await cluster.call("DELETE", Self.web, options("Foreground"))
    #expect(marked["metadata"]?["finalizers"] == ["podium.dev/held", "foregroundDeletion"])
    #expect(
      try await cluster.refusal(
        "PATCH", Self.web, #"{"metadata":{"finalizers":["podium.dev/late","podium.dev/held"]}}"#, expecting: 422,
        type: PatchTests.merge)
        == #"Deployment.apps "web" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"podium.dev/late"}"#
    )
    try await cluster.call("DELETE", Self.web, options("Background"))
    #expect(
      try await cluster.call("GET", Self.web)["metadata"]?["finalizers"] == ["podium.dev/held"])
  }

  @Test func aPodEndsAndWaits() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", node: "podium")
    let marked = try await cluster.call("DELETE", Cluster.pods + "/web", options("Foreground"))
    #expect(marked["metadata"]?["finalizers"] == ["foregroundDeletion"])
    #expect(marked["metadata"]?["deletionGracePeriodSeconds"] == 30)
    let ended = try await cluster.call("DELETE", Cluster.pods + "/web?gracePeriodSeconds=0")
    #expect(ended["metadata"]?["deletionGracePeriodSeconds"] == 0)
    try await cluster.call(
      "PATCH", Cluster.pods + "/web", #"{"metadata":{"finalizers":null}}"#, type: PatchTests.merge)
    try await cluster.call("GET", Cluster.pods + "/web", expecting: 404)
  }

  @Test func jobsLeaveTheirPodsUnlessTold() async throws {
    let cluster = try await Cluster()
    let jobs = "/apis/batch/v1/namespaces/default/jobs"
    let body =
      #"{"metadata":{"name":"sum"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"b"}]}}}}"#
    try await cluster.call("POST", jobs, body, expecting: 201)
    let response = try await cluster.send("DELETE", jobs + "/sum")
    #expect(
      response.headers["Warning"]
        == #"299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning""#
    )
    #expect(
      try await cluster.call("GET", jobs + "/sum")["metadata"]?["finalizers"] == ["orphan"])
    let again = try await cluster.send("DELETE", jobs + "/sum?propagationPolicy=Background")
    #expect(again.headers["Warning"] == nil)
    try await cluster.call("GET", jobs + "/sum", expecting: 404)
  }

  @Test(arguments: [
    (
      #"{"propagationPolicy":"Later"}"#,
      #"propagationPolicy: Unsupported value: "Later": supported values: "Foreground", "Background", "Orphan", "nil""#
    ),
    (
      #"{"propagationPolicy":"Orphan","orphanDependents":true}"#,
      #"propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set"#
    ),
  ])
  func nonsenseIsRefused(body: String, refusal: String) async throws {
    let cluster = try await withWeb()
    let message = try await cluster.refusal("DELETE", Self.web, body, expecting: 422)
    #expect(message == "DeleteOptions.meta.k8s.io \"\" is invalid: \(refusal)")
  }
}

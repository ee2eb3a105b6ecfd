import Documents
import KubernetesAPI
import Testing

struct DeleteTests {
  @Test func aPodWithoutANodeGoesAtOnce() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let gone = try await cluster.call("DELETE", Cluster.pods + "/web")
    #expect(gone["kind"] == "Pod")
    #expect(gone["metadata"]?["deletionGracePeriodSeconds"] == 0)
    try await cluster.call("GET", Cluster.pods + "/web", expecting: 404)
    #expect(
      try await cluster.refusal("DELETE", Cluster.pods + "/web", expecting: 404) == #"pods "web" not found"#)
  }

  @Test func aPodOnANodeIsMarkedAndGoesWhenItsKubeletSaysSo() async throws {
    let cluster = try await Cluster()
    let path = Cluster.pods + "/web"
    let created = try await cluster.createPod("web", node: "podium")
    let marked = try await cluster.call("DELETE", path)
    #expect(marked["metadata"]?["deletionTimestamp"] == "2026-11-21T12:00:30Z")
    #expect(marked["metadata"]?["deletionGracePeriodSeconds"] == 30)
    cluster.advance(.seconds(5))
    // Asked again nothing changes; a longer time is not given, a shorter one is.
    #expect(try await cluster.call("DELETE", path) == marked)
    #expect(try await cluster.call("DELETE", path + "?gracePeriodSeconds=60") == marked)
    let sooner = try await cluster.call("DELETE", path, #"{"gracePeriodSeconds":10}"#)
    #expect(sooner["metadata"]?["deletionTimestamp"] == "2026-11-21T12:00:10Z")
    let uid = created["metadata"]?["uid"]?.stringValue ?? ""
    try await cluster.call(
      "DELETE", path, #"{"gracePeriodSeconds":0,"preconditions":{"uid":"\#(uid)"}}"#)
    try await cluster.call("GET", path, expecting: 404)
  }

  /// That somebody reports a status meanwhile does not speak against a deletion that names the uid.
  @Test func whatIsBeingChangedCanBeDeletedByItsUID() async throws {
    let cluster = try await Cluster()
    for number in 0..<20 {
      let path = Cluster.pods + "/web-\(number)"
      let created = try await cluster.createPod("web-\(number)", node: "podium")
      let uid = created["metadata"]?["uid"]?.stringValue ?? ""
      try await withThrowingTaskGroup(of: Void.self) { group in
        for message in 0..<8 {
          group.addTask {
            try await cluster.call(
              "PATCH", path + "/status", #"{"status":{"message":"\#(message)"}}"#, type: PatchTests.merge)
          }
        }
        group.addTask {
          try await cluster.call("DELETE", path, #"{"preconditions":{"uid":"\#(uid)"}}"#)
        }
        try await group.waitForAll()
      }
      #expect(try await cluster.call("GET", path)["metadata"]?["deletionTimestamp"] != nil)
    }
  }

  @Test func anEndedPodGoesAtOnce() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", node: "podium")
    try await cluster.call(
      "PATCH", Cluster.pods + "/web/status", #"{"status":{"phase":"Succeeded"}}"#, type: PatchTests.merge)
    try await cluster.call("DELETE", Cluster.pods + "/web")
    try await cluster.call("GET", Cluster.pods + "/web", expecting: 404)
  }

  @Test func preconditionsProtectAnotherObjectOfTheSameName() async throws {
    let cluster = try await Cluster()
    let pod = try await cluster.createPod("web")
    let uid = pod["metadata"]?["uid"]?.stringValue ?? ""
    #expect(
      try await cluster.refusal(
        "DELETE", Cluster.pods + "/web", #"{"preconditions":{"uid":"other"}}"#, expecting: 409)
        == #"Operation cannot be fulfilled on pods "web": the UID in the precondition (other) does not match the UID in record (\#(uid)). The object might have been deleted and then recreated"#
    )
  }

  @Test func aFinalizerHoldsAnObjectUntilItIsTakenAway() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"n1","finalizers":["podium.dev/held"]}}"#
    try await cluster.call("POST", "/api/v1/nodes", body, expecting: 201)
    let held = try await cluster.call("DELETE", "/api/v1/nodes/n1")
    #expect(held["metadata"]?["deletionTimestamp"]?.stringValue != nil)
    try await cluster.call("GET", "/api/v1/nodes/n1")
    try await cluster.call(
      "PATCH", "/api/v1/nodes/n1", #"{"metadata":{"finalizers":null}}"#, type: PatchTests.merge)
    try await cluster.call("GET", "/api/v1/nodes/n1", expecting: 404)
  }

  @Test func kindsWithoutGraceAnswerAStatus() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", "/api/v1/nodes", #"{"metadata":{"name":"n1"}}"#, expecting: 201)
    let status = try await cluster.call("DELETE", "/api/v1/nodes/n1")
    #expect(status["kind"] == "Status" && status["status"] == "Success")
    #expect(status["details"]?["name"] == "n1" && status["details"]?["kind"] == "nodes")
  }

  @Test func aDryRunDeletesNothing() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    try await cluster.call("DELETE", Cluster.pods + "/web?dryRun=All")
    try await cluster.call("GET", Cluster.pods + "/web")
  }

  @Test func aCollectionIsDeletedBySelector() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("a", labels: #"{"app":"web"}"#)
    try await cluster.createPod("b", labels: #"{"app":"db"}"#)
    try await cluster.call("DELETE", Cluster.pods + "?labelSelector=app=web")
    let list = try await cluster.call("GET", Cluster.pods)
    #expect(list["items"]?.listValue?.map { $0["metadata"]?["name"]?.stringValue } == ["b"])
  }

  @Test func someNamespacesStay() async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("DELETE", "/api/v1/namespaces/default", expecting: 403)
        == #"namespaces "default" is forbidden: this namespace may not be deleted"#)
  }

  @Test func aNamespaceGoesWhenItHasBeenEmptied() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", "/api/v1/namespaces", #"{"metadata":{"name":"room"}}"#, expecting: 201)
    let going = try await cluster.call("DELETE", "/api/v1/namespaces/room")
    #expect(going["status"]?["phase"] == "Terminating")
    var finalized = try await cluster.call("GET", "/api/v1/namespaces/room")
    finalized["spec"]?["finalizers"] = []
    try await cluster.call("PUT", "/api/v1/namespaces/room/finalize", finalized.jsonText())
    try await cluster.call("GET", "/api/v1/namespaces/room", expecting: 404)
  }

  @Test func evictionIsAPoliteDeletion() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web", node: "podium")
    try await cluster.call(
      "POST", Cluster.pods + "/web/eviction", #"{"apiVersion":"policy/v1","kind":"Eviction"}"#, expecting: 201)
    let pod = try await cluster.call("GET", Cluster.pods + "/web")
    #expect(pod["metadata"]?["deletionGracePeriodSeconds"] == 30)
  }
}

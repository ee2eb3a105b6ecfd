import Documents
import KubernetesAPI
import Testing

struct PodRequestTests {
  private static let toNode =
    #"{"apiVersion":"v1","kind":"Binding","metadata":{"name":"web"},"target":{"kind":"Node","name":"podium"}}"#

  @Test func aBindingGivesThePodItsNode() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let status = try await cluster.call("POST", Cluster.pods + "/web/binding", Self.toNode, expecting: 201)
    #expect(status["status"] == "Success" && status["code"] == 201)
    let pod = try await cluster.call("GET", Cluster.pods + "/web")
    #expect(pod["spec"]?["nodeName"] == "podium")
    #expect(
      pod["status"]?["conditions"]?.listValue == [
        [
          "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
          "lastTransitionTime": "2026-11-21T12:00:00Z",
        ]
      ])
    #expect(
      try await cluster.refusal("POST", Cluster.pods + "/web/binding", Self.toNode, expecting: 409)
        == #"Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "podium""#)
  }

  @Test func theKubeletIsAskedForLogsAndTerminals() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", "/api/v1/nodes", #"{"metadata":{"name":"podium"}}"#, expecting: 201)
    try await cluster.createPod("web", node: "podium")
    let path = Cluster.pods + "/web"
    let log = try await cluster.send("GET", path + "/log?follow=true&tailLines=3")
    guard case .bytes(let bytes) = log.body else { return }
    #expect(String(decoding: bytes, as: UTF8.self) == "from the kubelet")
    _ = try await cluster.send("GET", path + "/exec?command=ls&command=-l&stdout=true&container=main&tty=false")
    _ = try await cluster.send("POST", path + "/attach?stdin=true&stdout=true&tty=true")
    _ = try await cluster.send("GET", path + "/portforward?ports=80")
    _ = try await cluster.send("GET", "/api/v1/nodes/podium/proxy/stats/summary?only=cpu")
    #expect(
      cluster.kubelet.asked == [
        "GET /containerLogs/default/web/main?follow=true&tailLines=3",
        "GET /exec/default/web/main?output=1&command=ls&command=-l",
        "POST /attach/default/web/main?input=1&output=1&tty=1",
        "GET /portForward/default/web?ports=80",
        "GET /stats/summary?only=cpu",
      ])
  }

  @Test(arguments: [
    ("tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0"),
    ("limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0"),
    (
      "sinceSeconds=0&tailLines=-2",
      "[tailLines: Invalid value: -2: must be greater than or equal to 0, "
        + "sinceSeconds: Invalid value: 0: must be greater than 0]"
    ),
    (
      "sinceSeconds=5&sinceTime=2026-11-21T12:00:00Z",
      ": Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
    ),
  ])
  func whatCannotBeAskedOfALogIsRefused(_ query: String, _ why: String) async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    #expect(
      try await cluster.refusal("GET", Cluster.pods + "/web/log?" + query, expecting: 422)
        == "PodLogOptions \"web\" is invalid: \(why)")
  }

  @Test func withoutANodeThereIsNothingToReadAndNobodyToTalkTo() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let log = try await cluster.send("GET", Cluster.pods + "/web/log")
    guard log.status == 200, case .bytes(let bytes) = log.body else {
      Issue.record("\(log)")
      return
    }
    #expect(bytes.isEmpty)
    #expect(
      try await cluster.refusal("GET", Cluster.pods + "/web/exec?command=ls&stdout=true", expecting: 400)
        == "pod web does not have a host assigned")
  }

  @Test func containersAreAskedForByName() async throws {
    let cluster = try await Cluster()
    let body =
      #"{"metadata":{"name":"two"},"spec":{"initContainers":[{"name":"setup","image":"b"}],"containers":[{"name":"a","image":"b"},{"name":"b","image":"b"}]}}"#
    try await cluster.call("POST", Cluster.pods, body, expecting: 201)
    #expect(
      try await cluster.refusal("GET", Cluster.pods + "/two/log", expecting: 400)
        == "a container name must be specified for pod two, choose one of: [a b] or one of the init containers: [setup]"
    )
    #expect(
      try await cluster.refusal("GET", Cluster.pods + "/two/log?container=nope", expecting: 400)
        == "container nope is not valid for pod two")
  }
}

import Documents
import KubernetesAPI
import Testing

/// The two groups that events are served in.
@Suite(.timeLimit(.minutes(1)))
struct EventFormTests {
  static let core = "/api/v1/namespaces/default/events"
  static let other = "/apis/events.k8s.io/v1/namespaces/default/events"
  static let merge = "application/merge-patch+json"

  private static let coreEvent =
    #"{"metadata":{"name":"a","labels":{"l":"1"}},"involvedObject":{"kind":"Pod","namespace":"default","name":"web"},"reason":"Started","message":"It runs.","type":"Normal","count":3,"firstTimestamp":"2026-11-21T11:00:00Z","lastTimestamp":"2026-11-21T11:59:00Z","source":{"component":"kubelet","host":"podium"}}"#

  private static func newEvent(_ name: String, _ more: String = "") -> String {
    #"{"metadata":{"name":"\#(name)"},"eventTime":"2026-11-21T11:59:00.5Z","reportingController":"example.com/tester","reportingInstance":"one","action":"Trying","reason":"Tried","regarding":{"kind":"Pod","namespace":"default","name":"web"},"note":"It was tried.","type":"Normal"\#(more)}"#
  }

  @Test func whatIsWrittenInTheCoreGroupIsReadInTheOther() async throws {
    let cluster = try await Cluster()
    let written = try await cluster.call("POST", Self.core, Self.coreEvent, expecting: 201)
    let read = try await cluster.call("GET", Self.other + "/a")
    #expect(read["apiVersion"] == "events.k8s.io/v1")
    #expect(read["kind"] == "Event")
    #expect(read["metadata"] == written["metadata"])
    #expect(read["regarding"] == written["involvedObject"])
    #expect(read["note"] == "It runs.")
    #expect(read["deprecatedCount"] == 3)
    #expect(read["deprecatedFirstTimestamp"] == "2026-11-21T11:00:00Z")
    #expect(read["deprecatedSource"] == ["component": "kubelet", "host": "podium"])
    #expect(read["eventTime"] == .null)
    for gone in ["involvedObject", "message", "count", "source"] { #expect(read[gone] == nil) }
  }

  @Test func whatIsWrittenInTheOtherGroupIsReadInTheCore() async throws {
    let cluster = try await Cluster()
    let series = #","series":{"count":2,"lastObservedTime":"2026-11-21T12:00:00.25Z"}"#
    try await cluster.call("POST", Self.other, Self.newEvent("b", series), expecting: 201)
    let read = try await cluster.call("GET", Self.core + "/b")
    #expect(read["apiVersion"] == "v1")
    #expect(read["involvedObject"] == ["kind": "Pod", "namespace": "default", "name": "web"])
    #expect(read["message"] == "It was tried.")
    #expect(read["reportingComponent"] == "example.com/tester")
    #expect(read["eventTime"] == "2026-11-21T11:59:00.500000Z")
    #expect(read["series"] == ["count": 2, "lastObservedTime": "2026-11-21T12:00:00.250000Z"])
    try await cluster.call("DELETE", Self.core + "/b")
    try await cluster.call("GET", Self.other + "/b", expecting: 404)
  }

  @Test func listsAndTablesShowTheSameObjects() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", Self.core, Self.coreEvent, expecting: 201)
    try await cluster.call("POST", Self.other, Self.newEvent("b"), expecting: 201)
    #expect(try await cluster.table(Self.core) == cluster.table(Self.other))
    let list = try await cluster.call("GET", Self.other + "?fieldSelector=regarding.name=web&labelSelector=l=1")
    #expect(list["apiVersion"] == "events.k8s.io/v1")
    #expect(list["items"]?.listValue?.map { $0["note"] } == ["It runs."])
    let none = try await cluster.call("GET", Self.other + "?fieldSelector=regarding.name=other")
    #expect(none["items"] == [])
    let partial = try await cluster.call(
      "GET", Self.other, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
    #expect(partial["items"]?.listValue?.map { $0["metadata"]?["name"] } == ["a", "b"])
  }

  @Test func aWatchOfOneFormSeesTheOther() async throws {
    let cluster = try await Cluster()
    let watch = try await cluster.watch(Self.other + "?watch=true")
    try await cluster.call("POST", Self.core, Self.coreEvent, expecting: 201)
    let line = try await watch.next()
    #expect(line?["type"] == "ADDED")
    #expect(line?["object"]?["apiVersion"] == "events.k8s.io/v1")
    #expect(line?["object"]?["note"] == "It runs.")
    try await cluster.call("PATCH", Self.core + "/a", #"{"count":4}"#, type: Self.merge)
    #expect(try await watch.next()?["object"]?["deprecatedCount"] == 4)
    watch.cancel()
  }

  @Test func onlyHowItGoesOnMayChange() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", Self.other, Self.newEvent("b"), expecting: 201)
    let patched = try await cluster.call(
      "PATCH", Self.other + "/b", #"{"series":{"count":2,"lastObservedTime":"2026-11-21T12:00:00Z"}}"#, type: Self.merge
    )
    #expect(patched["series"]?["count"] == 2)
    let change =
      #"{"note":"no","eventTime":"2026-11-21T12:00:00.000001Z","regarding":{"name":"x"},"deprecatedCount":1,"series":{"count":1}}"#
    #expect(
      try await cluster.refusal("PATCH", Self.other + "/b", change, expecting: 422, type: Self.merge)
        == #"Event.events.k8s.io "b" is invalid: [eventTime: Invalid value: 2026-11-21 12:00:00.000001 +0000 UTC: field is immutable, series.count: Invalid value: "": should be at least 2, involvedObject: Invalid value: core.ObjectReference{Kind:"Pod", Namespace:"default", Name:"x", UID:"", APIVersion:"", ResourceVersion:"", FieldPath:""}: field is immutable, message: Invalid value: "no": field is immutable, count: Invalid value: 1: field is immutable]"#
    )
  }

  @Test(arguments: [
    (
      newEvent("B"),
      #"metadata.name: Invalid value: "B": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
    ),
    (
      #"{"metadata":{"name":"b"},"regarding":{"namespace":"default"},"deprecatedCount":1}"#,
      #"[eventTime: Required value, type: Invalid value: "": has invalid value: , count: Invalid value: "": needs to be unset]"#
    ),
    (
      newEvent("b", #","series":{}"#),
      #"[series.count: Invalid value: "": should be at least 2, series.lastObservedTime: Required value]"#
    ),
    (
      #"{"metadata":{"name":"b"},"regarding":{"namespace":"default"},"eventTime":"2026-11-21T11:59:00Z","type":"Normal","reportingController":"x"}"#,
      "[reportingInstance: Required value, action: Required value, reason: Required value]"
    ),
  ])
  func asksMoreOfNewEvents(body: String, message: String) async throws {
    let cluster = try await Cluster()
    let name = try Document.parse(json: body)["metadata"]?["name"]?.stringValue ?? ""
    #expect(
      try await cluster.refusal("POST", Self.other, body, expecting: 422)
        == #"Event.events.k8s.io "\#(name)" is invalid: "# + message)
  }

  @Test(arguments: [
    (#"{"metadata":{"name":"a b/c"}}"#, #"metadata.name: Invalid value: "a b/c": may not contain '/'"#),
    (
      #"{"metadata":{"name":"a"},"involvedObject":{"namespace":"other"}}"#,
      #"involvedObject.namespace: Invalid value: "other": does not match event.namespace"#
    ),
  ])
  func refusesInTheCoreGroup(body: String, message: String) async throws {
    let cluster = try await Cluster()
    let name = try Document.parse(json: body)["metadata"]?["name"]?.stringValue ?? ""
    #expect(
      try await cluster.refusal("POST", Self.core, body, expecting: 422) == #"Event "\#(name)" is invalid: "# + message)
  }

  @Test func anEventOfAClusterObjectIsToldInDefault() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"Node.17"},"involvedObject":{"kind":"Node","name":"podium"}}"#
    try await cluster.call("POST", Self.core, body, expecting: 201)
    #expect(
      try await cluster.refusal("POST", "/api/v1/namespaces/kube-public/events", body, expecting: 422)
        == #"Event "Node.17" is invalid: involvedObject.namespace: Invalid value: "": does not match event.namespace"#)
  }
}

import Documents
import KubernetesAPI
import TestSupport
import Testing

struct CreateTests {
  @Test func answersTheWholeObjectWithItsDefaults() async throws {
    let cluster = try await Cluster()
    let created = try await cluster.createPod("web", labels: #"{"app":"web"}"#)
    #expect(created["kind"] == "Pod")
    #expect(created["apiVersion"] == "v1")
    let uid = created["metadata"]?["uid"]?.stringValue ?? ""
    #expect(uid.utf8.count == 36)
    var shown = created
    shown["metadata"]?["uid"] = "<UID>"
    shown["metadata"]?["resourceVersion"] = "<REVISION>"
    let volume = created["spec"]?["volumes"]?.listValue?.first?["name"]?.stringValue ?? ""
    #expect(volume.utf8.count == 21)
    let lines = shown.yaml().split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasSuffix(volume) ? $0.dropLast(5) + "<SUFFIX>" : $0
    }
    GoldenText.expect(lines.joined(separator: "\n"), is: "created-pod.yaml")
    let read = try await cluster.call("GET", Cluster.pods + "/web")
    #expect(read == created)
  }

  @Test func refusesASecondOfTheSameName() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let body = #"{"metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
    #expect(
      try await cluster.refusal("POST", Cluster.pods, body, expecting: 409) == #"pods "web" already exists"#)
  }

  @Test func completesAGeneratedName() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"generateName":"web-"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
    let created = try await cluster.call("POST", Cluster.pods, body, expecting: 201)
    let name = created["metadata"]?["name"]?.stringValue ?? ""
    #expect(name.hasPrefix("web-") && name.count == 9)
    #expect(created["metadata"]?["generateName"] == "web-")
  }

  @Test func aDryRunLeavesNothing() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
    let answer = try await cluster.call("POST", Cluster.pods + "?dryRun=All", body, expecting: 201)
    #expect(answer["metadata"]?["name"] == "web")
    try await cluster.call("GET", Cluster.pods + "/web", expecting: 404)
  }

  @Test func needsANamespaceThatIsThereAndStays() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"web"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#
    #expect(
      try await cluster.refusal("POST", "/api/v1/namespaces/nope/pods", body, expecting: 404)
        == #"namespaces "nope" not found"#)
    try await cluster.call("POST", "/api/v1/namespaces", #"{"metadata":{"name":"going"}}"#, expecting: 201)
    try await cluster.call("DELETE", "/api/v1/namespaces/going")
    #expect(
      try await cluster.refusal("POST", "/api/v1/namespaces/going/pods", body, expecting: 403)
        == #"pods "web" is forbidden: unable to create new content in namespace going because it is being terminated"#
    )
  }

  @Test func readsYAML() async throws {
    let cluster = try await Cluster()
    let body = """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - {name: a, image: b}
      """
    try await cluster.call("POST", Cluster.pods, body, expecting: 201, type: "application/yaml")
  }

  @Test(arguments: [
    (
      "Strict", 400,
      #"Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagge", duplicate field "metadata.name""#
    ),
    ("Warn", 201, nil), ("Ignore", 201, nil),
  ])
  func treatsUnknownFieldsAsAsked(validation: String, status: Int, message: String?) async throws {
    let cluster = try await Cluster()
    let body =
      #"{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","image":"b","imagge":"c"}]},"metadata":{"name":"web","name":"web"}}"#
    let response = try await cluster.send("POST", Cluster.pods + "?fieldValidation=\(validation)", body)
    #expect(response.status == status)
    if let message {
      guard case .bytes(let bytes) = response.body else { return }
      #expect(try Document.parse(json: bytes)["message"]?.stringValue == message)
    }
    let warnings = response.headers.all("Warning")
    let expected =
      validation == "Warn"
      ? [#"299 - "unknown field \"spec.containers[0].imagge\"""#, #"299 - "duplicate field \"metadata.name\"""#] : []
    #expect(warnings == expected)
  }

  @Test(arguments: [
    (
      #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[{"name":"main","image":"b","command":"sleep 1"}]}}"#,
      #"Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field Container.spec.containers.command of type []string"#
    ),
    (
      #"{"kind":"Node","apiVersion":"v1","metadata":{"name":"a"}}"#,
      #"Node in version "v1" cannot be handled as a Pod: converting (v1.Node) to (v1.Pod): unknown conversion"#
    ),
    (
      #"{"kind":"Pod","apiVersion":"v2","metadata":{"name":"a"}}"#,
      "the API version in the data (v2) does not match the expected API version (v1)"
    ),
    (
      #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"other"}}"#,
      "the namespace of the provided object does not match the namespace sent on the request"
    ),
  ])
  func refusesWhatIsNoPod(body: String, message: String) async throws {
    let cluster = try await Cluster()
    #expect(try await cluster.refusal("POST", Cluster.pods, body, expecting: 400) == message)
  }
}

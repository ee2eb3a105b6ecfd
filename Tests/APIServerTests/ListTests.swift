import Documents
import KubernetesAPI
import Testing

struct ListTests {
  private func names(_ list: Document) -> [String] {
    (list["items"]?.listValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
  }

  private func filled() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.createPod("a", labels: #"{"app":"web","tier":"front"}"#)
    try await cluster.createPod("b", labels: #"{"app":"web","tier":"back"}"#, node: "podium")
    try await cluster.createPod("c", labels: #"{"app":"db"}"#)
    return cluster
  }

  @Test(arguments: [
    ("labelSelector=app=web", ["a", "b"]),
    ("labelSelector=app!=web", ["c"]),
    ("labelSelector=tier in (front,back),app=web", ["a", "b"]),
    ("labelSelector=tier notin (front)", ["b", "c"]),
    ("labelSelector=!tier", ["c"]),
    ("labelSelector=tier", ["a", "b"]),
    ("fieldSelector=spec.nodeName=podium", ["b"]),
    ("fieldSelector=spec.nodeName!=podium", ["a", "c"]),
    ("fieldSelector=metadata.name=c", ["c"]),
    ("fieldSelector=metadata.name=c,status.phase=Running", []),
    ("fieldSelector=metadata.name=none", []),
    ("labelSelector=app=web&fieldSelector=spec.nodeName=", ["a"]),
  ])
  func selects(query: String, expected: [String]) async throws {
    let cluster = try await filled()
    #expect(names(try await cluster.call("GET", Cluster.pods + "?" + query)) == expected)
    #expect(names(try await cluster.call("GET", "/api/v1/pods?" + query)) == expected)
  }

  @Test(arguments: [
    ("fieldSelector=spec.nope=1", "field label not supported: spec.nope"),
    ("labelSelector===", "found '==', expected: !, identifier, or 'end of string'"),
    ("labelSelector=a in b", "unable to parse requirement: found 'b' expected: '('"),
    ("labelSelector=a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
    ("labelSelector=a,", "found '', expected: identifier after ','"),
    ("fieldSelector=nonsense", "invalid selector: 'nonsense'; can't understand 'nonsense'"),
  ])
  func refusesSelectors(query: String, message: String) async throws {
    let cluster = try await Cluster()
    #expect(try await cluster.refusal("GET", Cluster.pods + "?" + query, expecting: 400) == message)
  }

  @Test func pagesShowOneMoment() async throws {
    let cluster = try await filled()
    let first = try await cluster.call("GET", Cluster.pods + "?limit=2")
    #expect(names(first) == ["a", "b"])
    #expect(first["metadata"]?["remainingItemCount"] == 1)
    let token = try #require(first["metadata"]?["continue"]?.stringValue)
    try await cluster.createPod("d")
    try await cluster.call("DELETE", Cluster.pods + "/c")
    let second = try await cluster.call("GET", Cluster.pods + "?limit=2&continue=\(token)")
    #expect(names(second) == ["c"])
    #expect(second["metadata"]?["continue"] == nil)
    #expect(second["metadata"]?["resourceVersion"] == first["metadata"]?["resourceVersion"])
  }

  @Test func aForgottenPageIsExpiredAndCanBeContinuedAnyhow() async throws {
    let cluster = try await filled()
    let first = try await cluster.call("GET", Cluster.pods + "?limit=2")
    let token = try #require(first["metadata"]?["continue"]?.stringValue)
    try await cluster.createPod("d")
    try await cluster.store.compact(keeping: 0)
    let expired = try await cluster.call("GET", Cluster.pods + "?continue=\(token)", expecting: 410)
    #expect(expired["reason"] == "Expired")
    let other = try #require(expired["metadata"]?["continue"]?.stringValue)
    #expect(names(try await cluster.call("GET", Cluster.pods + "?continue=\(other)")) == ["c", "d"])
  }

  @Test func readsThePastWhileItIsKept() async throws {
    let cluster = try await filled()
    let version = try await cluster.call("GET", Cluster.pods)["metadata"]?["resourceVersion"]?.stringValue ?? ""
    try await cluster.call("DELETE", Cluster.pods + "/a")
    let past = try await cluster.call(
      "GET", Cluster.pods + "?resourceVersion=\(version)&resourceVersionMatch=Exact")
    #expect(names(past) == ["a", "b", "c"])
    let present = try await cluster.call(
      "GET", Cluster.pods + "?resourceVersion=\(version)&resourceVersionMatch=NotOlderThan")
    #expect(names(present) == ["b", "c"])
    #expect(names(try await cluster.call("GET", Cluster.pods + "?resourceVersion=0")) == ["b", "c"])
    try await cluster.call("GET", Cluster.pods + "?resourceVersion=99999", expecting: 504)
    try await cluster.store.compact(keeping: 0)
    try await cluster.call(
      "GET", Cluster.pods + "?resourceVersion=\(version)&resourceVersionMatch=Exact", expecting: 410)
  }

  @Test func listItemsLeaveOutTheirKind() async throws {
    let cluster = try await filled()
    let list = try await cluster.call("GET", Cluster.pods)
    #expect(list["kind"] == "PodList" && list["apiVersion"] == "v1")
    let item = try #require(list["items"]?.listValue?.first)
    #expect(item["kind"] == nil && item["apiVersion"] == nil)
    #expect(item["metadata"]?["resourceVersion"]?.stringValue?.isEmpty == false)
  }

  static let tableForm = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

  @Test func tablesShowColumnsAndCells() async throws {
    let cluster = try await filled()
    cluster.advance(.seconds(75))
    let table = try await cluster.call("GET", Cluster.pods, accept: Self.tableForm)
    #expect(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1")
    let columns = (table["columnDefinitions"]?.listValue ?? []).compactMap { $0["name"]?.stringValue }
    #expect(
      columns == ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"])
    let rows = table["rows"]?.listValue ?? []
    #expect(rows.count == 3)
    #expect(
      rows[0]["cells"]?.listValue?.prefix(5).map { $0.jsonText() } == [
        #""a""#, #""0/1""#, #""Pending""#, #""0""#, #""75s""#,
      ])
    #expect(rows[0]["object"]?["kind"] == "PartialObjectMetadata")
    #expect(rows[0]["object"]?["metadata"]?["labels"]?["app"] == "web")
    #expect(rows[0]["object"]?["spec"] == nil)
    let whole = try await cluster.call("GET", Cluster.pods + "/b?includeObject=Object", accept: Self.tableForm)
    #expect(whole["rows"]?.listValue?.first?["object"]?["spec"]?["nodeName"] == "podium")
    let bare = try await cluster.call("GET", Cluster.pods + "?includeObject=None", accept: Self.tableForm)
    #expect(bare["rows"]?.listValue?.first?["object"] == nil)
  }

  @Test func partialMetadataIsAllThatIsSent() async throws {
    let cluster = try await filled()
    let form = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    let list = try await cluster.call("GET", Cluster.pods, accept: form)
    #expect(list["kind"] == "PartialObjectMetadataList")
    #expect(list["items"]?.listValue?.count == 3)
    #expect(list["items"]?.listValue?.allSatisfy { $0["spec"] == nil } == true)
  }

  @Test func answersYAMLWhenAsked() async throws {
    let cluster = try await filled()
    let response = try await cluster.send("GET", Cluster.pods + "/a", accept: "application/yaml")
    #expect(response.headers["Content-Type"] == "application/yaml")
    guard case .bytes(let bytes) = response.body else { return }
    #expect(try Document.parse(yaml: bytes).first?["metadata"]?["name"] == "a")
  }
}

import Documents
import KubernetesAPI
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RequestLogTests {
  private static let path = "/apis/podium.dev/v1/requests"

  @Test func saysWhoAskedWhatWithWhichResult() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    try await cluster.call(
      "GET", Cluster.pods + "/none?x=y", expecting: 404,
      user: UserInfo(name: "system:kube-scheduler", groups: []))
    let items = try await cluster.call("GET", Self.path)["items"]?.listValue ?? []
    let last = items.suffix(2).map { item in
      ["user", "verb", "code", "reason", "path"].map { item[$0].map { $0.stringValue ?? $0.jsonText() } ?? "-" }
        .joined(separator: " ")
    }
    #expect(
      last == [
        "kubernetes-admin create 201 - /api/v1/namespaces/default/pods",
        "system:kube-scheduler get 404 NotFound /api/v1/namespaces/default/pods/none?x=y",
      ])
    let number = try #require(items.last?["metadata"]?["name"]?.stringValue)
    #expect(try await cluster.call("GET", Self.path + "/\(number)")["verb"] == "get")
  }

  @Test func canBeWatched() async throws {
    let cluster = try await Cluster()
    let start = try await cluster.call("GET", Self.path)["metadata"]?["resourceVersion"]?.stringValue ?? ""
    let watch = try await cluster.watch(Self.path + "?watch=true&resourceVersion=\(start)")
    try await cluster.createPod("web")
    let line = try #require(try await watch.next())
    #expect(line["type"] == "ADDED" && line["object"]?["verb"] == "create")
    watch.cancel()
    #expect(try await watch.next() == nil)
  }

  @Test func isATableForKubectl() async throws {
    let cluster = try await Cluster()
    try await cluster.createPod("web")
    let table = try await cluster.call("GET", Self.path, accept: ListTests.tableForm)
    let cells = table["rows"]?.listValue?.last?["cells"]?.listValue ?? []
    #expect(
      cells[1...5].map { $0.stringValue ?? $0.jsonText() } == [
        "12:00:00.000", "kubernetes-admin", "create", "pods", "201",
      ])
  }
}

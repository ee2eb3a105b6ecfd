import Documents
import Testing

struct MetricsTests {
  private static let root = "/apis/metrics.k8s.io/v1beta1"

  /// A node with two pods, of which one is measured.
  private func measured() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", "/api/v1/nodes",
      #"{"apiVersion":"v1","kind":"Node","metadata":{"name":"oracle","labels":{"disk":"fast"}}}"#, expecting: 201)
    let web = try await cluster.createPod("web", labels: #"{"app":"web"}"#, node: "oracle")
    try await cluster.createPod("idle", node: "oracle")
    func amounts(_ nanocores: Int, _ bytes: Int) -> [String: Document] {
      [
        "cpu": ["time": "2026-11-21T11:59:58Z", "usageNanoCores": .integer(nanocores), "usageWindow": "15s"],
        "memory": ["workingSetBytes": .integer(bytes)],
      ]
    }
    func document(_ first: (String, Document), _ amounts: [String: Document]) -> Document {
      .map(DocumentMap([first] + amounts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }
    cluster.kubelet.answer(
      "/stats/summary",
      [
        "node": document(("nodeName", "oracle"), amounts(1_500_000_000, 64 << 20)),
        "pods": [
          [
            "podRef": ["name": "web", "namespace": "default", "uid": web["metadata"]?["uid"] ?? .null],
            "containers": [
              document(("name", "main"), amounts(2_500_000, 3 << 20)),
              document(("name", "side"), amounts(500_000, 1 << 20)),
            ],
          ]
        ],
      ])
    return cluster
  }

  @Test func podsAreMeasuredByTheirKubelets() async throws {
    let cluster = try await measured()
    let list = try await cluster.call("GET", Self.root + "/namespaces/default/pods")
    #expect(list["kind"] == "PodMetricsList")
    let items = try #require(list["items"]?.listValue)
    #expect(items.count == 1)
    #expect(items[0]["metadata"]?["name"] == "web")
    #expect(items[0]["metadata"]?["labels"]?["app"] == "web")
    #expect(items[0]["timestamp"] == "2026-11-21T11:59:58Z")
    #expect(items[0]["window"] == "15s")
    #expect(items[0]["containers"]?.listValue?.first?["usage"] == ["cpu": "2500u", "memory": "3Mi"])
    #expect(try await cluster.table(Self.root + "/pods") == ["Name Cpu Memory Window", "web 3m 4Mi 15s"])
  }

  @Test func nodesAreMeasured() async throws {
    let cluster = try await measured()
    let node = try await cluster.call("GET", Self.root + "/nodes/oracle")
    #expect(node["kind"] == "NodeMetrics")
    #expect(node["apiVersion"] == "metrics.k8s.io/v1beta1")
    #expect(node["usage"] == ["cpu": "1500m", "memory": "64Mi"])
    #expect(node["metadata"]?["labels"]?["disk"] == "fast")
  }

  @Test func selectorsChooseAmongThem() async throws {
    let cluster = try await measured()
    func count(_ query: String) async throws -> Int? {
      try await cluster.call("GET", Self.root + "/pods?" + query)["items"]?.listValue?.count
    }
    #expect(try await count("labelSelector=app%3Dweb".replacing("%3D", with: "=")) == 1)
    #expect(try await count("labelSelector=app=other") == 0)
    #expect(try await count("fieldSelector=metadata.name=idle") == 0)
  }

  @Test func whatIsNotMeasuredIsNotFound() async throws {
    let cluster = try await measured()
    #expect(
      try await cluster.refusal("GET", Self.root + "/namespaces/default/pods/idle", expecting: 404)
        == "podmetrics.metrics.k8s.io \"idle\" not found")
    _ = try await cluster.refusal("GET", Self.root + "/namespaces/default/pods/absent", expecting: 404)
    _ = try await cluster.refusal("DELETE", Self.root + "/namespaces/default/pods/web", expecting: 405)
  }
}

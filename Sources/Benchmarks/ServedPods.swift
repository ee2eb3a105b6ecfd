internal import ClusterClient
internal import HTTPTransport
internal import KubernetesAPI

/// The requests about pods that the rows of the API are made of, in a namespace of their own.
struct ServedPods {
  static let count = 5_000

  let client: HTTPClient
  let namespace: String

  private var collection: String { "/api/v1/namespaces/\(namespace)/pods" }

  func creates() -> [[UInt8]] {
    (0..<Self.count).map { wire("POST", collection, Self.pod(number: $0).document().json()) }
  }

  func gets(_ count: Int) -> [[UInt8]] {
    // A prime, so that neighbours in time are not neighbours in the store.
    (0..<count).map { wire("GET", "\(collection)/\(Self.name($0 * 7_919 % Self.count))") }
  }

  func list() -> [UInt8] { wire("GET", collection) }

  /// Changes from now on.
  func watch() async throws -> [UInt8] {
    let now = try await ClusterClient(endpoint: client).list(Namespace.self).resourceVersion
    return wire("GET", collection, query: [QueryItem("watch", "1"), QueryItem("resourceVersion", now)])
  }

  /// Patches of status as a kubelet sends them.
  func patches(_ count: Int, round: String) -> [[UInt8]] {
    (0..<count).map { number in
      let patch = """
        {"status":{"phase":"Running","podIP":"10.244.0.\(number % 250)","message":"\(round) \(number)",\
        "conditions":[{"type":"Ready","status":"True","lastProbeTime":null,\
        "lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
        """
      return wire(
        "PATCH", "\(collection)/\(Self.name(number * 7_919 % Self.count))/status", Array(patch.utf8),
        type: "application/merge-patch+json")
    }
  }

  /// Makes the namespace, and waits until pods are admitted there.
  func prepare() async throws {
    let cluster = ClusterClient(endpoint: client)
    var object = Namespace()
    object.metadata = ObjectMeta(name: namespace)
    _ = try await cluster.create(object)
    let deadline = ContinuousClock.now + .seconds(20)
    var probe = Self.pod(number: 0)
    probe.metadata = ObjectMeta(name: "probe", namespace: namespace)
    while true {
      do {
        _ = try await cluster.create(probe)
        break
      } catch {
        // A cluster may refuse pods until the namespace has its service account.
        if ContinuousClock.now > deadline { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    try await cluster.delete(Pod.self, "probe", namespace: namespace)
  }

  func removePods() async throws {
    _ = try await ClusterClient(endpoint: client).send(
      "DELETE", collection, query: [QueryItem("gracePeriodSeconds", "0")])
  }

  func removeNamespace() async throws { try await ClusterClient(endpoint: client).delete(Namespace.self, namespace) }

  private func wire(
    _ method: String, _ path: String, _ body: [UInt8] = [], query: [QueryItem] = [], type: String = "application/json"
  ) -> [UInt8] {
    var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "podium-bench"]
    if !body.isEmpty { headers.add("Content-Type", type) }
    return client.wire(APIRequest(method, path, query: query, headers: headers, body: body))
  }

  private static func name(_ number: Int) -> String { "bench-\(number)" }

  /// One that no scheduler takes, so that only the API is measured.
  private static func pod(number: Int) -> Pod {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name(number))
    pod.metadata.labels = ["app": "bench", "group": "\(number % 100)"]
    pod.spec.schedulerName = "nobody"
    var container = Container()
    container.name = "main"
    container.image = "busybox"
    container.command = ["sleep", "3600"]
    pod.spec.containers = [container]
    return pod
  }
}

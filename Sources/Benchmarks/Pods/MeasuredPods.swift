internal import ClusterClient
internal import Documents
internal import HTTPTransport
internal import KubernetesAPI

/// The pods that are started and ended to be measured, in a namespace of their own that goes with all that is in it.
struct MeasuredPods {
  let client: ClusterClient
  let namespace: String
  let image: String

  private var collection: String { "/api/v1/namespaces/\(namespace)/pods" }

  /// Makes the namespace, runs the body, and takes everything away again, whatever happened.
  static func with<Result: Sendable>(
    _ client: ClusterClient, namespace: String, image: String,
    _ body: (MeasuredPods) async throws -> Result
  ) async throws -> Result {
    let pods = MeasuredPods(client: client, namespace: namespace, image: image)
    var object = Namespace()
    object.metadata = ObjectMeta(name: namespace)
    _ = try await client.create(object)
    do {
      try await pods.waitForAdmission()
      let result = try await body(pods)
      try await pods.remove()
      return result
    } catch {
      // In a task of its own: an interrupted measurement must clean up all the same.
      await Task { try? await pods.remove() }.value
      throw error
    }
  }

  /// A cluster may refuse pods until the namespace has its service account.
  func waitForAdmission() async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
      do throws(StatusError) {
        _ = try await client.send("GET", "/api/v1/namespaces/\(namespace)/serviceaccounts/default")
        return
      } catch {
        if ContinuousClock.now > deadline { throw error }
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func remove() async throws {
    _ = try await client.send("DELETE", collection, query: [QueryItem("gracePeriodSeconds", "0")])
    try await client.delete(Namespace.self, namespace)
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      do throws(StatusError) {
        _ = try await client.get(Namespace.self, namespace)
      } catch {
        if error.isNotFound { return }
        throw error
      }
      if ContinuousClock.now > deadline {
        throw BenchmarkProblem("namespace \(namespace) does not go: see kubectl get all -n \(namespace)")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  // MARK: What is measured

  /// Begins to watch the namespace from now on.
  func watch() async throws -> PodWatch {
    let list = try ClusterClient.document(
      try await client.send("GET", collection, query: [QueryItem("limit", "1")]))
    let lines = try await client.stream(
      "GET", collection,
      query: [
        QueryItem("watch", "true"),
        QueryItem("resourceVersion", list["metadata"]?["resourceVersion"]?.stringValue ?? ""),
      ])
    return PodWatch(DocumentLines(lines))
  }

  /// Posts the pods, some at a time as a program with many workers would.
  func create(_ forms: [PodForm]) async throws {
    let requests = forms.map { $0.document(image: image).json() }
    try await inTurns(requests) { body in _ = try await client.send("POST", collection, body: body) }
  }

  func delete(_ names: [String]) async throws {
    try await inTurns(names) { name in _ = try await client.send("DELETE", "\(collection)/\(name)") }
  }

  /// Lines of a container from the first on, as they are written.
  func log(of name: String) async throws -> any ByteStream {
    try await client.stream("GET", "\(collection)/\(name)/log", query: [QueryItem("follow", "true")], accept: "*/*")
  }

  private func inTurns<Item: Sendable>(_ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Void)
    async throws
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, item) in items.enumerated() {
        if index >= 16 { try await group.next() }
        group.addTask { try await work(item) }
      }
      try await group.waitForAll()
    }
  }
}

extension ClusterClient {
  /// An answer that is JSON.
  static func document(_ bytes: [UInt8]) throws -> Document {
    do {
      return try Document.parse(json: bytes)
    } catch {
      throw BenchmarkProblem("the server's answer is not JSON: \(error)")
    }
  }
}

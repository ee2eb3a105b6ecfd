public import Documents
public import KubernetesAPI
internal import ObjectSchema

/// Typed calls to a Kubernetes API, whoever answers behind the endpoint.
public struct ClusterClient: Sendable {
  public let endpoint: any APIEndpoint
  /// Sent as `User-Agent`; the request log shows it.
  public var userAgent: String
  /// Who asks, for endpoints in the same process; a connection is told by its credentials instead.
  public var user: UserInfo

  public init(endpoint: any APIEndpoint, userAgent: String = "podium", user: UserInfo = .admin) {
    self.endpoint = endpoint
    self.userAgent = userAgent
    self.user = user
  }

  // MARK: One object

  public func get<Object: NamedObject>(
    _ type: Object.Type, _ name: String, namespace: String? = nil
  ) async throws(StatusError) -> Object {
    try await call("GET", Object.resource.path(namespace: namespace, name: name))
  }

  public func create<Object: NamedObject>(_ object: Object) async throws(StatusError) -> Object {
    try await call("POST", Object.resource.path(namespace: object.metadata.namespace), body: object)
  }

  public func update<Object: NamedObject>(_ object: Object) async throws(StatusError) -> Object {
    try await call(
      "PUT", Object.resource.path(namespace: object.metadata.namespace, name: object.name), body: object)
  }

  public func updateStatus<Object: NamedObject>(_ object: Object) async throws(StatusError) -> Object {
    try await call(
      "PUT", Object.resource.path(namespace: object.metadata.namespace, name: object.name, subresource: "status"),
      body: object)
  }

  public func patch<Object: NamedObject>(
    _ type: Object.Type, _ name: String, namespace: String? = nil, subresource: String? = nil, _ kind: PatchType,
    _ patch: Document, query: [QueryItem] = []
  ) async throws(StatusError) -> Object {
    let path = Object.resource.path(namespace: namespace, name: name, subresource: subresource)
    let answer = try await send("PATCH", path, query: query, contentType: kind.rawValue, body: patch.json())
    return try Self.decode(answer)
  }

  public func delete<Object: NamedObject>(
    _ type: Object.Type, _ name: String, namespace: String? = nil, _ options: DeleteOptions? = nil
  ) async throws(StatusError) {
    let path = Object.resource.path(namespace: namespace, name: name)
    _ = try await send("DELETE", path, body: options?.document().json() ?? [])
  }

  /// Ties a pod to a node.
  public func bind(_ pod: Pod, to node: String) async throws(StatusError) {
    var binding = Binding()
    binding.apiVersion = "v1"
    binding.kind = "Binding"
    binding.metadata = ObjectMeta(name: pod.name, namespace: pod.namespace)
    binding.metadata.uid = pod.metadata.uid
    binding.target.kind = "Node"
    binding.target.name = node
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "binding")
    _ = try await send("POST", path, body: binding.document().json())
  }

  // MARK: Many objects

  public func list<Object: NamedObject>(
    _ type: Object.Type, namespace: String? = nil, _ selection: Selection = Selection()
  ) async throws(StatusError) -> ObjectList<Object> {
    let answer = try await send("GET", Object.resource.path(namespace: namespace), query: selection.query)
    let document = try Self.parse(answer)
    let items = (document["items"]?.listValue ?? []).map { Object.decode($0).value.typed() }
    return ObjectList(
      items: items, resourceVersion: document["metadata"]?["resourceVersion"]?.stringValue ?? "")
  }

  /// Changes after the given revision, as they happen.
  public func watch<Object: NamedObject>(
    _ type: Object.Type, namespace: String? = nil, after resourceVersion: String, _ selection: Selection = Selection()
  ) async throws(StatusError) -> WatchStream<Object> {
    let query =
      selection.query + [
        QueryItem("watch", "true"), QueryItem("resourceVersion", resourceVersion),
        QueryItem("allowWatchBookmarks", "true"),
      ]
    return WatchStream(lines: try await stream("GET", Object.resource.path(namespace: namespace), query: query))
  }

  // MARK: Any request

  /// Sends a request and reads its whole answer; an answer that is an error is thrown.
  public func send(
    _ method: String, _ path: String, query: [QueryItem] = [], contentType: String = "application/json",
    accept: String = "application/json", body: [UInt8] = []
  ) async throws(StatusError) -> [UInt8] {
    let response = try await respond(
      method, path, query: query, contentType: contentType, accept: accept, body: body)
    return try await Self.wholeBody(response)
  }

  /// Sends a request whose answer comes in pieces.
  public func stream(
    _ method: String, _ path: String, query: [QueryItem] = [], accept: String = "application/json"
  ) async throws(StatusError) -> any ByteStream {
    let response = try await respond(method, path, query: query, accept: accept)
    guard response.status < 300 else {
      throw StatusError(response: response.status, body: try await Self.wholeBody(response, anyStatus: true))
    }
    switch response.body {
    case .stream(let stream): return stream
    case .bytes(let bytes): return SingleChunk(bytes)
    case .upgraded(let channel):
      channel.close()
      throw StatusError.internalError("\(path) answered another protocol")
    }
  }

  public func respond(
    _ method: String, _ path: String, query: [QueryItem] = [], contentType: String = "application/json",
    accept: String = "application/json", body: [UInt8] = []
  ) async throws(StatusError) -> APIResponse {
    var headers: HTTPHeaders = ["Accept": accept, "User-Agent": userAgent]
    if !body.isEmpty { headers.add("Content-Type", contentType) }
    return try await endpoint.send(
      APIRequest(method, path, query: query, headers: headers, body: body, user: user))
  }

  public static func wholeBody(
    _ response: APIResponse, anyStatus: Bool = false
  ) async throws(StatusError) -> [UInt8] {
    let bytes: [UInt8]
    switch response.body {
    case .bytes(let all): bytes = all
    case .upgraded(let channel):
      channel.close()
      throw StatusError.internalError("another protocol was answered")
    case .stream(let stream):
      do {
        var all: [UInt8] = []
        while let chunk = try await stream.next() { all += chunk }
        bytes = all
      } catch let error as StatusError {
        throw error
      } catch {
        throw StatusError.unreachable("the answer broke off: \(error)")
      }
    }
    if response.status >= 300 && !anyStatus { throw StatusError(response: response.status, body: bytes) }
    return bytes
  }

  private func call<Object: NamedObject>(
    _ method: String, _ path: String, body: Object? = nil
  ) async throws(StatusError) -> Object {
    try Self.decode(try await send(method, path, body: body?.typed().document().json() ?? []))
  }

  static func decode<Object: NamedObject>(_ bytes: [UInt8]) throws(StatusError) -> Object {
    Object.decode(try parse(bytes)).value.typed()
  }

  static func parse(_ bytes: [UInt8]) throws(StatusError) -> Document {
    do {
      return try Document.parse(json: bytes)
    } catch {
      throw StatusError.internalError("the server's answer is not JSON: \(error)")
    }
  }
}

/// How a patch is to be understood.
public enum PatchType: String, Sendable {
  case json = "application/json-patch+json"
  case merge = "application/merge-patch+json"
  case strategic = "application/strategic-merge-patch+json"
}

/// Which objects of a kind are meant.
public struct Selection: Sendable, Equatable {
  public var labelSelector: String?
  public var fieldSelector: String?
  public var limit: Int?

  public init(labelSelector: String? = nil, fieldSelector: String? = nil, limit: Int? = nil) {
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
    self.limit = limit
  }

  public var query: [QueryItem] {
    var items: [QueryItem] = []
    if let labelSelector { items.append(QueryItem("labelSelector", labelSelector)) }
    if let fieldSelector { items.append(QueryItem("fieldSelector", fieldSelector)) }
    if let limit { items.append(QueryItem("limit", String(limit))) }
    return items
  }
}

public struct ObjectList<Object: NamedObject>: Sendable {
  public var items: [Object]
  public var resourceVersion: String
}

/// A whole answer for readers that expect pieces.
private struct SingleChunk: ByteStream {
  private let chunk: ChunkBox

  init(_ bytes: [UInt8]) { chunk = ChunkBox(bytes) }

  func next() async throws -> [UInt8]? { await chunk.take() }
  func cancel() {}

  private actor ChunkBox {
    private var bytes: [UInt8]?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func take() -> [UInt8]? {
      defer { bytes = nil }
      return bytes
    }
  }
}

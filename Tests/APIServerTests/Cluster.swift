import APIServer
import Documents
import KubernetesAPI
import ObjectSchema
import ObjectStore
import Synchronization
import Testing

/// A server over a store in memory, with a clock that stands until it is moved, asked by requests written as text.
final class Cluster: Sendable {
  let store: Store
  let server: Server
  let kubelet = RecordingKubelet()
  private let time: SharedTime

  init() async throws {
    let time = SharedTime()
    self.time = time
    store = try Store.inMemory()
    server = Server(store: store, nodes: OneKubelet(kubelet: kubelet), signer: TestSigner(), clock: { time.now })
    try await server.prepare()
    // Controllers would make it.
    try await createAccount("default")
  }

  func advance(_ duration: Duration) { time.advance(duration) }

  /// The path may have a query, percent-encoded where it must be.
  func send(
    _ method: String, _ target: String, _ body: String = "", accept: String? = nil, type: String? = nil,
    user: UserInfo = .admin
  ) async throws -> APIResponse {
    let parts = target.split(separator: "?", maxSplits: 1)
    var query: [QueryItem] = []
    for item in parts.count == 2 ? parts[1].split(separator: "&") : [] {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query.append(QueryItem(String(pair[0]), pair.count == 2 ? String(pair[1]) : ""))
    }
    var request = APIRequest(method, String(parts[0]), query: query, body: Array(body.utf8), user: user)
    if let accept { request.headers["Accept"] = accept }
    if let type { request.headers["Content-Type"] = type }
    return try await server.send(request)
  }

  /// The answer, which must have the given status.
  @discardableResult
  func call(
    _ method: String, _ target: String, _ body: String = "", expecting status: Int = 200, accept: String? = nil,
    type: String? = nil, user: UserInfo = .admin, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Document {
    let response = try await send(method, target, body, accept: accept, type: type, user: user)
    guard case .bytes(let bytes) = response.body else {
      Issue.record("\(method) \(target) answered a stream", sourceLocation: sourceLocation)
      return .null
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(response.status == status, "\(method) \(target): \(text)", sourceLocation: sourceLocation)
    return bytes.isEmpty ? .null : try Document.parse(json: bytes)
  }

  /// The message of a refusal.
  func refusal(
    _ method: String, _ target: String, _ body: String = "", expecting status: Int, type: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let answer = try await call(
      method, target, body, expecting: status, type: type, sourceLocation: sourceLocation)
    #expect(answer["kind"] == "Status" && answer["status"] == "Failure", sourceLocation: sourceLocation)
    return answer["message"]?.stringValue ?? ""
  }

  /// The server's table, a line a row, without the columns that only `-o wide` shows.
  func table(
    _ target: String, isWide: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String] {
    let table = try await call(
      "GET", target, accept: "application/json;as=Table;g=meta.k8s.io;v=v1", sourceLocation: sourceLocation)
    let columns = table["columnDefinitions"]?.listValue ?? []
    let shown = columns.indices.filter { isWide || columns[$0]["priority"] == 0 }
    let rows = (table["rows"]?.listValue ?? []).map { $0["cells"]?.listValue ?? [] }
    func line(_ cells: [Document]) -> String {
      shown.map { cells[$0].stringValue ?? cells[$0].jsonText() }.joined(separator: " ")
    }
    return [line(columns.map { $0["name"] ?? .null })] + rows.map(line)
  }

  /// Opens a watch; its lines come one by one.
  func watch(
    _ target: String, accept: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> WatchLines {
    let response = try await send("GET", target, accept: accept)
    guard case .stream(let stream) = response.body else {
      Issue.record("\(target) answered no stream", sourceLocation: sourceLocation)
      return WatchLines(EmptyStream())
    }
    return WatchLines(stream)
  }

  /// The first row of the server's table, as `Column=cell`.
  func row(_ path: String) async throws -> [String] {
    let table = try await call("GET", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
    let names = (table["columnDefinitions"]?.listValue ?? []).map { $0["name"]?.stringValue ?? "" }
    let row = table["rows"]?.listValue?.first?["cells"]?.listValue ?? []
    return zip(names, row).map { "\($0)=\($1.plainText)" }
  }

  func createAccount(_ name: String, namespace: String = "default", fields: String = "") async throws {
    try await call(
      "POST", "/api/v1/namespaces/\(namespace)/serviceaccounts",
      #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"\#(name)"}\#(fields)}"#, expecting: 201)
  }

  static let pods = "/api/v1/namespaces/default/pods"

  /// The objects of a kind in the default namespace.
  func path(_ resource: Resource) -> String {
    let root = resource.group.isEmpty ? "/api/\(resource.version)" : "/apis/\(resource.apiVersion)"
    return resource.isNamespaced ? "\(root)/namespaces/default/\(resource.plural)" : "\(root)/\(resource.plural)"
  }

  @discardableResult
  func createPod(
    _ name: String, labels: String = "{}", node: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Document {
    let body =
      #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)","labels":\#(labels)},"#
      + #""spec":{\#(node.map { #""nodeName":"\#($0)","# } ?? "")"containers":[{"name":"main","image":"busybox"}]}}"#
    return try await call("POST", Self.pods, body, expecting: 201, sourceLocation: sourceLocation)
  }
}

/// The lines of a watch, as `TYPE name` or as documents.
final class WatchLines {
  private let stream: any ByteStream
  private var pending: [UInt8] = []

  init(_ stream: any ByteStream) { self.stream = stream }

  func next() async throws -> Document? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = Array(pending[..<end])
        pending.removeFirst(end + 1)
        return try Document.parse(json: line)
      }
      guard let chunk = try await stream.next() else { return nil }
      pending += chunk
    }
  }

  func nextText() async throws -> String? {
    guard let line = try await next() else { return nil }
    let type = line["type"]?.stringValue ?? ""
    let name = line["object"]?["metadata"]?["name"]?.stringValue
    return name.map { "\(type) \($0)" } ?? type
  }

  func next(_ count: Int) async throws -> [String] {
    var lines: [String] = []
    while lines.count < count, let line = try await nextText() { lines.append(line) }
    return lines
  }

  func cancel() { stream.cancel() }
}

private struct EmptyStream: ByteStream {
  func next() async throws -> [UInt8]? { nil }
  func cancel() {}
}

private final class SharedTime: Sendable {
  /// 2026-11-21T12:00:00Z
  private let time = Mutex(Timestamp(seconds: 1_795_262_400))

  var now: Timestamp { time.withLock { $0 } }
  func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Notes what it is asked and says so.
final class RecordingKubelet: APIEndpoint {
  private let requests = Mutex<[APIRequest]>([])
  private let answers = Mutex<[String: Document]>([:])

  /// What it says from now on when it is asked for the path.
  func answer(_ path: String, _ document: Document) { answers.withLock { $0[path] = document } }

  var asked: [String] {
    requests.withLock { requests in
      requests.map { request in
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return "\(request.method) \(request.path)" + (query.isEmpty ? "" : "?" + query)
      }
    }
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    requests.withLock { $0.append(request) }
    if let answer = answers.withLock({ $0[request.path] }) { return APIResponse(json: answer.json()) }
    return APIResponse(headers: ["Content-Type": "text/plain"], body: .bytes(Array("from the kubelet".utf8)))
  }
}

private struct OneKubelet: NodeConnector {
  let kubelet: RecordingKubelet

  func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint { kubelet }
}

/// Signs so that its own signatures are known again, and keeps nobody from forging them.
struct TestSigner: TokenSigner {
  var keyID = "test"
  var publicPoint: (x: [UInt8], y: [UInt8]) { ([1, 2, 3], [4, 5, 6]) }

  func sign(_ message: [UInt8]) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: 64)
    for (index, byte) in message.enumerated() {
      signature[index % 64] = signature[index % 64] &* 31 &+ byte &+ UInt8(keyID.utf8.count)
    }
    return signature
  }

  func isSigned(_ message: [UInt8], by signature: [UInt8]) -> Bool { sign(message) == signature }
}

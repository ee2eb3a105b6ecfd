import Documents
import KubernetesAPI
import ObjectSchema
import Synchronization
import SystemIO

@testable import ClusterClient
@testable import KubectlCommands

/// An API endpoint with a few objects, for tests of what commands ask and print. It keeps what it was asked.
final class FakeCluster: APIEndpoint {
  struct Asked: Equatable, CustomStringConvertible {
    var method: String
    var path: String
    var query: [QueryItem]
    var contentType: String?
    var body: Document

    var description: String {
      let queryText = query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
      return "\(method) \(path)" + (queryText.isEmpty ? "" : "?\(queryText)")
    }
  }

  private struct State {
    var objects: [String: Document] = [:]
    var order: [String] = []
    var asked: [Asked] = []
    var canned: [String: APIResponse] = [:]
    var watch: [Document] = []
  }

  private let state = Mutex(State())
  let now: Timestamp

  init(now: String = "2026-11-21T12:04:22Z") { self.now = Timestamp(now)! }

  var asked: [Asked] { state.withLock(\.asked) }
  var askedLines: [String] { asked.map(\.description) }

  func add(_ object: Document) {
    let path = Self.path(of: object)
    state.withLock { state in
      if state.objects.updateValue(object, forKey: path) == nil { state.order.append(path) }
    }
  }

  func object(_ path: String) -> Document? { state.withLock { $0.objects[path] } }

  /// Answers a request such as `GET /version` so, whatever objects there are.
  func answer(_ request: String, status: Int = 200, _ document: Document) {
    state.withLock { $0.canned[request] = APIResponse(status: status, json: document.json()) }
  }

  func answer(_ request: String, _ response: APIResponse) { state.withLock { $0.canned[request] = response } }

  /// What watches tell before they end: pairs of a type and an object.
  func tellWatches(_ events: [(String, Document)]) {
    state.withLock { $0.watch = events.map { ["type": .string($0.0), "object": $0.1] } }
  }

  static func path(of object: Document) -> String {
    let kind = Resource.find(
      apiVersion: object["apiVersion"]?.stringValue ?? "", kind: object["kind"]?.stringValue ?? "")!
    return kind.path(
      namespace: object["metadata"]?["namespace"]?.stringValue, name: object["metadata"]?["name"]?.stringValue)
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let body = (try? Document.parse(json: request.body)) ?? .null
    return state.withLock { state in
      state.asked.append(
        Asked(
          method: request.method, path: request.path, query: request.query,
          contentType: request.headers["Content-Type"], body: body))
      if let canned = state.canned["\(request.method) \(request.path)"] { return canned }
      do throws(StatusError) {
        return try answer(request, body, &state)
      } catch {
        return error.response
      }
    }
  }

  private func answer(_ request: APIRequest, _ body: Document, _ state: inout State) throws(StatusError) -> APIResponse
  {
    let parts = request.path.split(separator: "/").map(String.init)
    let plural = Resource.all.first { parts.contains($0.plural) && parts.last == $0.plural }
    switch request.method {
    case "GET":
      if let object = state.objects[request.path] {
        return APIResponse(json: shown([object], request, isList: false, of: object).json())
      }
      guard let plural else { throw Self.notFound(parts) }
      if request.isSet("watch") { return watch(request, plural, state.watch) }
      let prefix = request.path + "/"
      let name = request.query("fieldSelector").flatMap { Self.value(of: "metadata.name", in: $0) }
      let objects = state.order.compactMap { state.objects[$0] }.filter { object in
        let path = Self.path(of: object)
        let isInside =
          path.hasPrefix(prefix) || parts.count == 3 && path.split(separator: "/").contains(Substring(plural.plural))
        return isInside && (name == nil || object["metadata"]?["name"]?.stringValue == name)
      }
      return APIResponse(json: shown(objects, request, isList: true, of: nil, plural).json())
    case "POST":
      var object = body
      let name = body["metadata"]?["name"]?.stringValue ?? ""
      let path = "\(request.path)/\(name)"
      if state.objects[path] != nil { throw .alreadyExists(parts.last ?? "", name) }
      object["metadata"]?["uid"] = "00000000-0000-0000-0000-000000000001"
      state.objects[path] = object
      state.order.append(path)
      return APIResponse(status: 201, json: object.json())
    case "PATCH", "PUT":
      guard let object = state.objects[request.path] else { throw Self.notFound(parts) }
      return APIResponse(json: object.json())
    case "DELETE":
      guard let object = state.objects.removeValue(forKey: request.path) else { throw Self.notFound(parts) }
      state.order.removeAll { $0 == request.path }
      return APIResponse(json: object.json())
    default: throw .methodNotAllowed()
    }
  }

  private static func notFound(_ parts: [String]) -> StatusError {
    guard parts.count >= 2, Resource.all.contains(where: { $0.plural == parts[parts.count - 2] }) else {
      return .noSuchResource()
    }
    return .notFound(parts[parts.count - 2], parts[parts.count - 1])
  }

  private static func value(of field: String, in selector: String) -> String? {
    for part in selector.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      if pair.count == 2, pair[0] == field { return pair[1] }
    }
    return nil
  }

  private func shown(
    _ objects: [Document], _ request: APIRequest, isList: Bool, of single: Document?, _ resource: Resource? = nil
  ) -> Document {
    let asTable = request.headers["Accept"]?.contains("as=Table") ?? false
    if !asTable {
      return single ?? [
        "apiVersion": "v1", "kind": "List", "metadata": ["resourceVersion": "7"], "items": .list(objects),
      ]
    }
    return table(
      objects,
      resource ?? Resource.find(
        apiVersion: objects[0]["apiVersion"]?.stringValue ?? "", kind: objects[0]["kind"]?.stringValue ?? "")!)
  }

  func table(_ objects: [Document], _ resource: Resource) -> Document {
    let rows = objects.map { object -> Document in
      let decoded = resource.decode(object).object
      return ["cells": .list(resource.cells(decoded, now: now)), "object": object]
    }
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": ["resourceVersion": "7"],
      "columnDefinitions": .list(resource.columns.map(\.document)), "rows": .list(rows),
    ]
  }

  private func watch(_ request: APIRequest, _ resource: Resource, _ events: [Document]) -> APIResponse {
    let asTable = request.headers["Accept"]?.contains("as=Table") ?? false
    let lines = events.flatMap { event -> [UInt8] in
      var event = event
      if asTable, let object = event["object"] { event["object"] = table([object], resource) }
      return event.json() + [0x0A]
    }
    return APIResponse(body: .stream(FixedStream(lines)))
  }
}

/// Bytes that come at once and end.
final class FixedStream: ByteStream {
  private let bytes: Mutex<[UInt8]?>

  init(_ bytes: [UInt8]) { self.bytes = Mutex(bytes) }

  func next() async throws -> [UInt8]? {
    bytes.withLock { bytes in
      defer { bytes = nil }
      return bytes
    }
  }

  func cancel() { bytes.withLock { $0 = nil } }
}

/// Keeps what a command prints.
final class CapturedIO: CommandIO {
  private struct State {
    var output: [UInt8] = []
    var error: [UInt8] = []
    var input: [UInt8]?
  }

  private let state: Mutex<State>

  init(input: String? = nil) { state = Mutex(State(input: input.map { Array($0.utf8) })) }

  func write(_ bytes: [UInt8]) async throws { state.withLock { $0.output += bytes } }
  func writeError(_ bytes: [UInt8]) async { state.withLock { $0.error += bytes } }
  func read() async throws -> [UInt8]? {
    state.withLock { state in
      defer { state.input = nil }
      return state.input
    }
  }
  var terminal: (any CommandTerminal)? { nil }

  var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
  var error: String { state.withLock { String(decoding: $0.error, as: UTF8.self) } }
}

/// What a command did: its text, its errors, its exit code.
struct Ran: Equatable, CustomStringConvertible {
  var output = ""
  var error = ""
  var code: Int32 = 0

  var description: String { output + (error.isEmpty ? "" : "[stderr]\n\(error)") + "[exit \(code)]" }
}

extension FakeCluster {
  /// Runs a command line, quoted as in a shell.
  func kubectl(_ line: String, namespace: String = "default", input: String? = nil, in folder: String = "/")
    async throws -> Ran
  {
    let io = CapturedIO(input: input)
    let now = now
    let context = KubectlContext(
      cluster: ClusterConnection(
        client: ClusterClient(endpoint: self), namespace: namespace, contextName: "podium",
        server: "https://127.0.0.1:6443"),
      workingDirectory: folder, now: { now })
    let code = await Kubectl.run(try CommandWords.split(line), context: context, io: io)
    return Ran(output: io.output, error: io.error, code: code)
  }
}

/// Files beside the tests.
enum Fixture {
  static func text(_ name: String, file: String = #filePath) throws -> String {
    let folder = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
    return try Files.readText("\(folder)/Fixtures/\(name)")
  }

  static func yaml(_ name: String) throws -> Document { try Document.parse(yaml: text(name))[0] }
}

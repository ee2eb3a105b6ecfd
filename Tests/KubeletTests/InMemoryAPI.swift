import ClusterClient
import Documents
import KubernetesAPI
import ObjectSchema
import Synchronization

/// A small API server of one process for tests that need faults and repeatable schedules: it stores, patches by merge,
/// deletes with grace and tells watchers, and can be taken away and brought back.
final class InMemoryAPI: APIEndpoint {
  struct Change: Sendable {
    var revision: Int
    var type: String
    var object: Document
  }

  fileprivate struct State {
    var revision = 0
    var nextUID = 1
    /// How many tokens were given out.
    var tokens = 0
    var objects: [String: Document] = [:]
    var changes: [(path: String, change: Change)] = []
    var watchers: [Int: (path: String, field: (String, String)?, stream: WatchLines)] = [:]
    var nextWatcher = 0
    var isAway = false
    var requests: [String] = []
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> Timestamp

  init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  /// While it is away nobody answers, and all watches are broken off.
  var isAway: Bool {
    get { state.withLock(\.isAway) }
    set {
      let streams = state.withLock { state in
        state.isAway = newValue
        defer { if newValue { state.watchers = [:] } }
        return newValue ? state.watchers.values.map(\.stream) : []
      }
      for stream in streams { stream.finish() }
    }
  }

  /// Every state that an object of the collection has had, oldest first.
  func history(_ plural: String) -> [Change] {
    state.withLock { state in
      state.changes.filter { $0.path.contains("/\(plural)/") }.map(\.change)
    }
  }

  func objects(_ plural: String) -> [Document] {
    state.withLock { state in
      state.objects.filter { $0.key.contains("/\(plural)/") }.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  /// What was asked for so far, each as its method and path.
  var requests: [String] { state.withLock(\.requests) }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    state.withLock { $0.requests.append("\(request.isSet("watch") ? "WATCH" : request.method) \(request.path)") }
    if isAway { throw StatusError.unreachable("the API is away") }
    var parts = request.path.split(separator: "/").map(String.init)
    var subresource: String?
    if let last = parts.last, ["status", "binding"].contains(last), parts.count > 3 {
      subresource = parts.removeLast()
    }
    let path = "/" + parts.joined(separator: "/")
    let body = request.body.isEmpty ? nil : try? Document.parse(json: request.body)
    switch (request.method, subresource) {
    case ("GET", _):
      if request.isSet("watch") { return APIResponse(body: .stream(watch(path, request))) }
      if let object = state.withLock({ $0.objects[path] }) { return APIResponse(json: object.json()) }
      if parts.last.map({ Resource.find(word: $0) != nil }) ?? false { return APIResponse(json: list(path, request)) }
      throw StatusError.notFound(parts.dropLast().last ?? "", parts.last ?? "")
    case ("POST", "binding"):
      try change(path) { object in
        object["spec"]?["nodeName"] = body?["target"]?["name"]
        object.setCondition("PodScheduled", at: self.now())
      }
      return APIResponse(status: 201, json: Array("{}".utf8))
    case ("POST", _) where parts.last == "token":
      let number = state.withLock { state in
        state.tokens += 1
        return state.tokens
      }
      return APIResponse(status: 201, json: token(number).json())
    case ("POST", _): return APIResponse(status: 201, json: try create(path, body ?? [:]).json())
    case ("PATCH", _):
      let changed = try change(path) { object throws(StatusError) in
        if let uid = body?["metadata"]?["uid"], uid != object["metadata"]?["uid"] {
          throw StatusError.conflict("pods", parts.last ?? "", "Precondition failed: UID in precondition")
        }
        object.merge(body ?? [:])
      }
      return APIResponse(json: changed.json())
    case ("PUT", nil):
      // Leases alone are put, whether or not they are there.
      var object = body ?? [:]
      state.withLock { state in
        state.store(&object, at: path, state.objects[path] == nil ? "ADDED" : "MODIFIED")
      }
      return APIResponse(json: object.json())
    case ("DELETE", _):
      try delete(
        path, grace: body?["gracePeriodSeconds"]?.integerValue, uid: body?["preconditions"]?["uid"]?.stringValue)
      return APIResponse(json: Array("{}".utf8))
    default: throw StatusError.methodNotAllowed()
    }
  }

  private func token(_ number: Int) -> Document { ["status": ["token": .string("token \(number)")]] }

  private func create(_ path: String, _ body: Document) throws(StatusError) -> Document {
    let name = body["metadata"]?["name"]?.stringValue ?? ""
    var object = body
    let isTaken = state.withLock { state in
      if state.objects["\(path)/\(name)"] != nil { return true }
      object["metadata"]?["uid"] = .string("uid-\(state.nextUID)")
      object["metadata"]?["creationTimestamp"] = .string(now().text)
      state.nextUID += 1
      if object["kind"]?.stringValue == "Pod" {
        var pod: any NamedObject = Pod.resource.decode(object).object
        Pod.resource.applyDefaults(&pod)
        Pod.resource.prepareForCreation(&pod)
        object = pod.document()
      }
      state.store(&object, at: "\(path)/\(name)", "ADDED")
      return false
    }
    if isTaken { throw StatusError.alreadyExists(path.split(separator: "/").last.map(String.init) ?? "", name) }
    return object
  }

  @discardableResult
  private func change(
    _ path: String, _ edit: (inout Document) throws(StatusError) -> Void
  ) throws(StatusError) -> Document {
    let result = state.withLock { state -> Result<Document, StatusError> in
      guard var object = state.objects[path] else {
        return .failure(.notFound("pods", path.split(separator: "/").last.map(String.init) ?? ""))
      }
      do throws(StatusError) {
        try edit(&object)
      } catch {
        return .failure(error)
      }
      state.store(&object, at: path, "MODIFIED")
      return .success(object)
    }
    return try result.get()
  }

  private func delete(_ path: String, grace: Int64?, uid: String?) throws(StatusError) {
    let error = state.withLock { state -> StatusError? in
      guard var object = state.objects[path] else { return .notFound("pods", path) }
      if let uid, object["metadata"]?["uid"]?.stringValue != uid { return .conflict("pods", path, "other uid") }
      let isPod = object["kind"]?.stringValue == "Pod"
      let isBound = !(object["spec"]?["nodeName"]?.stringValue ?? "").isEmpty
      let phase = object["status"]?["phase"]?.stringValue
      let isOver = phase == "Succeeded" || phase == "Failed"
      var seconds = grace ?? object["spec"]?["terminationGracePeriodSeconds"]?.integerValue ?? 30
      if !isPod || !isBound || isOver && grace == nil { seconds = 0 }
      if object["metadata"]?["deletionTimestamp"] == nil || seconds == 0 {
        object["metadata"]?["deletionTimestamp"] = .string((now() + .seconds(seconds)).text)
        object["metadata"]?["deletionGracePeriodSeconds"] = .integer(seconds)
      }
      if seconds > 0 {
        state.store(&object, at: path, "MODIFIED")
      } else {
        state.store(&object, at: path, "DELETED")
      }
      return nil
    }
    if let error { throw error }
  }

  // MARK: Reading

  private func selector(_ request: APIRequest) -> (String, String)? {
    guard let text = request.query("fieldSelector"), let sign = text.firstIndex(of: "=") else { return nil }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  private func list(_ path: String, _ request: APIRequest) -> [UInt8] {
    let selector = selector(request)
    return state.withLock { state in
      let items = state.objects.filter { State.matches($0.key, $0.value, path, selector) }
      let list: Document = [
        "metadata": ["resourceVersion": .string(String(state.revision))],
        "items": .list(items.sorted { $0.key < $1.key }.map(\.value)),
      ]
      return list.json()
    }
  }

  private func watch(_ path: String, _ request: APIRequest) -> any ByteStream {
    let selector = selector(request)
    let stream = WatchLines()
    state.withLock { state in
      let after = Int(request.query("resourceVersion") ?? "0") ?? 0
      for (at, change) in state.changes
      where change.revision > after && State.matches(at, change.object, path, selector) {
        stream.send(change)
      }
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = (path, selector, stream)
    }
    return stream
  }
}

extension InMemoryAPI.State {
  fileprivate mutating func store(_ object: inout Document, at path: String, _ type: String) {
    revision += 1
    object["metadata"]?["resourceVersion"] = .string(String(revision))
    objects[path] = type == "DELETED" ? nil : object
    let change = InMemoryAPI.Change(revision: revision, type: type, object: object)
    changes.append((path, change))
    for watcher in watchers.values where Self.matches(path, object, watcher.path, watcher.field) {
      watcher.stream.send(change)
    }
  }

  /// A collection's path may name a namespace or leave it out.
  fileprivate static func matches(
    _ path: String, _ object: Document, _ collection: String, _ field: (String, String)?
  ) -> Bool {
    let plural = collection.split(separator: "/").last ?? ""
    guard path.split(separator: "/").dropLast().last == plural, path.hasPrefix("/api") else { return false }
    if collection.contains("/namespaces/"), !path.hasPrefix(collection + "/") { return false }
    guard let (name, value) = field else { return true }
    var part: Document? = object
    for step in name.split(separator: ".") { part = part?[String(step)] }
    return part?.stringValue ?? "" == value
  }
}

extension Document {
  mutating func merge(_ patch: Document) {
    for entry in patch.mapValue?.entries ?? [] {
      if entry.value.isNull {
        self[entry.key] = nil
      } else if entry.value.mapValue != nil, self[entry.key]?.mapValue != nil {
        self[entry.key]?.merge(entry.value)
      } else {
        self[entry.key] = entry.value
      }
    }
  }

  fileprivate mutating func setCondition(_ type: String, at now: Timestamp) {
    let condition: Document = [
      "type": .string(type), "status": "True", "lastTransitionTime": .string(now.text), "lastProbeTime": .null,
    ]
    if self["status"] == nil { self["status"] = [:] }
    self["status"]?["conditions"] = [condition]
  }
}

/// The lines of one watch.
final class WatchLines: ByteStream {
  private let sink: AsyncStream<[UInt8]>.Continuation
  private let stream: AsyncStream<[UInt8]>

  init() {
    (stream, sink) = AsyncStream.makeStream()
  }

  func send(_ change: InMemoryAPI.Change) {
    let line: Document = ["type": .string(change.type), "object": change.object]
    sink.yield(line.json() + [0x0A])
  }

  func finish() { sink.finish() }

  func next() async throws -> [UInt8]? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next()
  }

  func cancel() { sink.finish() }
}

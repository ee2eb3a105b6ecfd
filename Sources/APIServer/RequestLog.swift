internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// The last requests and their results: a ring, read and watched like objects.
///
/// A request leaves only what it has anyway; the record is made when somebody reads it.
final class RequestLog: Sendable {
  struct Entry: Sendable {
    let time: Timestamp
    let user: String
    let agent: String
    let path: String
    let query: [QueryItem]
    let target: Route.Target
    let verb: String
    let code: Int
    let reason: String?
    let duration: Duration

    init(
      time: Timestamp, request: APIRequest, target: Route.Target, verb: String, code: Int, reason: String?,
      duration: Duration
    ) {
      self.time = time
      user = request.user.name
      agent = request.headers["User-Agent"] ?? ""
      path = request.path
      query = request.query
      self.target = target
      self.verb = verb
      self.code = code
      self.reason = reason
      self.duration = duration
    }
  }

  fileprivate struct State {
    var entries: [Entry] = []
    /// How many requests there ever were; the number of the newest entry.
    var total = 0
    var readers: [Int: Reader] = [:]
    var lastReader = 0

    func entry(_ number: Int, _ capacity: Int) -> Entry? {
      guard number >= 1, number <= total, number > total - capacity else { return nil }
      return entries[(number - 1) % capacity]
    }
  }

  fileprivate enum Reader {
    case busy
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let capacity: Int
  private let state = Mutex(State())

  init(capacity: Int) { self.capacity = capacity }

  func add(_ entry: Entry) {
    let woken = state.withLock { state in
      if state.entries.count < capacity {
        state.entries.append(entry)
      } else {
        state.entries[state.total % capacity] = entry
      }
      state.total += 1
      return state.wakeAll()
    }
    for continuation in woken { continuation.resume() }
  }

  // MARK: Reading

  var total: Int { state.withLock(\.total) }

  func record(_ number: Int) -> RequestRecord? {
    state.withLock { $0.entry(number, capacity) }.map { $0.record(number) }
  }

  /// The records behind a number, and the number of the last.
  func records(after number: Int) -> (records: [RequestRecord], last: Int) {
    let (entries, first, last) = state.withLock { state in
      let first = max(number, state.total - state.entries.count) + 1
      let entries = first > state.total ? [] : (first...state.total).compactMap { state.entry($0, capacity) }
      return (entries, first, state.total)
    }
    return (entries.enumerated().map { $1.record(first + $0) }, last)
  }

  func addReader() -> Int {
    state.withLock { state in
      state.lastReader += 1
      state.readers[state.lastReader] = .busy
      return state.lastReader
    }
  }

  func removeReader(_ id: Int) {
    let reader = state.withLock { $0.readers.removeValue(forKey: id) }
    if case .waiting(let continuation)? = reader { continuation.resume() }
  }

  /// Returns when there is something behind the number; false when the reader was removed.
  func wait(_ id: Int, after number: Int) async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          guard state.total <= number, state.readers[id] != nil, !Task.isCancelled else { return false }
          state.readers[id] = .waiting(continuation)
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      removeReader(id)
    }
    return state.withLock { $0.readers[id] != nil }
  }
}

extension RequestLog.State {
  fileprivate mutating func wakeAll() -> [CheckedContinuation<Void, Never>] {
    var woken: [CheckedContinuation<Void, Never>] = []
    for (id, reader) in readers {
      guard case .waiting(let continuation) = reader else { continue }
      woken.append(continuation)
      readers[id] = .busy
    }
    return woken
  }
}

extension RequestLog.Entry {
  fileprivate func record(_ number: Int) -> RequestRecord {
    var record = RequestRecord()
    record.metadata.name = String(number)
    record.metadata.resourceVersion = String(number)
    record.metadata.creationTimestamp = time
    record.time = time
    record.user = user
    record.agent = agent
    record.verb = verb
    record.path = query.isEmpty ? path : path + "?" + query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    record.object.kind = target.resource.plural
    record.object.apiVersion = target.resource.apiVersion
    record.object.namespace = target.namespace
    record.object.name = target.name
    record.subresource = target.subresource
    record.code = Int32(code)
    record.reason = reason
    record.durationMicroseconds =
      duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
    return record.typed()
  }
}

// MARK: - Answers

extension RequestLog {
  func answer(_ request: APIRequest, _ target: Route.Target, _ now: Timestamp) throws(StatusError) -> APIResponse {
    guard request.method == "GET", target.subresource == nil else { throw StatusError.methodNotAllowed() }
    let form = try AnswerForm(accept: request.headers["Accept"], offering: [.plain, .table])
    if let name = target.name {
      guard let record = Int(name).flatMap(record) else {
        throw StatusError.notFound(target.resource.plural, name, group: target.resource.group)
      }
      return APIResponse(
        json: (form.shape == .table ? target.resource.table(of: [record], now: now) : record.document()).json())
    }
    let start = request.query("resourceVersion").flatMap { Int($0) }
    if request.isSet("watch") {
      return APIResponse(
        headers: ["Content-Type": "application/json"],
        body: .stream(RequestWatch(log: self, after: start ?? 0, isTable: form.shape == .table, now: now)))
    }
    let (records, last) = records(after: 0)
    var document =
      form.shape == .table
      ? target.resource.table(of: records, now: now)
      : [
        "kind": "RequestRecordList", "apiVersion": .string(target.resource.apiVersion), "metadata": [:],
        "items": .list(records.map { $0.document() }),
      ]
    document["metadata"] = ["resourceVersion": .string(String(last))]
    return APIResponse(json: document.json())
  }
}

/// The log as a watch.
private final class RequestWatch: ByteStream {
  private let log: RequestLog
  private let reader: Int
  private let reached: Mutex<Int>
  private let isTable: Bool
  private let now: Timestamp

  init(log: RequestLog, after number: Int, isTable: Bool, now: Timestamp) {
    self.log = log
    self.isTable = isTable
    self.now = now
    reader = log.addReader()
    reached = Mutex(number)
  }

  deinit { log.removeReader(reader) }

  func next() async throws -> [UInt8]? {
    let position = reached.withLock { $0 }
    guard await log.wait(reader, after: position) else { return nil }
    let (records, last) = log.records(after: position)
    reached.withLock { $0 = last }
    var bytes: [UInt8] = []
    for record in records {
      bytes += "{\"type\":\"ADDED\",\"object\":".utf8
      bytes += (isTable ? RequestRecord.resource.table(of: [record], now: now) : record.document()).json()
      bytes += "}\n".utf8
    }
    return bytes
  }

  func cancel() { log.removeReader(reader) }
}

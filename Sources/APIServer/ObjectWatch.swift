internal import KubernetesAPI
internal import ObjectStore
internal import Synchronization

/// Changes of the objects of a kind, written as a client wants to read them.
extension Server {
  func watch(_ call: Call) async throws(StatusError) -> APIResponse {
    let query = try ListQuery(call.request, call.resource, namespace: call.target.namespace)
    let prefix = call.form.prefix(namespace: call.target.namespace)
    let writer = WatchWriter(call: call, selection: query.selection, objects: objects)
    let sendsInitial = query.sendsInitialEvents ?? (query.resourceVersion ?? 0 == 0)
    var initial: [UInt8] = []
    var after = Revision(query.resourceVersion ?? 0)
    let current = await store.currentRevision
    if after > current { throw StatusError.futureRevision(after.number, current: current.number) }
    if sendsInitial {
      let listing = try await read(call) { () throws(StoreError) in try await store.list(prefix: prefix) }
      for stored in listing.objects where query.selection.matches(stored, call.form, objects) {
        writer.append(.added, stored, to: &initial)
      }
      after = listing.revision
      if query.sendsInitialEvents == true { writer.append(bookmarkAt: after, endsInitialEvents: true, to: &initial) }
    } else if after.number == 0 {
      after = current
    }
    let source: Watch
    do {
      source = try await store.watch(prefix: prefix, after: after)
    } catch {
      // Told in the stream, as clients expect it of a watch.
      var bytes: [UInt8] = []
      writer.append(error: error.status(call.resource, ""), to: &bytes)
      return APIResponse(json: bytes)
    }
    let timeout = query.timeout ?? .seconds(Int64.random(in: 1800...3600))
    let watch = ObjectWatch(
      source: source, writer: writer, initial: initial, timetable: watches,
      ticket: watches.add(source, lasting: timeout, wantsBookmarks: query.allowsBookmarks))
    var headers: HTTPHeaders = ["Content-Type": "application/json"]
    if call.answerForm.shape != .plain { headers["Content-Type"] = "application/json;stream=watch" }
    return APIResponse(headers: headers, body: .stream(watch))
  }
}

/// The stream that a watching client reads.
private final class ObjectWatch: ByteStream {
  private let source: Watch
  private let writer: WatchWriter
  private let initial: Mutex<[UInt8]>
  private let timetable: WatchTimetable
  private let ticket: Int

  init(source: Watch, writer: WatchWriter, initial: [UInt8], timetable: WatchTimetable, ticket: Int) {
    self.source = source
    self.writer = writer
    self.initial = Mutex(initial)
    self.timetable = timetable
    self.ticket = ticket
  }

  deinit { timetable.remove(ticket) }

  func next() async throws -> [UInt8]? {
    let first = initial.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
    if !first.isEmpty { return first }
    var bytes: [UInt8] = []
    var events = source.events.makeAsyncIterator()
    do {
      while bytes.isEmpty {
        guard let event = try await events.next(isolation: #isolation) else { return nil }
        switch event {
        case .change(let change): writer.append(change, to: &bytes)
        case .progress(let revision): writer.append(bookmarkAt: revision, to: &bytes)
        }
      }
    } catch {
      // The next call finds the watch gone and ends the stream.
      cancel()
      writer.append(error: error.status(writer.call.resource, ""), to: &bytes)
    }
    return bytes
  }

  func cancel() {
    timetable.remove(ticket)
    source.cancel()
  }
}

/// Writes the lines of a watch.
final class WatchWriter: Sendable {
  let call: Call
  private let selection: Selection
  private let objects: ObjectCache
  private let hasColumns = Mutex(false)

  init(call: Call, selection: Selection, objects: ObjectCache) {
    self.call = call
    self.selection = selection
    self.objects = objects
  }

  /// A change as one sees it who only knows of the objects that the selection matches.
  func append(_ change: Change, to bytes: inout [UInt8]) {
    let matched = change.previous.map { selection.matches($0, call.form, objects) } ?? false
    let matches = change.operation == .put && selection.matches(change.current, call.form, objects)
    switch (matched, matches) {
    case (false, true): append(.added, change.current, to: &bytes)
    case (true, true): append(.modified, change.current, to: &bytes)
    case (true, false):
      // One that has left the selection is shown as it was while it was in it.
      var last = change.previous ?? change.current
      last.modified = change.revision
      append(.deleted, last, to: &bytes)
    case (false, false): break
    }
  }

  func append(_ type: WatchEventType, _ stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += "{\"type\":\"\(type.rawValue)\",\"object\":".utf8
    switch call.answerForm.shape {
    case .table:
      call.appendTable(
        [stored], metadata: "\"resourceVersion\":\"\(stored.modified)\"", hasColumns: isFirst(), objects, to: &bytes)
    case .partialMetadata: call.form.append(partialMetadata: stored, to: &bytes)
    default: call.form.append(whole: stored, to: &bytes)
    }
    bytes += "}\n".utf8
  }

  func append(bookmarkAt revision: Revision, endsInitialEvents: Bool = false, to bytes: inout [UInt8]) {
    let end = endsInitialEvents ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : ""
    let metadata = "{\"resourceVersion\":\"\(revision)\",\"creationTimestamp\":null\(end)}"
    let object: String
    switch call.answerForm.shape {
    case .table:
      object =
        "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"\(revision)\"},\"columnDefinitions\":[],\"rows\":[{\"cells\":[],\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":\(metadata)}}]}"
    case .partialMetadata:
      object = "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":\(metadata)}"
    default:
      object =
        "{\"kind\":\"\(call.resource.kind)\",\"apiVersion\":\"\(call.resource.apiVersion)\",\"metadata\":\(metadata)}"
    }
    bytes += "{\"type\":\"BOOKMARK\",\"object\":\(object)}\n".utf8
  }

  func append(error: StatusError, to bytes: inout [UInt8]) {
    bytes += "{\"type\":\"ERROR\",\"object\":".utf8
    bytes += error.status.document().json()
    bytes += "}\n".utf8
  }

  /// The columns are told once.
  private func isFirst() -> Bool {
    hasColumns.withLock { told in
      defer { told = true }
      return !told
    }
  }
}

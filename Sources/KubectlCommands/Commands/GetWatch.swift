internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl get --watch`: what is there, then each change, until somebody stops it.
struct GetWatch {
  let invocation: Invocation
  let format: OutputFormat

  func run(_ selected: SelectedResources) async throws -> Int32 {
    try Failures.throwIfAny(selected.errors)
    if Set(selected.requests.map(\.kind.qualifiedName)).count > 1 {
      throw Failure("you may only specify a single resource type")
    }
    guard selected.requests.count == 1, let request = selected.requests.first else {
      throw Failure(
        "watch is only supported on individual resources and resource collections - more than 1 resource was found")
    }
    switch format {
    case .table(let isWide): try await watchTable(request, isWide: isWide)
    default: try await watchObjects(request)
    }
    return 0
  }

  /// A single object is watched as a list that its name selects, which gives a revision to go on from.
  private func query(_ request: ResourceRequest) -> [QueryItem] {
    request.name.map { [QueryItem("fieldSelector", "metadata.name=\($0)")] } ?? request.query
  }

  private func list(_ request: ResourceRequest, asTable: Bool) async throws -> Document {
    let limit = [QueryItem("limit", String(invocation[SharedFlags.chunkSize]))]
    let answer = try await invocation.calls.list(
      request.kind, request.namespace, query: query(request) + limit, asTable: asTable)
    if let name = request.name, (answer["rows"] ?? answer["items"])?.listValue?.isEmpty ?? true {
      _ = try await invocation.calls.get(request.kind, request.namespace, name)
    }
    return answer
  }

  private func watchTable(_ request: ResourceRequest, isWide: Bool) async throws {
    var printer = Get.tablePrinter(invocation, isWide: isWide)
    printer.startNewKind(prefix: invocation[Get.showKind] ? request.kind.resultName : nil)
    let asTable = invocation[Get.serverPrint]
    let start = try await list(request, asTable: asTable)
    if !invocation[Get.watchOnly] {
      printer.add(NameAndAge.table(from: start, now: invocation.context.now()), eventType: "ADDED")
      try await invocation.io.print(printer.take())
    }
    let events = try await invocation.calls.watch(
      request.kind, request.namespace, after: Self.revision(start), query: query(request), asTable: asTable)
    defer { events.cancel() }
    for try await event in events {
      guard let (type, object) = try Self.read(event) else { continue }
      printer.add(NameAndAge.table(from: object, now: invocation.context.now()), eventType: type.rawValue)
      try await invocation.io.print(printer.take())
    }
  }

  private func watchObjects(_ request: ResourceRequest) async throws {
    var printer = ObjectPrinter(
      format, showsManagedFields: invocation[SharedFlags.showManagedFields],
      missingKeysAllowed: invocation[SharedFlags.allowMissingKeys], noHeaders: invocation[SharedFlags.noHeaders])
    func shown(_ type: WatchEventType, _ object: Document) -> Document {
      invocation[Get.outputWatchEvents] ? ["type": .string(type.rawValue), "object": object] : object
    }
    let start = try await list(request, asTable: false)
    if !invocation[Get.watchOnly] {
      for item in start["items"]?.listValue ?? [] {
        var item = item
        item["kind"] = .string(request.kind.kind)
        item["apiVersion"] = .string(request.kind.apiVersion)
        try await invocation.io.print(try printer.text(shown(.added, item)))
      }
    }
    let events = try await invocation.calls.watch(
      request.kind, request.namespace, after: Self.revision(start), query: query(request))
    defer { events.cancel() }
    for try await event in events {
      guard let (type, object) = try Self.read(event) else { continue }
      try await invocation.io.print(try printer.text(shown(type, object)))
    }
  }

  private static func revision(_ list: Document) -> String {
    list["metadata"]?["resourceVersion"]?.stringValue ?? ""
  }

  /// What a line of a watch tells; nil for what is only meant for machines.
  static func read(_ event: Document) throws -> (WatchEventType, Document)? {
    guard let type = event["type"]?.stringValue.flatMap(WatchEventType.init), let object = event["object"] else {
      return nil
    }
    switch type {
    case .error: throw StatusError(Status.decode(object).value)
    case .bookmark: return nil
    case .added, .modified, .deleted: return (type, object)
    }
  }
}

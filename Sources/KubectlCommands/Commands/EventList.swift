internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl events`: what happened, oldest first.
enum EventList {
  static let object = Flag.text("for", "Only what happened to this object: TYPE/NAME.")
  static let types = Flag.list("types", values: .oneOf(["Normal", "Warning"]), "Only Normal or only Warning.")
  static let watch = Flag.boolean("watch", short: "w", "Stay, and print what happens from now on.")

  static let command = Command(
    name: "events", group: .debugging,
    summary: "List events",
    examples: [
      Example("What happened in the namespace", "kubectl events"),
      Example("… to one pod, and what happens next", "kubectl events --for pod/web --watch"),
      Example("Only what went wrong", "kubectl events --types=Warning"),
    ],
    usage: "events [--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]",
    flags: [
      SharedFlags.allNamespaces.row, SharedFlags.chunkSize.row, object.row, SharedFlags.noHeaders.row, types.row,
      watch.row,
    ] + SharedFlags.objectOutput,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    for type in invocation[types] where !["normal", "warning"].contains(type.lowercased()) {
      throw Failure("valid --types are Normal or Warning")
    }
    let printer = try invocation.objectPrinter()
    let namespace = invocation[SharedFlags.allNamespaces] ? nil : invocation.namespace
    let selection = Selection(fieldSelector: try await fieldSelector(invocation))
    let list = try await invocation.client.list(Event.self, namespace: namespace, selection)
    let wanted = Set(invocation[types].map { $0.lowercased() })
    func isWanted(_ event: Event) -> Bool { wanted.isEmpty || wanted.contains((event.type ?? "").lowercased()) }
    let events = list.items.filter(isWanted).sorted(by: Event.happenedBefore)
    if events.isEmpty, !invocation[watch] {
      let place = namespace.map { "No events found in \($0) namespace.\n" } ?? "No events found.\n"
      await invocation.io.printError(place)
      return 0
    }
    if var printer {
      let documents = events.map { $0.document() }
      try await invocation.io.print(try printer.text(ObjectPrinter.list(documents)))
      return 0
    }
    var text = AlignedText.table
    let showsNamespace = namespace == nil
    if !invocation[SharedFlags.noHeaders] {
      text.write((showsNamespace ? "NAMESPACE\t" : "") + "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n")
    }
    for event in events { text.write(row(event, showsNamespace, invocation.context.now())) }
    try await invocation.io.print(text.take())
    guard invocation[watch] else { return 0 }
    let changes = try await invocation.client.watch(
      Event.self, namespace: namespace, after: list.resourceVersion, selection)
    defer { changes.cancel() }
    for try await change in changes where change.type == .added || change.type == .modified {
      guard isWanted(change.object) else { continue }
      text.write(row(change.object, showsNamespace, invocation.context.now()))
      try await invocation.io.print(text.take())
    }
    return 0
  }

  private static func fieldSelector(_ invocation: Invocation) async throws -> String? {
    let text = invocation[object]
    if text.isEmpty { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 { throw Failure("arguments in resource/name form may not have more than one slash") }
    guard parts.count == 2, !parts[0].isEmpty else { throw Failure("--for must be in resource/name form") }
    let kind: ResourceKind
    do {
      kind = try await invocation.discovery.find(parts[0])
    } catch let failure as Failure {
      // Here the remark stands alone.
      throw Failure(whole: String(failure.text.dropFirst("error: ".count)), exitCode: failure.exitCode)
    }
    let type = "involvedObject.kind=\(kind.kind),involvedObject.apiVersion=\(kind.apiVersion)"
    return parts[1].isEmpty ? type : "\(type),involvedObject.name=\(parts[1])"
  }

  private static func row(_ event: Event, _ showsNamespace: Bool, _ now: Timestamp) -> String {
    let first = event.eventTime ?? event.firstTimestamp
    var seen = Age.text(since: event.lastSeen, now: now)
    if event.occurrences > 1 { seen += " (x\(event.occurrences) over \(Age.text(since: first, now: now)))" }
    let target = "\(event.involvedObject.kind ?? "")/\(event.involvedObject.name ?? "")"
    let message = (event.message ?? "").split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
    let cells =
      (showsNamespace ? [event.namespace] : []) + [seen, event.type ?? "", event.reason ?? "", target, message]
    return cells.joined(separator: "\t") + "\n"
  }
}

extension Event {
  /// By the time it was seen last.
  static func happenedBefore(_ left: Event, _ right: Event) -> Bool {
    let zero = Timestamp(seconds: 0)
    return (left.lastSeen ?? zero, left.name) < (right.lastSeen ?? zero, right.name)
  }
}

internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl label` and `kubectl annotate`: sets and takes away labels and annotations.
struct MetadataChange {
  enum Part: String, Sendable {
    case labels, annotations
  }

  static let all = Flag.boolean("all", "All objects of the type in the namespace.")
  static let list = Flag.boolean("list", "Print what is set, instead of changing it.")
  static let local = Flag.boolean("local", "Work on the manifest given with -f and ask no server.")
  static let resourceVersion = Flag.text("resource-version", "Only when the object still has this version.")

  static let labelCommand = Command(
    name: "label", group: .settings,
    summary: "Update the labels on a resource",
    details: ["A label is set with KEY=VALUE and taken away with KEY-."],
    examples: [
      Example("Set a label", "kubectl label pod web tier=front"),
      Example("Change it", "kubectl label --overwrite pod web tier=back"),
      Example("Take it away", "kubectl label pod web tier-"),
    ],
    usage: "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    flags: flags(manager: "kubectl-label"), arguments: .resources(then: .labels),
    run: { try await MetadataChange(part: .labels, invocation: $0, manager: "kubectl-label").run() })

  static let annotateCommand = Command(
    name: "annotate", group: .settings,
    summary: "Update the annotations on a resource",
    details: ["An annotation is set with KEY=VALUE and taken away with KEY-."],
    examples: [
      Example("Leave a note", "kubectl annotate pod web note='ask Anna first'"),
      Example("Take it away", "kubectl annotate pod web note-"),
    ],
    usage: "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    flags: flags(manager: "kubectl-annotate"), arguments: .resources(then: .annotations),
    run: { try await MetadataChange(part: .annotations, invocation: $0, manager: "kubectl-annotate").run() })

  private static func flags(manager: String) -> [FlagRow] {
    [
      all.row, SharedFlags.allNamespaces.row, SharedFlags.dryRun.row, SharedFlags.fieldManager(manager).row,
      SharedFlags.fieldSelector.row, SharedFlags.filename.row, SharedFlags.kustomize.row, list.row, local.row,
      SharedFlags.overwrite.row, SharedFlags.recursive.row, resourceVersion.row, SharedFlags.selector.row,
    ] + SharedFlags.objectOutput
  }

  let part: Part
  let invocation: Invocation
  let manager: String

  private func run() async throws -> Int32 {
    try invocation.refuseKustomize()
    let (targets, changes) = try split(invocation.arguments)
    if targets.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    }
    if changes.isEmpty, !invocation[Self.list] {
      throw Failure("at least one \(part == .labels ? "label" : "annotation") update is required")
    }
    if invocation[Self.all], invocation.isGiven(SharedFlags.selector) {
      throw Failure("cannot set --all and --selector at the same time")
    }
    let dryRun = try await DryRun(invocation)
    var invocation = invocation
    invocation = invocation.with(arguments: targets)
    let selected = try await SelectedResources.resolve(invocation)
    let namesNothing = selected.requests.contains { $0.name == nil }
    if namesNothing, !invocation[Self.all], invocation.selectionQuery.isEmpty {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    let requests = try await selected.expanded(invocation)
    if !invocation[Self.resourceVersion].isEmpty, requests.count > 1 {
      throw Failure("--resource-version may only be used with a single resource")
    }
    var errors: [any Error] = []
    for request in requests {
      do {
        try await change(request, changes, dryRun, isAlone: requests.count == 1)
      } catch let error where (error as? StatusError)?.isConnectionFailure != true && !(error is CancellationError) {
        errors.append(error)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  private struct Change: Equatable {
    var key: String
    /// Nil takes it away.
    var value: String?
  }

  /// Objects first, then changes; the first word with `=` or a final `-` begins them.
  private func split(_ arguments: [String]) throws -> (targets: [String], changes: [Change]) {
    let start =
      arguments.firstIndex { $0.contains("=") && !$0.hasPrefix("=") || $0.count > 1 && $0.hasSuffix("-") }
      ?? arguments.count
    var changes: [Change] = []
    for word in arguments[start...] {
      if let equals = word.firstIndex(of: "=") {
        let key = String(word[..<equals])
        if key.isEmpty { throw Failure("invalid \(part == .labels ? "label" : "annotation") spec: \(word)") }
        let value = String(word[word.index(after: equals)...])
        if part == .labels, let problem = Names.labelValueProblems(value).first {
          throw Failure("invalid label value: \"\(word)\": \(problem)")
        }
        changes.append(Change(key: key, value: value))
      } else if word.hasSuffix("-") {
        changes.append(Change(key: String(word.dropLast()), value: nil))
      } else {
        throw Failure(
          "all resources must be specified before \(part == .labels ? "label" : "annotation") changes: \(word)")
      }
    }
    for change in changes where change.value != nil && changes.contains(Change(key: change.key, value: nil)) {
      throw Failure(
        "can not both modify and remove \(part == .labels ? "a label" : "an annotation") in the same command")
    }
    return (Array(arguments[..<start]), changes)
  }

  private func change(
    _ request: ResourceRequest, _ changes: [Change], _ dryRun: DryRun, isAlone: Bool
  ) async throws {
    let name = request.name ?? ""
    let object = try await invocation.calls.get(request.kind, request.namespace, name)
    let present = object["metadata"]?[part.rawValue]?.mapValue ?? DocumentMap()
    if invocation[Self.list] { return try await printList(object, request.kind, present, isAlone: isAlone) }
    if !invocation[SharedFlags.overwrite] { try checkNothingIsOverwritten(changes, present) }
    var patch = DocumentMap()
    for change in changes {
      if change.value == nil, present[change.key] == nil {
        if part == .labels { try await invocation.io.print("label \"\(change.key)\" not found.\n") }
        continue
      }
      let value = change.value.map { Document.string($0) }
      if value != present[change.key] { patch[change.key] = value ?? .null }
    }
    var metadata = DocumentMap()
    if !patch.isEmpty { metadata[part.rawValue] = .map(patch) }
    let version = invocation[Self.resourceVersion]
    if !version.isEmpty { metadata["resourceVersion"] = .string(version) }
    var result = object
    if !patch.isEmpty, dryRun != .client {
      var query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
      query.append(QueryItem("fieldManager", invocation[SharedFlags.fieldManager(manager)]))
      result = try await invocation.calls.patch(
        request.kind, request.namespace, name, contentType: PatchType.merge.rawValue,
        Document.map(DocumentMap([("metadata", .map(metadata))])).json(), query: query)
    }
    if var printer = try invocation.objectPrinter() {
      return try await invocation.io.print(try printer.text(result))
    }
    // Taking a label from an object that has none writes an empty map, which counts as a change.
    let isChanged = !patch.isEmpty || object["metadata"]?[part.rawValue] == nil
    let verb = verb(changes, present, isChanged: isChanged)
    try await invocation.io.print("\(request.kind.resultName)/\(name) \(verb)\(dryRun.suffix)\n")
  }

  private func checkNothingIsOverwritten(_ changes: [Change], _ present: DocumentMap) throws {
    var conflicts: [String] = []
    for change in changes {
      if let old = present[change.key]?.stringValue, let new = change.value, old != new {
        conflicts.append("'\(change.key)' already has a value (\(old))")
      }
    }
    guard let first = conflicts.first else { return }
    switch part {
    case .labels: throw Failure("\(first), and --overwrite is false")
    case .annotations:
      throw Failure(
        "--overwrite is false but found the following declared annotation(s): \(conflicts.joined(separator: "; "))")
    }
  }

  private func verb(_ changes: [Change], _ present: DocumentMap, isChanged: Bool) -> String {
    switch part {
    case .annotations: return "annotated"
    case .labels:
      if !isChanged { return "not labeled" }
      let isOnlyRemoval = !present.isEmpty && changes.allSatisfy { $0.value == nil }
      return isOnlyRemoval ? "unlabeled" : "labeled"
    }
  }

  private func printList(_ object: Document, _ kind: ResourceKind, _ present: DocumentMap, isAlone: Bool) async throws {
    let name = object["metadata"]?["name"]?.stringValue ?? ""
    let head = isAlone ? "" : "Listing \(part.rawValue) for \(kind.kind).\(kind.group)/\(name):\n"
    let lines = present.sorted().entries.map { "\(isAlone ? "" : " ")\($0.key)=\($0.value.plainText)\n" }.joined()
    try await invocation.io.print(head + lines)
  }
}

extension Invocation {
  /// The same command as if the flag had not been given.
  func without(_ flag: FlagRow) -> Invocation {
    var given = given
    given[flag.name] = nil
    return Invocation(
      command: command, path: path, arguments: arguments, argumentsBeforeDashes: argumentsBeforeDashes, given: given,
      context: context, io: io)
  }

  /// The same command with other arguments.
  func with(arguments: [String]) -> Invocation {
    Invocation(
      command: command, path: path, arguments: arguments, argumentsBeforeDashes: nil, given: given, context: context,
      io: io)
  }
}

internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl taint`: what keeps pods away from a node, unless they tolerate it.
enum Taint {
  static let all = Flag.boolean("all", "All nodes of the cluster.")
  static let fieldManager = SharedFlags.fieldManager("kubectl-taint")

  static let command = Command(
    name: "taint", group: .cluster,
    summary: "Update the taints on one or more nodes",
    details: [
      "A taint is set with KEY=VALUE:EFFECT and taken away with KEY:EFFECT-, or KEY- for every effect. "
        + "The effect is NoSchedule, PreferNoSchedule or NoExecute."
    ],
    examples: [
      Example("Only pods that tolerate it", "kubectl taint nodes podium dedicated=teachers:NoSchedule"),
      Example("Take it away", "kubectl taint nodes podium dedicated:NoSchedule-"),
    ],
    usage: "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
    flags: [
      all.row, SharedFlags.dryRun.row, fieldManager.row, SharedFlags.overwrite.row, SharedFlags.selector.row,
      SharedFlags.validate.row,
    ] + SharedFlags.objectOutput,
    arguments: .resources(of: ["nodes"]),
    run: run)

  struct Entry: Equatable {
    var key: String
    var value = ""
    var effect = ""
  }

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let dryRun = try await DryRun(invocation)
    let start = invocation.arguments.firstIndex { $0.contains("=") || $0.contains(":") || $0.hasSuffix("-") }
    let targets = Array(invocation.arguments[..<(start ?? invocation.arguments.count)])
    let words = invocation.arguments[(start ?? invocation.arguments.count)...]
    if targets.isEmpty {
      throw Failure("one or more resources must be specified as <resource> <name>")
    }
    let (added, removed): ([Entry], [Entry])
    do {
      (added, removed) = try parse(Array(words))
    } catch let failure as Failure {
      throw Failure(String(failure.text.dropFirst(7)), helpFor: invocation.path)
    }
    if added.isEmpty, removed.isEmpty { throw Failure("at least one taint update is required") }
    let both = removed.filter { old in
      added.contains { $0.key == old.key && (old.effect.isEmpty || $0.effect == old.effect) }
    }
    if !both.isEmpty {
      let words = both.map { "\($0.key)=\($0.value)" + ($0.effect.isEmpty ? "" : ":\($0.effect)") }
      throw Failure(
        "can not both modify and remove the following taint(s) in the same command: \(words.joined(separator: ", "))")
    }
    let resolved = try await ResourceArguments.resolve(targets, invocation.discovery)
    if resolved.targets.contains(where: { $0.kind.kind != "Node" }) {
      throw Failure("invalid resource type \(targets[0]), only node types are supported")
    }
    var nodes: [Document] = []
    let kind = ResourceKind(Node.resource)
    let names = resolved.targets.flatMap(\.names)
    if names.isEmpty {
      let selector = invocation[SharedFlags.selector]
      if !invocation[all], selector.isEmpty {
        throw Failure("at least one resource name must be specified since 'all' parameter is not set")
      }
      nodes = try await invocation.calls.listAll(kind, nil, query: invocation.selectionQuery)
    }
    for name in names { nodes.append(try await invocation.calls.get(kind, nil, name)) }
    for node in nodes { try await change(node, added, removed, dryRun, invocation) }
    return 0
  }

  private static func parse(_ words: [String]) throws -> (added: [Entry], removed: [Entry]) {
    var added: [Entry] = []
    var removed: [Entry] = []
    for word in words {
      let bare = word.hasSuffix("-") ? String(word.dropLast()) : word
      let entry = try entry(bare, whole: word)
      if word.hasSuffix("-") {
        removed.append(entry)
        continue
      }
      if entry.effect.isEmpty {
        throw Failure(
          "invalid taint spec: \(word), name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        )
      }
      if added.contains(where: { $0.key == entry.key && $0.effect == entry.effect }) {
        throw Failure(
          "duplicated taints with the same key and effect: {\(entry.key) \(entry.value) \(entry.effect) <nil>}")
      }
      added.append(entry)
    }
    return (added, removed)
  }

  private static func entry(_ text: String, whole: String) throws -> Entry {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 || parts[0].isEmpty { throw Failure("invalid taint spec: \(whole)") }
    let pair = parts[0].split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    if pair.count > 2 { throw Failure("invalid taint spec: \(whole)") }
    let problems = Names.qualifiedNameProblems(pair[0])
    if !problems.isEmpty { throw Failure("invalid taint spec: \(whole), \(problems.joined(separator: "; "))") }
    let effect = parts.count == 2 ? parts[1] : ""
    if parts.count == 2, !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect) {
      throw Failure("invalid taint effect: \(effect), unsupported taint effect")
    }
    return Entry(key: pair[0], value: pair.count == 2 ? pair[1] : "", effect: effect)
  }

  private static func change(
    _ node: Document, _ added: [Entry], _ removed: [Entry], _ dryRun: DryRun, _ invocation: Invocation
  ) async throws {
    let name = node["metadata"]?["name"]?.stringValue ?? ""
    let present = node["spec"]?["taints"]?.listValue ?? []
    func isMeant(_ taint: Document, by entry: Entry) -> Bool {
      taint["key"]?.stringValue == entry.key && (entry.effect.isEmpty || taint["effect"]?.stringValue == entry.effect)
    }
    if !invocation[SharedFlags.overwrite] {
      let taken = added.filter { entry in present.contains { isMeant($0, by: entry) } }.map(\.key)
      if !taken.isEmpty {
        throw Failure(
          "node \(name) already has \(taken.joined(separator: ",")) taint(s) with same effect(s) and --overwrite is false"
        )
      }
    }
    for entry in removed where !present.contains(where: { isMeant($0, by: entry) }) {
      let effect = entry.effect.isEmpty ? "" : ":\(entry.effect)"
      throw Failure("taint \"\(entry.key)\(effect)\" not found")
    }
    let kept = present.filter { taint in !(added + removed).contains { isMeant(taint, by: $0) } }
    let new = added.map { entry -> Document in
      var taint: Document = ["effect": .string(entry.effect), "key": .string(entry.key)]
      if !entry.value.isEmpty { taint["value"] = .string(entry.value) }
      return taint
    }
    var result = node
    if dryRun != .client {
      var query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
      query.append(QueryItem("fieldManager", invocation[fieldManager]))
      let taints = new + kept
      let patch: Document = ["spec": ["taints": taints.isEmpty ? .null : .list(taints)]]
      result = try await invocation.calls.patch(
        ResourceKind(Node.resource), nil, name, contentType: PatchType.merge.rawValue, patch.json(), query: query)
    }
    if var printer = try invocation.objectPrinter() {
      return try await invocation.io.print(try printer.text(result))
    }
    let replaces = added.contains { entry in present.contains { isMeant($0, by: entry) } }
    let verb = added.isEmpty ? "untainted" : removed.isEmpty && !replaces ? "tainted" : "modified"
    try await invocation.io.print("node/\(name) \(verb)\n")
  }
}

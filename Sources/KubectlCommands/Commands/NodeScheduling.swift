internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl cordon` and `kubectl uncordon`: whether new pods may come to a node.
enum NodeScheduling {
  static let cordonCommand = Command(
    name: "cordon", group: .cluster,
    summary: "Mark node as unschedulable",
    details: ["Pods that are there stay; new ones go elsewhere."],
    examples: [Example("No more pods for a node", "kubectl cordon podium")],
    usage: "cordon NODE [options]",
    flags: [SharedFlags.dryRun.row, SharedFlags.selector.row], arguments: .nodes,
    run: { try await run($0, isUnschedulable: true) })

  static let uncordonCommand = Command(
    name: "uncordon", group: .cluster,
    summary: "Mark node as schedulable",
    examples: [Example("Pods may come again", "kubectl uncordon podium")],
    usage: "uncordon NODE [options]",
    flags: [SharedFlags.dryRun.row, SharedFlags.selector.row], arguments: .nodes,
    run: { try await run($0, isUnschedulable: false) })

  private static func run(_ invocation: Invocation, isUnschedulable: Bool) async throws -> Int32 {
    let dryRun = try await DryRun(invocation)
    for node in try await nodes(invocation) {
      try await mark(node, isUnschedulable: isUnschedulable, dryRun, invocation)
    }
    return 0
  }

  /// The nodes that the arguments or `-l` name.
  static func nodes(_ invocation: Invocation) async throws -> [Document] {
    let names = invocation.arguments
    let selector = invocation[SharedFlags.selector]
    if names.isEmpty, selector.isEmpty {
      throw Failure(
        "USAGE: \(invocation.command.usage.replacing(" [options]", with: "")) [flags]", helpFor: invocation.path)
    }
    if !names.isEmpty, !selector.isEmpty {
      throw Failure("error: cannot specify both a node name and a --selector option")
    }
    let kind = ResourceKind(Node.resource)
    if names.isEmpty { return try await invocation.calls.listAll(kind, nil, query: invocation.selectionQuery) }
    var nodes: [Document] = []
    for name in names {
      let bare =
        name.hasPrefix("node/")
        ? String(name.dropFirst(5)) : name.hasPrefix("nodes/") ? String(name.dropFirst(6)) : name
      nodes.append(try await invocation.calls.get(kind, nil, bare))
    }
    return nodes
  }

  static func mark(
    _ node: Document, isUnschedulable: Bool, _ dryRun: DryRun, _ invocation: Invocation
  ) async throws {
    let name = node["metadata"]?["name"]?.stringValue ?? ""
    let verb = isUnschedulable ? "cordoned" : "uncordoned"
    if (node["spec"]?["unschedulable"]?.boolValue ?? false) == isUnschedulable {
      return try await invocation.io.print("node/\(name) already \(verb)\(dryRun.suffix)\n")
    }
    if dryRun != .client {
      let query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
      let patch: Document = ["spec": ["unschedulable": isUnschedulable ? true : .null]]
      _ = try await invocation.calls.patch(
        ResourceKind(Node.resource), nil, name, contentType: PatchType.strategic.rawValue, patch.json(), query: query)
    }
    try await invocation.io.print("node/\(name) \(verb)\(dryRun.suffix)\n")
  }
}

internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl top`: what pods and nodes use now.
enum Top {
  static let containers = Flag.boolean("containers", "A line for each container.")
  static let showsCapacity = Flag.boolean(
    "show-capacity", "Measure against all that the node has, not what pods may have.")
  static let sortBy = Flag.text("sort-by", values: .oneOf(["cpu", "memory"]), "Most of this first: cpu or memory.")
  static let sum = Flag.boolean("sum", "Add a line with the sums.")
  static let protocolBuffers = Flag.boolean(
    "use-protocol-buffers", default: true, "How servers are asked; JSON is understood by all.")

  static let command = Command(
    name: "top", group: .cluster,
    summary: "Display resource (CPU/memory) usage",
    examples: [
      Example("What pods use", "kubectl top pod"),
      Example("What the nodes use", "kubectl top node"),
    ],
    usage: "top [flags] [options]",
    subcommands: [nodes, pods])

  private static let nodes = Command(
    name: "node", aliases: ["nodes", "no"],
    summary: "Display resource (CPU/memory) usage of nodes",
    examples: [Example("All nodes", "kubectl top node"), Example("One of them", "kubectl top node podium")],
    usage: "top node [NAME | -l label] [options]",
    flags: [
      SharedFlags.noHeaders.row, SharedFlags.selector.row, showsCapacity.row, sortBy.row, hidden(protocolBuffers.row),
    ],
    arguments: .nodes, run: runNodes)

  private static let pods = Command(
    name: "pod", aliases: ["pods", "po"],
    summary: "Display resource (CPU/memory) usage of pods",
    examples: [
      Example("The pods of the namespace", "kubectl top pod"),
      Example("One pod and its containers", "kubectl top pod web --containers"),
      Example("Who needs most memory", "kubectl top pod -A --sort-by=memory"),
    ],
    usage: "top pod [NAME | -l label] [options]",
    flags: [
      SharedFlags.allNamespaces.row, containers.row, SharedFlags.fieldSelector.row, SharedFlags.noHeaders.row,
      SharedFlags.selector.row, sortBy.row, sum.row, hidden(protocolBuffers.row),
    ],
    arguments: .pods, run: runPods)

  private static func hidden(_ row: FlagRow) -> FlagRow {
    var row = row
    row.isHidden = true
    return row
  }

  /// Thousandths of processors, and bytes.
  private struct Use {
    var cpu: Int64 = 0
    var memory: Int64 = 0

    init() {}

    init(_ usage: Document?) {
      cpu = Quantity(usage?["cpu"]?.plainText ?? "0")?.milliValue ?? 0
      memory = Quantity(usage?["memory"]?.plainText ?? "0")?.value ?? 0
    }

    static func + (left: Use, right: Use) -> Use {
      var sum = Use()
      (sum.cpu, sum.memory) = (left.cpu + right.cpu, left.memory + right.memory)
      return sum
    }

    var cells: [String] { ["\(cpu)m", "\(memory / 1_048_576)Mi"] }
  }

  private struct Row {
    var namespace = ""
    var name: String
    var container = ""
    var use: Use
  }

  private static func check(_ invocation: Invocation) throws {
    if !["", "cpu", "memory"].contains(invocation[sortBy]) {
      throw Failure("--sort-by accepts only cpu or memory")
    }
    if invocation.arguments.count > 1 {
      throw Failure("\(invocation.path.last ?? "") [NAME | -l label]", helpFor: invocation.path)
    }
    if !invocation.arguments.isEmpty, !invocation.selectionQuery.isEmpty {
      throw Failure("only one of NAME or selector can be provided")
    }
  }

  /// The metrics of one object, or of those that the flags select.
  private static func fetch(
    _ resource: Resource, namespace: String?, _ invocation: Invocation
  ) async throws -> [Document] {
    let groups = try await invocation.calls.send("GET", "/apis")["groups"]?.listValue ?? []
    guard groups.contains(where: { $0["name"]?.stringValue == resource.group }) else {
      throw Failure("Metrics API not available")
    }
    let kind = ResourceKind(resource)
    if let name = invocation.arguments.first { return [try await invocation.calls.get(kind, namespace, name)] }
    return try await invocation.calls.list(kind, namespace, query: invocation.selectionQuery)["items"]?.listValue ?? []
  }

  private static func sorted(_ rows: [Row], _ invocation: Invocation) -> [Row] {
    rows.sorted { left, right in
      switch invocation[sortBy] {
      case "cpu" where left.use.cpu != right.use.cpu: left.use.cpu > right.use.cpu
      case "memory" where left.use.memory != right.use.memory: left.use.memory > right.use.memory
      default: (left.namespace, left.name) < (right.namespace, right.name)
      }
    }
  }

  /// Every cell ends its column, also the last one.
  private static func line(_ cells: [String]) -> String { cells.map { $0 + "\t" }.joined() + "\n" }

  // MARK: Nodes

  private static func runNodes(_ invocation: Invocation) async throws -> Int32 {
    try check(invocation)
    let metrics = try await fetch(NodeMetrics.resource, namespace: nil, invocation)
    if metrics.isEmpty { throw Failure("metrics not available yet") }
    let nodes = try await invocation.calls.listAll(ResourceKind(Node.resource), nil)
    let part = invocation[showsCapacity] ? "capacity" : "allocatable"
    var text = AlignedText.table
    if !invocation[SharedFlags.noHeaders] {
      text.write(line(["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]))
    }
    let rows = metrics.map { Row(name: $0["metadata"]?["name"]?.stringValue ?? "", use: Use($0["usage"])) }
    for row in sorted(rows, invocation) {
      let node = nodes.first { $0["metadata"]?["name"]?.stringValue == row.name }
      let whole = Use(node?["status"]?[part])
      func percent(_ used: Int64, of all: Int64) -> String { all > 0 ? "\(used * 100 / all)%" : "<unknown>" }
      text.write(
        line([
          row.name, row.use.cells[0], percent(row.use.cpu, of: whole.cpu), row.use.cells[1],
          percent(row.use.memory, of: whole.memory),
        ]))
    }
    try await invocation.io.print(text.take())
    return 0
  }

  // MARK: Pods

  private static func runPods(_ invocation: Invocation) async throws -> Int32 {
    try check(invocation)
    let isEverywhere = invocation[SharedFlags.allNamespaces]
    let namespace = isEverywhere && invocation.arguments.isEmpty ? nil : invocation.namespace
    let metrics = try await fetch(PodMetrics.resource, namespace: namespace, invocation)
    if metrics.isEmpty { return try await tellNothing(namespace, invocation) }
    let rows = sorted(metrics.map(row), invocation)
    var text = AlignedText.table
    let front = (isEverywhere ? ["NAMESPACE"] : []) + (invocation[containers] ? ["POD", "NAME"] : ["NAME"])
    if !invocation[SharedFlags.noHeaders] { text.write(line(front + ["CPU(cores)", "MEMORY(bytes)"])) }
    for row in rows {
      let place = isEverywhere ? [row.namespace] : []
      guard invocation[containers] else {
        text.write(line(place + [row.name] + row.use.cells))
        continue
      }
      let pod = metrics.first {
        $0["metadata"]?["name"]?.stringValue == row.name
          && ($0["metadata"]?["namespace"]?.stringValue ?? "") == row.namespace
      }
      let parts = (pod?["containers"]?.listValue ?? []).map {
        Row(name: $0["name"]?.stringValue ?? "", use: Use($0["usage"]))
      }
      for part in sorted(parts, invocation) { text.write(line(place + [row.name, part.name] + part.use.cells)) }
    }
    if invocation[sum] {
      let blanks = [String](repeating: "", count: front.count)
      text.write(line(blanks + ["________", "________"]))
      text.write(line(blanks + rows.reduce(Use()) { $0 + $1.use }.cells))
    }
    try await invocation.io.print(text.take())
    return 0
  }

  private static func row(_ metrics: Document) -> Row {
    Row(
      namespace: metrics["metadata"]?["namespace"]?.stringValue ?? "",
      name: metrics["metadata"]?["name"]?.stringValue ?? "",
      use: (metrics["containers"]?.listValue ?? []).reduce(Use()) { $0 + Use($1["usage"]) })
  }

  /// Pods that are there but were not measured yet are another matter than none.
  private static func tellNothing(_ namespace: String?, _ invocation: Invocation) async throws -> Int32 {
    let pods = try await invocation.calls.listAll(
      ResourceKind(Pod.resource), namespace, query: invocation.selectionQuery)
    if pods.isEmpty {
      await invocation.io.printError(
        namespace.map { "No resources found in \($0) namespace.\n" } ?? "No resources found\n")
      return 0
    }
    throw Failure("metrics not available yet")
  }
}

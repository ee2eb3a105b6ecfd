internal import Documents
internal import LocalCluster

/// `podium node …`: the machines of the cluster, as far as Podium plays them.
enum NodeVerb {
  private struct Action: Sendable {
    let name: String
    let argument: String
    let summary: String
    let run: @Sendable (ClusterLauncher, [String]) async throws -> Int32
  }

  private static let actions: [Action] = [
    Action(
      name: "list", argument: "[--json]", summary: "say which nodes there are, and how they are", run: list),
    Action(name: "add", argument: "[NAME]", summary: "add a node, and wait until it takes pods", run: add),
    Action(name: "stop", argument: "NAME", summary: "switch it off: it stays down, with all its pods", run: stop),
    Action(name: "start", argument: "NAME", summary: "switch it on again", run: start),
    Action(name: "kill", argument: "NAME", summary: "pull the plug for a moment: it starts again by itself", run: kill),
    Action(name: "remove", argument: "NAME", summary: "take it away for good, with its Node and its pods", run: remove),
    Action(
      name: "shell", argument: "[NAME] [-- COMMAND…]", summary: "look around in it, or run a command there", run: shell),
  ]

  static var summaries: [(name: String, summary: String)] { actions.map { ($0.name, $0.summary) } }

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let usage =
      (["Usage: podium node ACTION", ""]
      + actions.map { "  " + "\($0.name) \($0.argument)".padding(to: 28) + $0.summary }).joined(separator: "\n")
    guard let name = arguments.first else { throw UsageError("an action is missing\n" + usage) }
    if name == "--help" || name == "-h" {
      StandardOutput.print(usage)
      return 0
    }
    guard let action = actions.first(where: { $0.name == name }) else {
      throw UsageError("unknown action \"\(name)\"\(DidYouMean.text(name, actions.map(\.name)))\n" + usage)
    }
    let words = Array(arguments.dropFirst())
    let (least, most) = (action.argument == "NAME" ? 1 : 0, action.argument.isEmpty ? 0 : name == "shell" ? .max : 1)
    if words.count < least {
      throw UsageError("podium node \(name) needs the name of a node: podium node list tells them")
    }
    if words.count > most { throw UsageError("unexpected word \"\(words[most])\"") }
    let launcher = ClusterLauncher(paths: try settings.paths())
    try await launcher.ensureRunning()
    return try await action.run(launcher, words)
  }

  @Sendable
  private static func list(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    if let word = words.first, word != "--json" { throw UsageError("unexpected word \"\(word)\"") }
    if !words.isEmpty {
      StandardOutput.print(Document.list(try await launcher.nodes()).jsonText(indentedBy: 2))
      return 0
    }
    let rows =
      [["NAME", "STATE", "PROCESS", "POD ADDRESSES"]]
      + (try await launcher.nodes()).map { node in
        let isRunning = node["running"]?.boolValue == true
        return [
          node["name"]?.stringValue ?? "",
          isRunning ? "running" : node["stopped"]?.boolValue == true ? "stopped" : "starting",
          isRunning ? "\(node["pid"]?.integerValue ?? 0)" : "-", node["range"]?.stringValue ?? "",
        ]
      }
    StandardOutput.print(table: rows)
    return 0
  }

  @Sendable
  private static func add(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    let name = try await launcher.addNode(words.first)
    try await launcher.waitForNode(name)
    StandardOutput.print("Node \(name) is ready.")
    return 0
  }

  @Sendable
  private static func stop(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    try await launcher.change(node: words[0], .stop)
    StandardOutput.print(
      "Node \(words[0]) is off, and nothing told the cluster: it finds out when it has not heard of the node for 50 s.")
    return 0
  }

  @Sendable
  private static func start(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    try await launcher.change(node: words[0], .start)
    try await launcher.waitForNode(words[0])
    StandardOutput.print("Node \(words[0]) is ready.")
    return 0
  }

  @Sendable
  private static func kill(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    try await launcher.change(node: words[0], .kill)
    StandardOutput.print("Node \(words[0]) has lost its power, and starts again.")
    return 0
  }

  @Sendable
  private static func remove(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    try await launcher.change(node: words[0], .remove)
    StandardOutput.print("Node \(words[0]) is gone, and all that was on it.")
    return 0
  }

  /// On the terminal of whoever asks; the command's exit code becomes the program's.
  @Sendable
  private static func shell(_ launcher: ClusterLauncher, _ words: [String]) async throws -> Int32 {
    let name = words.first.flatMap { $0 == "--" ? nil : $0 }
    let rest = words.dropFirst(name == nil ? 0 : 1)
    if let word = rest.first, word != "--" {
      throw UsageError("unexpected word \"\(word)\": a command follows after --")
    }
    try await launcher.enter(node: name, command: Array(rest.dropFirst()))
  }
}

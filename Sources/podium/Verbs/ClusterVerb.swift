internal import Documents
internal import Glibc
internal import LocalCluster
internal import SystemIO

/// `podium cluster …`: the control plane's process and its nodes.
enum ClusterVerb {
  private struct Action: Sendable {
    let name: String
    let summary: String
    let run: @Sendable (ClusterPaths, [String]) async throws -> Int32
  }

  private static let actions: [Action] = [
    Action(name: "start", summary: "start it, if it does not run; --nodes N: with at least N nodes", run: start),
    Action(name: "status", summary: "say whether it runs, and where its files are; --json for programs", run: status),
    Action(name: "stop", summary: "end all its processes; objects stay in the store", run: stop),
    Action(name: "delete", summary: "stop it and remove everything that it has stored", run: delete),
    Action(name: "kubeconfig", summary: "print a kubeconfig for stock kubectl and other tools", run: kubeconfig),
    Action(name: "serve", summary: "be the control plane, in the foreground", run: serve),
  ]

  static var summaries: [(name: String, summary: String)] { actions.map { ($0.name, $0.summary) } }

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let usage = (["Usage: podium cluster ACTION", ""] + actions.map { "  " + $0.name.padding(to: 12) + $0.summary })
      .joined(separator: "\n")
    guard let name = arguments.first else { throw UsageError("an action is missing\n" + usage) }
    if name == "--help" || name == "-h" {
      StandardOutput.print(usage)
      return 0
    }
    guard let action = actions.first(where: { $0.name == name }) else {
      throw UsageError(
        "unknown action \"\(name)\"\(DidYouMean.text(name, actions.map(\.name)))\n" + usage)
    }
    return try await action.run(settings.paths(), Array(arguments.dropFirst()))
  }

  @Sendable
  private static func start(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    let count = try nodeCount(arguments)
    let launcher = ClusterLauncher(paths: paths)
    let wasRunning = await launcher.isRunning()
    if wasRunning && count == nil {
      StandardOutput.print("The cluster \"\(paths.cluster)\" is running.")
      return 0
    }
    try await launcher.ensureRunning()
    if let count {
      for _ in 0..<max(0, count - (try await launcher.nodes().count)) { _ = try await launcher.addNode(nil) }
    }
    try await launcher.waitForAllNodes()
    let nodes = try await launcher.nodes()
    let stopped = nodes.count { $0["stopped"]?.boolValue == true }
    let state = nodes.count == 1 ? "its node is ready" : "its \(nodes.count) nodes are ready"
    StandardOutput.print(
      "The cluster \"\(paths.cluster)\" \(wasRunning ? "is running" : "has started"); "
        + (stopped == 0 ? state : "\(stopped) of its nodes stopped: see podium node list") + ".")
    return 0
  }

  private static func nodeCount(_ arguments: [String]) throws -> Int? {
    guard let option = arguments.first else { return nil }
    let words = option.split(separator: "=", maxSplits: 1).map(String.init) + arguments.dropFirst()
    guard words[0] == "--nodes", words.count <= 2 else {
      throw UsageError("unexpected word \"\(words[0] == "--nodes" ? words[2] : option)\"")
    }
    guard words.count == 2, let count = Int(words[1]), (1...256).contains(count) else {
      throw UsageError("--nodes takes a number from 1 to 256")
    }
    return count
  }

  @Sendable
  private static func status(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    let isForPrograms = arguments.first == "--json"
    try nothingMore(Array(arguments.dropFirst(isForPrograms ? 1 : 0)))
    let status = await ClusterLauncher(paths: paths).status()
    if isForPrograms {
      var document: Document = [
        "cluster": .string(paths.cluster), "running": .bool(status != nil), "state": .string(paths.state),
        "socket": .string(paths.apiSocket),
      ]
      for key in ["pid", "started", "server", "nodes"] { document[key] = status?[key] }
      StandardOutput.print(document.jsonText(indentedBy: 2))
      return status == nil ? 3 : 0
    }
    var lines: [String] = []
    func add(_ name: String, _ value: String) { lines.append((name + ":").padding(to: 14) + value) }
    add("cluster", paths.cluster)
    if let status {
      add("control plane", "running, process \(status["pid"]?.integerValue ?? 0)")
      add("started", status["started"]?.stringValue ?? "")
      for node in status["nodes"]?.listValue ?? [] {
        let isRunning = node["running"]?.boolValue == true
        add(
          "node",
          "\(node["name"]?.stringValue ?? "") "
            + (isRunning ? "running, process \(node["pid"]?.integerValue ?? 0)" : "not running"))
      }
      if let server = status["server"]?.stringValue { add("server", server) }
    } else {
      add("control plane", "not running")
    }
    add("state", paths.state)
    add("socket", paths.apiSocket)
    StandardOutput.print(lines.joined(separator: "\n"))
    return status == nil ? 3 : 0
  }

  @Sendable
  private static func stop(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    try nothingMore(arguments)
    let wasRunning = try await ClusterLauncher(paths: paths).stop()
    StandardOutput.print("The cluster \"\(paths.cluster)\" \(wasRunning ? "has stopped" : "was not running").")
    return 0
  }

  @Sendable
  private static func delete(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    try nothingMore(arguments)
    try await ClusterLauncher(paths: paths).delete()
    StandardOutput.print("The cluster \"\(paths.cluster)\" and all that it had stored is gone.")
    return 0
  }

  @Sendable
  private static func kubeconfig(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    try nothingMore(arguments)
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    StandardOutput.write(try await launcher.kubeconfig(), to: 1)
    return 0
  }

  /// Started by the launcher with a pipe, on which it hears that the API answers or why it does not.
  ///
  /// `--without-nodes` serves the objects only: pods stay Pending.
  @Sendable
  private static func serve(_ paths: ClusterPaths, _ arguments: [String]) async throws -> Int32 {
    var readiness: Descriptor?
    var owner: Descriptor?
    var withNodes = true
    var words = arguments[...]
    while let word = words.popFirst() {
      if word == "--ready-descriptor", let number = words.popFirst().flatMap({ Int32($0) }) {
        readiness = Descriptor(adopting: number, name: "readiness pipe")
      } else if word == "--owner-descriptor", let number = words.popFirst().flatMap({ Int32($0) }) {
        owner = Descriptor(adopting: number, name: "lifeline of whoever wants this cluster")
      } else if word == "--without-nodes" {
        withNodes = false
      } else {
        try nothingMore([word])
      }
    }
    do {
      try await ControlPlane.serve(paths, withNodes: withNodes, owner: owner) { remark in
        if let readiness {
          StandardOutput.write("ready\n\(remark ?? "")", to: readiness.number)
          readiness.close()
        }
      }
      return 0
    } catch {
      if let readiness, !readiness.isClosed { StandardOutput.write("\(error)", to: readiness.number) }
      throw error
    }
  }

  private static func nothingMore(_ arguments: [String]) throws {
    if let word = arguments.first { throw UsageError("unexpected word \"\(word)\"") }
  }
}

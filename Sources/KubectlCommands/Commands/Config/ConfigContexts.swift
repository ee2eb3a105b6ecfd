internal import Documents
internal import KubernetesAPI

/// The subcommands of `kubectl config` about contexts.
enum ConfigContexts {
  static let output = Flag.text("output", short: "o", values: .oneOf(["name"]), "Print only the names: name.")
  static let current = Flag.boolean("current", "Change the context that is in use.")

  static let currentCommand = Command(
    name: "current-context", summary: "Display the current-context",
    examples: [Example("Which context is in use", "kubectl config current-context")],
    usage: "config current-context [flags] [options]", isOffline: true,
    run: { invocation in
      guard let name = try await invocation.configFiles().currentContext else {
        throw Failure("current-context is not set")
      }
      try await invocation.io.print(name + "\n")
      return 0
    })

  static let getCommand = Command(
    name: "get-contexts", summary: "Describe one or many contexts",
    examples: [
      Example("All contexts", "kubectl config get-contexts"),
      Example("Their names only", "kubectl config get-contexts -o name"),
    ],
    usage: "config get-contexts [(-o|--output=)name)] [options]", flags: [SharedFlags.noHeaders.row, output.row],
    arguments: .contexts, isOffline: true, run: get)

  private static func get(_ invocation: Invocation) async throws -> Int32 {
    let format = invocation[output]
    guard format.isEmpty || format == "name" else {
      throw Failure(
        "--output \(format) is not available in kubectl config get-contexts; resetting to default output format")
    }
    let files = try await invocation.configFiles()
    let known = files.entries(.contexts)
    var names = known.map(\.name)
    var missing: [any Error] = []
    if !invocation.arguments.isEmpty {
      names = known.map(\.name).filter(invocation.arguments.contains)
      missing = invocation.arguments.filter { word in !known.contains { $0.name == word } }
        .map { Failure("context \($0) not found") }
    }
    var text = AlignedText.table
    if !invocation[SharedFlags.noHeaders], format.isEmpty {
      text.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n")
    }
    for name in names {
      if format == "name" {
        text.write(name + "\n")
        continue
      }
      let context = files.entry(.contexts, name)
      func field(_ key: String) -> String { context?[key]?.stringValue ?? "" }
      let mark = name == files.currentContext ? "*" : ""
      text.write("\(mark)\t\(name)\t\(field("cluster"))\t\(field("user"))\t\(field("namespace"))\n")
    }
    try await invocation.io.print(text.take())
    try Failures.throwIfAny(missing)
    return 0
  }

  static let useCommand = Command(
    name: "use-context", aliases: ["use"], summary: "Set the current-context in a kubeconfig file",
    examples: [Example("Work with another cluster", "kubectl config use-context podium")],
    usage: "config use-context CONTEXT_NAME [options]", arguments: .contexts, isOffline: true,
    run: { invocation in
      try await invocation.requireArguments(1)
      let name = invocation.arguments[0]
      if name.isEmpty { throw Failure("empty context names are not allowed") }
      var files = try await invocation.configFiles()
      guard files.entry(.contexts, name) != nil else { throw Failure("no context exists with the name: \"\(name)\"") }
      files.setCurrentContext(name)
      return try await invocation.write(files, "Switched to context \"\(name)\".")
    })

  static let setCommand = Command(
    name: "set-context", summary: "Set a context entry in kubeconfig",
    details: ["What is not given stays as it is."],
    examples: [
      Example("Work in another namespace from now on", "kubectl config set-context --current --namespace=shop"),
      Example(
        "One more context of the same cluster", "kubectl config set-context shop --cluster=podium --namespace=shop"),
    ],
    usage:
      "config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]",
    flags: [current.row], arguments: .contexts, isOffline: true, run: set)

  private static func set(_ invocation: Invocation) async throws -> Int32 {
    if invocation.arguments.count > 1 { try await invocation.requireArguments(1) }
    let given = invocation.arguments.first ?? ""
    if given.isEmpty, !invocation[current] { throw Failure("you must specify a non-empty context name or --current") }
    if !given.isEmpty, invocation[current] { throw Failure("you cannot specify both a context name and --current") }
    var files = try await invocation.configFiles()
    guard let name = given.isEmpty ? files.currentContext : given else { throw Failure("no current context is set") }
    let known = files.entry(.contexts, name)
    var context: Document = known ?? ["cluster": "", "user": ""]
    for (flag, key) in [
      (SharedFlags.cluster, "cluster"), (SharedFlags.user, "user"), (SharedFlags.namespace, "namespace"),
    ]
    where invocation.isGiven(flag) {
      let value = invocation[flag]
      context[key] = value.isEmpty && key == "namespace" ? nil : .string(value)
    }
    files.set(.contexts, name, context)
    return try await invocation.write(files, "Context \"\(name)\" \(known == nil ? "created" : "modified").")
  }

  static let renameCommand = Command(
    name: "rename-context", summary: "Rename a context from the kubeconfig file",
    details: ["A context that is in use stays in use."],
    examples: [Example("Another name", "kubectl config rename-context old new")],
    usage: "config rename-context CONTEXT_NAME NEW_NAME [options]", arguments: .contexts, isOffline: true, run: rename)

  private static func rename(_ invocation: Invocation) async throws -> Int32 {
    try await invocation.requireArguments(2)
    let (old, new) = (invocation.arguments[0], invocation.arguments[1])
    if new.isEmpty { throw Failure("You must specify a new non-empty context name") }
    var files = try await invocation.configFiles()
    guard let context = files.entry(.contexts, old) else {
      throw Failure("cannot rename the context \"\(old)\", it's not in \(files.defaultPath)")
    }
    if files.entry(.contexts, new) != nil {
      throw Failure(
        "cannot rename the context \"\(old)\", the context \"\(new)\" already exists in \(files.defaultPath)")
    }
    let isCurrent = files.currentContext == old
    files.set(.contexts, old, nil)
    files.set(.contexts, new, context)
    if isCurrent { files.setCurrentContext(new) }
    return try await invocation.write(files, "Context \"\(old)\" renamed to \"\(new)\".")
  }

  static let deleteCommand = Command(
    name: "delete-context", summary: "Delete the specified context from the kubeconfig",
    examples: [Example("A context that is not needed any more", "kubectl config delete-context shop")],
    usage: "config delete-context NAME [options]", arguments: .contexts, isOffline: true,
    run: { invocation in
      let isCurrent = try await invocation.configFiles().currentContext == invocation.arguments.first
      let code = try await ConfigEntries.delete(.contexts, invocation)
      if isCurrent {
        await invocation.io.printError(
          "warning: this removed your active context, use \"kubectl config use-context\" to select a different one\n")
      }
      return code
    })
}

public import Documents

/// `kubectl config`: which clusters there are, which of them is meant, and which namespace.
enum Config {
  static let command = Command(
    name: "config", group: .settings,
    summary: "Modify kubeconfig files",
    details: [
      "The configuration is a list of files, of which the first that knows a name counts: the one of this program's own "
        + "cluster, then those that the variable KUBECONFIG names, joined with colons, else ~/.kube/config. With "
        + "--kubeconfig it is that file alone. A change is written where the entry is, new entries into the first file."
    ],
    usage: "config SUBCOMMAND [options]",
    subcommands: [
      ConfigContexts.currentCommand, ConfigEntries.deleteClusterCommand, ConfigContexts.deleteCommand,
      ConfigEntries.deleteUserCommand, ConfigEntries.getClustersCommand, ConfigContexts.getCommand,
      ConfigEntries.getUsersCommand, ConfigContexts.renameCommand, ConfigProperty.setCommand,
      ConfigEntries.setClusterCommand, ConfigContexts.setCommand, ConfigEntries.setCredentialsCommand,
      ConfigProperty.unsetCommand, ConfigContexts.useCommand, ConfigView.command,
    ])
}

extension Invocation {
  /// The configuration as files; without any, what is known of the one cluster.
  func configFiles() async throws -> ConfigFiles {
    guard let places = context.configPlaces(self[SharedFlags.kubeconfig]) else {
      return ConfigFiles(only: context.cluster.configuration)
    }
    let files = try ConfigFiles(places, workingDirectory: context.workingDirectory)
    await tellLoaded(files)
    return files
  }

  /// Writes the files and says what has been done.
  func write(_ files: ConfigFiles, _ message: String) async throws -> Int32 {
    if context.configPlaces(self[SharedFlags.kubeconfig]) == nil {
      throw Failure("there is no configuration file here: name one with --kubeconfig")
    }
    try files.write()
    try await io.print(message + "\n")
    return 0
  }

  /// `-v=6` tells of each file.
  func tellLoaded(_ files: ConfigFiles) async {
    if self[SharedFlags.verbosity] < 6 { return }
    for file in files.files where file.isOnDisk {
      await log("loader.go:402", "Config loaded from file:  \(file.path)")
    }
  }

  /// A line as kubectl logs it.
  func log(_ place: String, _ message: String) async {
    await io.printError(LogLine.text("I", place, message, context.now()))
  }

  /// Refuses another number of arguments with the command's own page, as these commands do.
  func requireArguments(_ count: Int, complaint: String = "Unexpected args") async throws {
    if arguments.count == count { return }
    try await printPage()
    throw Failure("\(complaint): [\(arguments.joined(separator: " "))]")
  }

  func printPage() async throws {
    try await io.print(HelpText(root: CommandTable.root).page(for: command, path: path))
  }
}

extension ClusterConnection {
  /// A configuration that says no more than what the connection is called.
  public var configuration: Document {
    let name = Document.string(contextName)
    var context: Document = ["cluster": name, "user": name]
    if namespace != "default" { context["namespace"] = .string(namespace) }
    return [
      "apiVersion": "v1", "clusters": [["cluster": ["server": .string(server)], "name": name]],
      "contexts": [["context": context, "name": name]], "current-context": name, "kind": "Config",
      "preferences": [:], "users": [["name": name, "user": [:]]],
    ]
  }
}

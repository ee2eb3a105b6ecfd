internal import Documents
internal import KubernetesAPI

/// `kubectl config`: which cluster, which namespace.
enum Config {
  static let command = Command(
    name: "config",
    summary: "Modify kubeconfig files",
    usage: "config SUBCOMMAND [options]",
    subcommands: [
      Command(
        name: "current-context", summary: "Display the current-context",
        usage: "config current-context [flags] [options]",
        run: { invocation in
          try await invocation.io.print(invocation.context.cluster.contextName + "\n")
          return 0
        }),
      Command(
        name: "get-contexts", summary: "Describe one or many contexts",
        usage: "config get-contexts [options]",
        run: { invocation in
          let cluster = invocation.context.cluster
          var text = AlignedText.table
          text.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n")
          let shownNamespace = cluster.namespace == "default" ? "" : cluster.namespace
          text.write("*\t\(cluster.contextName)\t\(cluster.contextName)\t\(cluster.contextName)\t\(shownNamespace)\n")
          try await invocation.io.print(text.take())
          return 0
        }),
      Command(
        name: "view", summary: "Display merged kubeconfig settings or a specified kubeconfig file",
        usage: "config view [flags] [options]",
        flags: [minify.row, raw.row, flatten.row] + SharedFlags.objectOutput,
        run: view),
    ])

  static let minify = Flag.boolean("minify", "Only what belongs to the current context.")
  static let raw = Flag.boolean("raw", "Show secrets as they are.")
  static let flatten = Flag.boolean("flatten", "Put the contents of named files in.")

  private static func view(_ invocation: Invocation) async throws -> Int32 {
    let cluster = invocation.context.cluster
    let name = Document.string(cluster.contextName)
    var context: Document = ["cluster": name, "user": name]
    if cluster.namespace != "default" { context["namespace"] = .string(cluster.namespace) }
    let document: Document = [
      "apiVersion": "v1",
      "clusters": [["cluster": ["server": .string(cluster.server)], "name": name]],
      "contexts": [["context": context, "name": name]],
      "current-context": name, "kind": "Config", "preferences": [:],
      "users": [["name": name, "user": [:]]],
    ]
    var printer = try invocation.objectPrinter() ?? ObjectPrinter(.yaml)
    try await invocation.io.print(try printer.text(document))
    return 0
  }
}

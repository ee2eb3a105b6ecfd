internal import ClusterClient
internal import KubernetesAPI

/// kubectl, as a function: words in, text out, an exit code back.
public struct Kubectl {
  /// Its verbs, in the order in which help lists them.
  public static let verbs = CommandTable.root.subcommands.map { KubectlCompletion($0.name, $0.summary) }

  /// Runs one command. Cancelling the task is ^C: the command ends, with the exit code that a shell gives then.
  public static func run(
    _ arguments: [String], context: KubectlContext, io: some CommandIO
  ) async -> Int32 {
    var server = context.cluster.server
    var verbosity = 0
    var (context, namespace) = (context, "")
    do {
      if arguments.first == ShellCompletion.question {
        if let chosen = try? context.chosenCluster() { context.cluster = chosen }
        return try await CompletionScript.answer(Array(arguments.dropFirst()), context, io)
      }
      if let plugin = arguments.first.flatMap({ context.plugins[$0] }) {
        try await context.prepare?(context.cluster)
        return await plugin(Array(arguments.dropFirst()), context, io)
      }
      let parser = CommandLineParser(root: CommandTable.root, globalFlags: SharedFlags.global)
      let parsed = try parser.parse(arguments)
      var invocation = Invocation(
        command: parsed.command, path: parsed.path, arguments: parsed.arguments,
        argumentsBeforeDashes: parsed.argumentsBeforeDashes, given: parsed.given, context: context, io: io)
      if parsed.wantsHelp || parsed.path.isEmpty {
        try await io.print(HelpText(root: CommandTable.root).page(for: parsed.command, path: parsed.path))
        return 0
      }
      guard let run = parsed.command.run else {
        await io.printError(HelpText(root: CommandTable.root).page(for: parsed.command, path: parsed.path))
        return 1
      }
      verbosity = invocation[SharedFlags.verbosity]
      try await Connecting.apply(to: &invocation)
      server = invocation.context.cluster.server
      namespace = invocation.namespace
      context.cluster = invocation.context.cluster
      let code = try await run(invocation)
      return Task.isCancelled ? 130 : code
    } catch is OutputClosed {
      return 141
    } catch {
      if Task.isCancelled || error is CancellationError { return 130 }
      if verbosity >= 4, let error = error as? StatusError, !error.isConnectionFailure {
        let answer = error.status.document().jsonText(indentedBy: 2)
        await io.printError(
          LogLine.text("I", "helpers.go:246", "server response object: %s[\(answer)]", context.now()))
      }
      let failure = Failure(error, server: server)
      if !failure.text.isEmpty { await io.printError(failure.text + "\n") }
      if context.remarksOnTypingErrors,
        let remark = await Correction.remark(on: error, namespace: namespace, context)
      {
        await io.printError(remark)
      }
      return failure.exitCode
    }
  }
}

/// Thrown by a `CommandIO` whose reader has gone away, as in `get pods | head -1`.
public struct OutputClosed: Error {
  public init() {}
}

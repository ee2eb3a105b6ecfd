internal import Console
internal import KubectlCommands
internal import LocalCluster

/// `podium kubectl …`: one command, as a whole program.
enum KubectlVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let paths = try settings.paths()
    // A command that names another cluster does not need this one.
    let namesAnother = arguments.contains { word in
      ["--kubeconfig", "--context", "--server", "-s"].contains { word == $0 || word.hasPrefix($0 + "=") }
    }
    if !namesAnother { try await ClusterLauncher(paths: paths).ensureUsable() }
    let context = LocalConnection.context(paths)
    return await SingleCommand.run(appearance: settings.appearance) { session in
      .continue(
        exitCode: await Kubectl.run(arguments, context: context, io: StreamsIO(streams: CommandStreams(session))))
    }
  }
}

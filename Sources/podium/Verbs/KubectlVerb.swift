internal import Console
internal import KubectlCommands
internal import LocalCluster
internal import SystemIO

/// `podium kubectl …`: one command, as a whole program.
enum KubectlVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let paths = try settings.paths()
    let context = LocalConnection.chosenContext(paths, namespace: Environment["PODIUM_NAMESPACE"])
    return await SingleCommand.run(appearance: settings.appearance) { session in
      .continue(
        exitCode: await Kubectl.run(arguments, context: context, io: StreamsIO(streams: CommandStreams(session))))
    }
  }
}

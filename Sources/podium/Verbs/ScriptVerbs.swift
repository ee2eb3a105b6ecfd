internal import Console
internal import LocalCluster
internal import SystemIO

/// `podium shell -c LINES` and `podium run FILE`: the prompt's language without the prompt.
enum ScriptVerbs {
  @Sendable
  static func shell(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    if arguments.isEmpty { return try await PromptVerb.run(settings, []) }
    guard arguments.count == 2, arguments[0] == "-c" else {
      throw UsageError("podium shell -c 'COMMANDS' runs them; without -c it opens the prompt")
    }
    return try await run(arguments[1], settings)
  }

  @Sendable
  static func runFile(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.count == 1, let file = arguments.first else {
      throw UsageError("podium run FILE runs the commands in the file; - is standard input")
    }
    if file == "-" { return try await PromptVerb.run(settings, []) }
    return try await run(try Files.readText(file), settings)
  }

  /// Runs lines one after the other; the exit code is that of the last one.
  private static func run(_ text: String, _ settings: Settings) async throws -> Int32 {
    let paths = try settings.paths()
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    KubectlLink.make(paths)
    let packs = try PackShelf.packs(settings)
    let shell = Shell(commands: PromptCommands(paths: paths, packs: packs, tutor: nil), isInteractive: false)
    let code = await SingleCommand.run(appearance: settings.appearance) { await shell.run(text, in: $0) }
    await shell.endJobs()
    return code
  }
}

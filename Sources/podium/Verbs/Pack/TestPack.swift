internal import Documents
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

extension PackVerb {
  static let test = VerbAction(
    name: "test", usage: " DIR [--json | --junit FILE] [--lesson ID]… [--repeat N] [--order ORDER] [--update]",
    summary: "prove that each condition is false before its step and true after",
    details: """
      Plays the lessons of a pack in every way that matters, in a cluster of its own that is gone afterwards. The exit code
      is 0 when the pack proves itself, and 1 otherwise.

        --json         print the report as JSON, and what is being done on standard error
        --junit FILE   write the report to FILE as JUnit's XML
        --lesson ID    prove this lesson only; may be given several times
        --repeat N     prove each lesson N times, from 1 to 100
        --order ORDER  prove one lesson after another: listed, reversed or shuffled; all side by side without it
        --seed N       shuffle in the same order again
        --update       write what commands print into the lessons' files, where it is something else than they show
        --frozen       never write into the lessons' files; this is so without --update as well
      """,
    options: [
      "--json": "", "--junit": "FILE", "--lesson": "ID", "--repeat": "N", "--order": "ORDER", "--seed": "N",
      "--update": "", "--frozen": "",
    ]
  ) { _, arguments in
    let path = try arguments.only("the folder of a pack")
    // Nobody waits for a cluster to hear that the pack cannot be read.
    let pack = try PackSource.load(path)
    var options = PackTest.Options()
    options.lessons = arguments.all("--lesson")
    if let text = arguments["--repeat"] {
      guard let number = Int(text), (1...100).contains(number) else {
        throw UsageError("--repeat takes a number from 1 to 100, not \"\(text)\"")
      }
      options.times = number
    }
    options.order = try order(arguments)
    options.updatesOutputs = arguments.has("--update")
    if options.updatesOutputs, arguments.has("--frozen") {
      throw UsageError("--update writes into the lessons' files, and --frozen forbids it: choose one of them")
    }
    if options.updatesOutputs, !Files.isDirectory(path) {
      throw UsageError("--update writes into the lessons' files, and \(path) is no folder")
    }
    for id in options.lessons where pack.lesson(id) == nil {
      throw UsageError("the pack has no lesson \"\(id)\"\(DidYouMean.text(id, pack.lessons.map(\.id)))")
    }
    return try await prove(path, options, isJSON: arguments.has("--json"), junit: arguments["--junit"])
  }

  private static func order(_ arguments: ActionArguments) throws -> LessonOrder {
    var seed: UInt64?
    if let text = arguments["--seed"] {
      guard let number = UInt64(text) else { throw UsageError("--seed takes a number, not \"\(text)\"") }
      seed = number
    }
    switch arguments["--order"] {
    case nil where seed == nil: return .together
    case "listed" where seed == nil: return .listed
    case "reversed" where seed == nil: return .reversed
    case "shuffled": return .shuffled(seed: seed ?? UInt64.random(in: 0..<1_000_000))
    case nil, "listed", "reversed": throw UsageError("--seed belongs to --order shuffled")
    case let other?: throw UsageError("--order is listed, reversed or shuffled, not \"\(other)\"")
    }
  }

  /// Nobody's cluster is touched, and whatever the pack does is gone afterwards.
  private static func prove(
    _ path: String, _ options: PackTest.Options, isJSON: Bool, junit: String?
  ) async throws -> Int32 {
    let paths = try ClusterPaths.resolve(cluster: "pack-test-\(getpid())")
    let launcher = try ClusterLauncher(temporary: paths)
    do {
      let pack = try OpenedPacks.load(path, paths)
      try await launcher.ensureRunning()
      try await launcher.waitForReadyNode()
      let say: @Sendable (String) async -> Void = { line in
        if isJSON { StandardOutput.printError(line) } else { StandardOutput.print(line) }
      }
      try await PackImageSupply(pack).supply(paths, report: say)
      if options.order != .together { await say("The lessons are proved \(options.order).") }
      let context = try LessonFiles.context(paths)
      let test = PackTest(pack, options, context: { try LessonFiles.context(context, for: $0) }, say: say)
      let report = await test.run()
      try await launcher.delete()
      for line in try rewrite(report.updates) { await say(line) }
      if let junit { try Files.write(Array(report.junit.utf8), to: junit) }
      StandardOutput.print(isJSON ? report.json.jsonText(indentedBy: 2) : report.text.joined(separator: "\n"))
      return report.isProved ? 0 : 1
    } catch {
      try? await launcher.delete()
      throw error
    }
  }

  /// Writes outputs into their files, all of a file at once, and tells where.
  private static func rewrite(_ updates: [OutputUpdate]) throws -> [String] {
    var told: [String] = []
    for (file, own) in Dictionary(grouping: updates, by: \.file).sorted(by: { $0.key < $1.key }) {
      let text = try OutputUpdate.apply(own, to: try Files.readText(file))
      try Files.replace(file, with: Array(text.utf8), mode: try Files.mode(of: file))
      told += own.sorted { $0.line < $1.line }.map { "\(file):\($0.line): the output is rewritten" }
    }
    return told
  }
}

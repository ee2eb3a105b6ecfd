internal import ClusterClient
internal import KubectlCommands
internal import KubernetesAPI
internal import Synchronization

/// Runs the lines that a lesson's author wrote: kubectl commands in the lesson's namespace, with the files of its pack.
///
/// A pack is data from anywhere, so nothing in it runs a program of this machine, reads or writes a file outside of its
/// folders, or reaches another namespace.
public struct LessonCommands: Sendable {
  private var context: KubectlContext
  private let namespace: String
  let variables: LessonVariables

  /// - Parameters:
  ///   - context: How the cluster is reached; its working directory is where files may be written.
  ///   - files: The pack's folder of files.
  init(_ context: KubectlContext, namespace: String, files: String, _ variables: LessonVariables) {
    self.variables = variables
    let client = context.cluster.client
    var context = context
    context.cluster.client = ClusterClient(
      endpoint: NamespaceGuard(endpoint: client.endpoint, namespace: namespace), userAgent: client.userAgent,
      user: client.user)
    context.cluster.namespace = namespace
    context.searchFolders = [files]
    context.fillManifest = { variables.fill($0) }
    context.confinement = [context.workingDirectory, files]
    context.configuration = nil
    context.open = nil
    context.serve = nil
    context.fetch = nil
    context.variables = [:]
    self.context = context
    self.namespace = namespace
  }

  /// The same commands, whose objects arrive changed.
  func changing(_ mutation: ObjectMutation) -> LessonCommands {
    var commands = self
    let client = context.cluster.client
    commands.context.cluster.client = ClusterClient(
      endpoint: MutatingEndpoint(endpoint: client.endpoint, mutation: mutation), userAgent: client.userAgent,
      user: client.user)
    return commands
  }

  /// The verbs that do their work without the help of this machine's programs, ports or settings.
  static let verbs: Set<String> = [
    "annotate", "api-resources", "apply", "autoscale", "cluster-info", "cp", "create", "delete", "describe",
    "events", "exec", "explain", "expose", "get", "label", "logs", "patch", "replace", "rollout", "run", "scale", "set",
    "top", "version", "wait", "debug",
  ]

  /// Words of the prompt besides kubectl's, which the program adds as plug-ins.
  static let sights: Set<String> = ["anatomy", "timeline", "trace", "why"]

  /// What is wrong with a line before anybody runs it; nil when it can be run.
  static func problem(_ line: String) -> String? {
    do {
      var words = try words(line)
      // What is traced is a command like any other.
      if words.first == "trace" {
        words = Array(words.dropFirst().drop { ["-v", "--json"].contains($0) })
        if words.first == "kubectl" || words.first == "k" { words.removeFirst() }
        if words.first.map({ sights.contains($0) || $0 == "sleep" }) ?? true { return "trace needs a kubectl command" }
      }
      guard let verb = words.first else { return "an empty command" }
      if verb == "sleep" {
        return words.count == 2 && Double(words[1]).map { (0...600).contains($0) } == true
          ? nil : "sleep needs a number of seconds"
      }
      let known = verbs.union(sights)
      if !known.contains(verb) {
        return "a lesson cannot run \"\(verb)\": expected sleep or one of \(known.sorted().joined(separator: ", "))"
      }
      if let flag = words.first(where: { endless[verb]?.contains($0) == true }) {
        return "\(verb) \(flag) does not end by itself: leave out \(flag)"
      }
      for sign in ["|", ">", "<", ">>", "&&", "||", ";", "&"] where words.contains(sign) {
        return "a lesson's commands have no \(sign): write each on a line of its own"
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Flags by which a command waits for what comes for ever.
  private static let endless: [String: Set<String>] = [
    "logs": ["-f", "--follow"], "get": ["-w", "--watch", "--watch-only"], "events": ["-w", "--watch"],
  ]

  /// The words of a line, without `kubectl`.
  static func words(_ line: String) throws -> [String] {
    var words = try CommandWords.split(line)
    if words.first == "kubectl" || words.first == "k" { words.removeFirst() }
    return words
  }

  public func run(_ line: String) async -> CommandOutcome {
    let line = variables.fill(line)
    if let problem = Self.problem(line) { return CommandOutcome(exitCode: 2, output: "error: \(problem)\n") }
    guard let words = try? Self.words(line) else { return CommandOutcome(exitCode: 2, output: "") }
    if words[0] == "sleep" {
      try? await Task.sleep(for: .seconds(Double(words[1]) ?? 0))
      return CommandOutcome(exitCode: 0, output: "")
    }
    return await run(words)
  }

  /// What follows a log or waits for a condition may never end by itself.
  var patience = Duration.seconds(300)

  private func run(_ words: [String]) async -> CommandOutcome {
    let io = KeptOutput()
    return await withTaskGroup(of: CommandOutcome?.self) { group in
      group.addTask { [context] in
        let code = await Kubectl.run(words, context: context, io: io)
        return CommandOutcome(exitCode: code, output: io.text)
      }
      group.addTask { [patience] in
        do {
          try await Task.sleep(for: patience)
        } catch {
          return nil
        }
        return CommandOutcome(
          exitCode: 124,
          output: io.text + "error: the command has not ended for \(patience.components.seconds) s\n")
      }
      defer { group.cancelAll() }
      while let outcome = await group.next() {
        if let outcome { return outcome }
      }
      return CommandOutcome(exitCode: 124, output: io.text)
    }
  }
}

/// Output and errors together, in the order in which they were written; nothing to read.
private final class KeptOutput: CommandIO {
  private let bytes = Mutex<[UInt8]>([])

  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
  var terminal: (any CommandTerminal)? { nil }

  func write(_ more: [UInt8]) async throws { bytes.withLock { if $0.count < 1 << 22 { $0 += more } } }
  func writeError(_ more: [UInt8]) async { bytes.withLock { if $0.count < 1 << 22 { $0 += more } } }
  func read() async throws -> [UInt8]? { nil }
}

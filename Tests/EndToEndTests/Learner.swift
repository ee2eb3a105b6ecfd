import Glibc
import SystemIO
import TestSupport
import Testing

/// Somebody who uses the program: an account, a home that exists only as long as the test, and a cluster in it.
struct Learner: Sendable {
  /// Holds everything that the program stores; short, since sockets are in it.
  let home: String
  /// The home's last component, so that whatever leaks bears this name.
  let cluster: String
  let account: Account

  /// The folder of the package, with its lessons and manifests.
  static let checkout = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
  static let firstPod = checkout + "/Manifests/first-pod.yaml"

  /// The end of the prompt, whatever the namespace and the lesson.
  static let prompt: TextPattern = "pod-<...>/<...>>"

  /// Runs the body with a new learner; whatever happens, the cluster is deleted afterwards and the home is gone.
  static func with(_ account: Account = .own, _ body: (Learner) async throws -> Void) async throws {
    let learner = try Learner(account)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body(learner))
    } catch {
      let log = try? Files.readText(learner.state + "/cluster.log")
      Issue.record("what the control plane said until then:\n\(log ?? "nothing")")
      outcome = .failure(error)
    }
    // In a task of its own: a test whose time is over is cancelled, and must clean up all the same.
    try await Task { try await learner.leave() }.value
    try outcome.get()
  }

  private init(_ account: Account) throws {
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    cluster = "pod-" + String((0..<6).map { _ in letters.randomElement()! })
    home = "/tmp/" + cluster
    self.account = account
    for folder in ["", "/home", "/runtime"] {
      try Files.makeDirectories(home + folder)
      account.own(home + folder)
    }
  }

  private func leave() async throws {
    let answer = try await podium("cluster", "delete")
    #expect(answer.end == .exited(0), "\(answer.error)")
    #expect(try Files.list(home + "/state/podium") == [])
    #expect(try Files.list(home + "/runtime/podium") == [])
    try Files.removeTree(home)
  }

  var state: String { "\(home)/state/podium/\(cluster)" }

  var environment: [String: String] {
    [
      "HOME": home + "/home", "XDG_STATE_HOME": home + "/state", "XDG_DATA_HOME": home + "/data",
      "XDG_RUNTIME_DIR": home + "/runtime", "NO_COLOR": "1",
      LeakCensus.marker: cluster,
      // Nobody turns pages.
      "PAGER": "",
      // No test speaks to anybody beyond this machine.
      "PODIUM_REGISTRIES": "loopback",
    ]
  }

  // MARK: The program

  /// Runs `podium` with the words, without a terminal.
  func podium(
    _ words: String..., input: String = "", within limit: Duration = .seconds(60)
  ) async throws -> ProgramOutput {
    try await podium(words, input: input, within: limit)
  }

  func podium(
    _ words: [String], input: String = "", within limit: Duration = .seconds(60)
  ) async throws -> ProgramOutput {
    let command = account.command(BuiltProgram.path("podium"), ["--cluster", cluster] + words)
    return try await ProgramOutput.of(
      command.program, command.arguments, environment: environment, folder: home, input: input, within: limit)
  }

  /// What `podium kubectl` prints when it succeeds.
  @discardableResult
  func kubectl(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    let answer = try await podium(["kubectl"] + words)
    #expect(
      answer.end == .exited(0), "kubectl \(words.joined(separator: " ")): \(answer.error)",
      sourceLocation: sourceLocation)
    return answer.output
  }

  /// What `podium kubectl` answers in a folder, with an editor that needs nobody.
  func own(_ words: [String], folder: String) async throws -> ProgramOutput {
    var environment = environment
    environment["KUBE_EDITOR"] = TranscriptTests.editor
    return try await ProgramOutput.of(
      BuiltProgram.path("podium"), ["--cluster", cluster, "kubectl"] + words, environment: environment,
      folder: folder, within: .seconds(40))
  }

  // MARK: The reference kubectl

  var kubeconfig: String { home + "/kubeconfig" }

  /// Starts the cluster, if need be, and lets other tools in.
  func writeKubeconfig() async throws {
    let answer = try await podium("cluster", "kubeconfig")
    #expect(answer.end == .exited(0))
    #expect(answer.error == "")
    try Files.write(answer.output, to: kubeconfig, mode: 0o644)
  }

  @discardableResult
  func stock(_ words: String..., input: String = "") async throws -> ProgramOutput {
    try await stock(words, input: input)
  }

  @discardableResult
  func stock(
    _ words: [String], folder: String? = nil, editor: String = "true", input: String = ""
  ) async throws -> ProgramOutput {
    try await ProgramOutput.of(
      "kubectl", words,
      // Not the learner's own home: whoever runs the tests may be somebody else, whose files nobody could read there.
      environment: ["HOME": home, "KUBE_EDITOR": editor, "KUBECONFIG": kubeconfig], folder: folder,
      input: input, within: .seconds(40))
  }

  /// Opens a terminal with `podium` and the words in it.
  func terminal(_ words: String..., body: @escaping @Sendable (PseudoTerminal) async throws -> Void) async throws {
    let command = account.command(BuiltProgram.path("podium"), ["--cluster", cluster] + words)
    try await PseudoTerminal.run(
      command.program, command.arguments, environment: environment, folder: home, columns: 132, rows: 40, body)
  }
}

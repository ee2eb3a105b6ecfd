internal import KubectlCommands

/// What a program does when it is run in a container.
struct CommandStatement: Statement {
  enum Claim: Sendable, Equatable {
    case prints(String)
    case fails
    case exits(code: Int)
  }

  var command: String
  var words: [String]
  var pod: String?
  var container: String?
  var claim: Claim

  private static let place = "{command} in pod {pod} [, container {container}]"

  static let forms: [Grammar.Form] = [
    Grammar.Form("command-prints", "\(place) prints {text}") { holes throws(SentenceError) in
      try CommandStatement(holes, .prints(holes["text"]))
    },
    Grammar.Form("command-exits", "\(place) exits with code {code}") { holes throws(SentenceError) in
      try CommandStatement(holes, .exits(code: try holes.number("code")))
    },
    Grammar.Form("command-fails", "\(place) fails") { holes throws(SentenceError) in
      try CommandStatement(holes, .fails)
    },
  ]

  private init(_ holes: Grammar.Holes, _ claim: Claim) throws(SentenceError) {
    command = holes["command"]
    pod = holes["pod"]
    container = holes.texts["container"]
    self.claim = claim
    guard let words = try? CommandWords.split(command), !words.isEmpty else {
      throw SentenceError(description: "\"\(command)\" is no command: a program and its words are expected")
    }
    self.words = words
  }

  var needs: Capability { .exec }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    if let container, let found = PodExplanation.lack(of: container, pod) {
      return Finding(.notYet, expected: expected, found: found, look: "kubectl describe pod \(name)")
    }
    let look = "kubectl exec \(name)\(container.map { " -c \($0)" } ?? "") -- \(command)"
    return await observation.inquiry.run(words, pod: pod, container: container)
      .finding(expected: expected, look: look) { outcome in
        // Where the program is missing, its failing would prove anything.
        if let why = outcome.startFailure {
          return Finding(
            .cannotTell, expected: expected, found: "`\(words[0])` cannot be started there", because: why, look: look)
        }
        return .of(holds(outcome), expected: expected, found: Self.describe(outcome), look: look)
      }
  }

  private func holds(_ outcome: CommandOutcome) -> Bool {
    switch claim {
    case .prints(let text): outcome.output.contains(text)
    case .fails: outcome.exitCode != 0
    case .exits(let code): outcome.exitCode == Int32(clamping: code)
    }
  }

  var expected: String {
    switch claim {
    case .prints(let text): "`\(command)` prints \"\(text)\""
    case .fails: "`\(command)` fails"
    case .exits(let code): "`\(command)` ends with exit code \(code)"
    }
  }

  private static func describe(_ outcome: CommandOutcome) -> String {
    let output = outcome.output.trimmed()
    let line = output.split(whereSeparator: \.isNewline).map { $0.trimmed() }.joined(separator: " ")
    let shown = line.count > 120 ? String(line.prefix(120)) + "…" : line
    return (shown.isEmpty ? "it printed nothing" : "it printed \"\(shown)\"") + ", exit code \(outcome.exitCode)"
  }
}

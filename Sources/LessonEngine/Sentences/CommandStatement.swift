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
    let look = "kubectl exec \(name)\(container.map { " -c \($0)" } ?? "") -- \(command)"
    return await observation.inquiry.run(words, pod: pod, container: container)
      .finding(expected: expected, look: look) { outcome in
        .of(holds(outcome), expected: expected, found: Self.describe(outcome), look: look)
      }
  }

  private func holds(_ outcome: CommandOutcome) -> Bool {
    switch claim {
    case .prints(let text): outcome.output.contains(text)
    case .fails: outcome.exitCode != 0
    case .exits(let code): outcome.exitCode == Int32(clamping: code)
    }
  }

  private var expected: String {
    switch claim {
    case .prints(let text): "`\(command)` prints \"\(text)\""
    case .fails: "`\(command)` fails"
    case .exits(let code): "`\(command)` ends with exit code \(code)"
    }
  }

  private static func describe(_ outcome: CommandOutcome) -> String {
    let output = outcome.output.trimmed()
    // What could not even be started is reported with the whole way down to the reason, which stands at the end.
    if let prefix = output.firstRange(of: "unable to start container process: ") {
      return "it cannot be started: \(output[prefix.upperBound...]), exit code \(outcome.exitCode)"
    }
    let line = output.split(whereSeparator: \.isNewline).map { $0.trimmed() }.joined(separator: " ")
    let shown = line.count > 120 ? String(line.prefix(120)) + "…" : line
    let end = outcome.exitCode == 0 ? "" : ", exit code \(outcome.exitCode)"
    return (shown.isEmpty ? "it printed nothing" : "\"\(shown)\"") + end
  }
}

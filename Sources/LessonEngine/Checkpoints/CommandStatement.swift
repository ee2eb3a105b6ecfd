/// What a program prints when it is run in a container.
struct CommandStatement: Statement {
  var command: String
  var pod: String
  var container: String?
  var text: String

  static let forms: [Grammar.Form] = [
    Grammar.Form("{command} in pod {pod} prints {text}") { holes in CommandStatement(holes) },
    Grammar.Form("{command} in pod {pod}, container {container} prints {text}") { holes in CommandStatement(holes) },
  ]

  private init(_ holes: Grammar.Holes) {
    command = holes["command"]
    pod = holes["pod"]
    container = holes.texts["container"]
    text = holes["text"]
  }

  var podItNeeds: String? { pod }
  var looksInside: Bool { true }

  func judge(_ observation: any Observation) async -> Finding {
    let expected = "`\(command)` prints \"\(text)\""
    let words = command.split(separator: " ").map(String.init)
    switch await observation.run(words, pod: pod, container: container) {
    case .seen(let outcome):
      let printed = outcome.output.trimmed()
      let line = printed.split(whereSeparator: \.isNewline).map { $0.trimmed() }.joined(separator: " ")
      let shown = line.count > 120 ? String(line.prefix(120)) + "…" : line
      return .of(
        printed.contains(text), expected: expected,
        found: shown.isEmpty ? "nothing, and exit code \(outcome.exitCode)" : "\"\(shown)\"",
        look: "kubectl exec \(pod) -- \(command)")
    case .notYet(let why): return Finding(.notYet, expected: expected, found: why)
    case .unobservable(let why): return Finding(.cannotTell, expected: expected, found: why)
    }
  }
}

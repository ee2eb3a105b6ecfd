/// What a container has printed.
struct LogStatement: Statement {
  var pod: String
  var container: String?
  var isPrevious: Bool
  var text: String

  static let forms: [Grammar.Form] = [
    Grammar.Form("log of pod {pod} contains {text}") { holes in LogStatement(holes, isPrevious: false) },
    Grammar.Form("log of pod {pod}, container {container} contains {text}") { holes in
      LogStatement(holes, isPrevious: false)
    },
    Grammar.Form("previous log of pod {pod} contains {text}") { holes in LogStatement(holes, isPrevious: true) },
    Grammar.Form("previous log of pod {pod}, container {container} contains {text}") { holes in
      LogStatement(holes, isPrevious: true)
    },
  ]

  private init(_ holes: Grammar.Holes, isPrevious: Bool) {
    pod = holes["pod"]
    container = holes.texts["container"]
    self.isPrevious = isPrevious
    text = holes["text"]
  }

  var podItNeeds: String? { pod }
  var looksInside: Bool { true }

  func judge(_ observation: any Observation) async -> Finding {
    let expected = "the log has \"\(text)\""
    switch await observation.log(pod: pod, container: container, previous: isPrevious) {
    case .seen(let log):
      let lines = log.split(separator: "\n")
      return .of(
        log.contains(text), expected: expected,
        found: lines.last.map { "\(lines.count) lines, the last one: \($0)" } ?? "the log is empty",
        look: "kubectl logs \(isPrevious ? "--previous " : "")\(pod)")
    case .notYet(let why): return Finding(.notYet, expected: expected, found: why)
    case .unobservable(let why): return Finding(.cannotTell, expected: expected, found: why)
    }
  }
}

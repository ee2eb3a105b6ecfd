/// What a container has printed.
struct LogStatement: Statement {
  enum Claim: Sendable, Equatable {
    case contains(String)
    case lacks(String)
    case hasLines(atLeast: Int)
  }

  var pod: String?
  var container: String?
  var isPrevious: Bool
  var claim: Claim

  private static let place = "log of pod {pod} [, container {container}]"

  static let forms: [Grammar.Form] = [
    Grammar.Form("log-contains", "\(place) contains {text}") { LogStatement($0, .contains($0["text"])) },
    Grammar.Form("log-lacks", "\(place) does not contain {text}") { LogStatement($0, .lacks($0["text"])) },
    Grammar.Form("log-lines", "\(place) has at least {count} lines") { holes throws(SentenceError) in
      LogStatement(holes, .hasLines(atLeast: try holes.number("count")))
    },
    Grammar.Form("previous-log-contains", "previous \(place) contains {text}") {
      LogStatement($0, .contains($0["text"]), isPrevious: true)
    },
  ]

  private init(_ holes: Grammar.Holes, _ claim: Claim, isPrevious: Bool = false) {
    pod = holes["pod"]
    container = holes.texts["container"]
    self.isPrevious = isPrevious
    self.claim = claim
  }

  var needs: Capability { .logs }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    let look = "kubectl logs \(isPrevious ? "--previous " : "")\(name)\(container.map { " -c \($0)" } ?? "")"
    return await observation.inquiry.log(pod: pod, container: container, previous: isPrevious)
      .finding(expected: expected, look: look) { log in
        let lines = log.split(separator: "\n")
        return .of(
          holds(log, lines.count), expected: expected,
          found: lines.last.map { "\(lines.count) lines, the last one: \($0)" } ?? "the log is empty", look: look)
      }
  }

  private func holds(_ log: String, _ lines: Int) -> Bool {
    switch claim {
    case .contains(let text): log.contains(text)
    case .lacks(let text): !log.contains(text)
    case .hasLines(let count): lines >= count
    }
  }

  private var expected: String {
    let log = isPrevious ? "the log of the run before" : "the log"
    switch claim {
    case .contains(let text): return "\(log) has \"\(text)\""
    case .lacks(let text): return "\(log) does not have \"\(text)\""
    case .hasLines(let count): return "\(log) has \(count) lines or more"
    }
  }
}

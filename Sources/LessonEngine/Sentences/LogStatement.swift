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
    if let container, let found = PodExplanation.lack(of: container, pod) {
      return Finding(.notYet, expected: expected, found: found, look: "kubectl describe pod \(name)")
    }
    let asked = container ?? PodExplanation.containers(pod).first ?? ""
    if isPrevious, let status = pod.status(ofContainer: asked), status.lastState.terminated == nil {
      return Finding(
        .notYet, expected: expected, found: "container \(asked) was never restarted: there was no run before",
        because: PodExplanation.cause(status, pod), look: "kubectl get pod \(name)")
    }
    return await observation.inquiry.log(pod: pod, container: container, previous: isPrevious)
      .finding(expected: expected, look: look) { judge($0, look) }
  }

  private func judge(_ log: LogSight, _ look: String) -> Finding {
    let holds = holds(log.text)
    // The rest of the log may say otherwise.
    if !log.isWhole, holds == (claim.isAboutAbsence) {
      return Finding(
        .cannotTell, expected: expected, found: "only the beginning of the log can be read", look: look)
    }
    return .of(holds, expected: expected, found: found(log.text), look: look)
  }

  private func holds(_ log: String) -> Bool {
    switch claim {
    case .contains(let text): log.contains(text)
    case .lacks(let text): !log.contains(text)
    case .hasLines(let count): TextGist.lineCount(log) >= count
    }
  }

  private func found(_ log: String) -> String {
    if log.isEmpty { return "the log is empty" }
    if case .lacks(let text) = claim, let line = TextGist.line(of: log, with: text) { return "a line: \(line)" }
    return TextGist.of(log)
  }

  var expected: String {
    let log = isPrevious ? "the log of the run before" : "the log"
    switch claim {
    case .contains(let text): return "\(log) has \"\(text)\""
    case .lacks(let text): return "\(log) does not have \"\(text)\""
    case .hasLines(let count): return "\(log) has \(counted(count, "line")) or more"
    }
  }
}

extension LogStatement.Claim {
  /// Whether what was not read can only speak against it.
  fileprivate var isAboutAbsence: Bool { if case .lacks = self { true } else { false } }
}

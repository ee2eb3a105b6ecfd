internal import KubernetesAPI

/// Phases and conditions of pods.
enum PodStatement: Statement {
  case isInState(String, PodState)
  case labelled(Amount, label: String, PodState)

  struct Amount: Sendable, Equatable {
    var number: Int
    var isMinimum: Bool

    func allows(_ count: Int) -> Bool { isMinimum ? count >= number : count == number }

    var text: String { isMinimum ? "at least \(number)" : "\(number)" }
  }

  static let forms: [Grammar.Form] = [
    Grammar.Form("pod-not-ready", "pod {pod} is not ready") { holes in
      PodStatement.isInState(holes["pod"], .notReady)
    },
    Grammar.Form("pod-state", "pod {pod} is {state}") { holes throws(SentenceError) in
      PodStatement.isInState(holes["pod"], try PodState(word: holes["state"]))
    },
    Grammar.Form("pods-labelled", "{count} pods labelled {label} are {state}") { holes throws(SentenceError) in
      try labelled(holes, isMinimum: false)
    },
    Grammar.Form("pods-labelled-at-least", "at least {count} pods labelled {label} are {state}") {
      holes throws(SentenceError) in try labelled(holes, isMinimum: true)
    },
  ]

  private static func labelled(_ holes: Grammar.Holes, isMinimum: Bool) throws(SentenceError) -> any Statement {
    guard holes["label"].contains("=") else {
      throw SentenceError(description: "\"\(holes["label"])\" is not a label: expected one like app=web")
    }
    let amount = Amount(number: try holes.number("count"), isMinimum: isMinimum)
    return PodStatement.labelled(amount, label: holes["label"], try PodState(word: holes["state"]))
  }

  var pod: String? { if case .isInState(let name, _) = self { name } else { nil } }

  var expected: String {
    switch self {
    case .isInState(_, let state): state.expectation
    case .labelled(let amount, let label, let state):
      "\(amount.text) \(state.rawValue) \(amount.number == 1 ? "pod" : "pods") with the label \(label)"
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    switch self {
    case .isInState(let name, let state): return isInState(name, state, observation)
    case .labelled(let amount, let label, let state):
      let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
      let labelled = observation.pods().filter { $0.metadata.labels[parts[0]] == parts.last }
      let matching = labelled.filter { state.holds(for: $0) }
      return .of(
        amount.allows(matching.count), expected: expected,
        found: labelled.isEmpty
          ? "no pod has the label"
          : "\(counted(labelled.count, "pod")) with the label, \(matching.count) of them \(state.rawValue)",
        because: labelled.lazy.filter { !state.holds(for: $0) }.compactMap(PodExplanation.cause).first,
        look: "kubectl get pods -l \(label)")
    }
  }

  private func isInState(_ name: String, _ state: PodState, _ observation: Observation) -> Finding {
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    if state.holds(for: pod) { return Finding(.pass, expected: expected, found: PodExplanation.state(pod)) }
    return Finding(
      .notYet, expected: expected, found: PodExplanation.state(pod),
      because: PodExplanation.cause(pod) ?? PodExplanation.lastEvent(observation.events(.pod, name)),
      look: "kubectl describe pod \(name)")
  }
}

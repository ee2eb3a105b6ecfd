internal import KubernetesAPI

/// Existence, phase and conditions of pods.
enum PodStatement: Statement {
  case exists(String)
  case isGone(String)
  case isReady(String)
  case isInState(String, PodState)
  case labelled(count: Int, label: String, PodState)

  /// The states that a sentence can ask for.
  enum PodState: String, Sendable, CaseIterable {
    case ready = "Ready"
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
    case terminating = "Terminating"

    init(word: String) throws(SentenceError) {
      guard let state = PodState.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
        let words = PodState.allCases.map(\.rawValue).joined(separator: ", ")
        throw SentenceError(description: "\"\(word)\" is no state of a pod: expected one of \(words)")
      }
      self = state
    }

    /// A pod that is being deleted is Terminating and nothing else.
    func holds(for pod: Pod) -> Bool {
      let isLeaving = pod.metadata.deletionTimestamp != nil
      switch self {
      case .terminating: return isLeaving
      case .ready:
        return !isLeaving && pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
      default: return !isLeaving && pod.status.phase == rawValue
      }
    }
  }

  static let forms: [Grammar.Form] = [
    Grammar.Form("pod {pod} exists") { holes in PodStatement.exists(holes["pod"]) },
    Grammar.Form("pod {pod} is gone") { holes in PodStatement.isGone(holes["pod"]) },
    Grammar.Form("pod {pod} is ready") { holes in PodStatement.isReady(holes["pod"]) },
    Grammar.Form("pod {pod} is {state}") { holes throws(SentenceError) in
      PodStatement.isInState(holes["pod"], try PodState(word: holes["state"]))
    },
    Grammar.Form("{count} pods labelled {label} are {state}") { holes throws(SentenceError) in
      guard holes["label"].contains("=") else {
        throw SentenceError(description: "\"\(holes["label"])\" is not a label: expected one like app=web")
      }
      return PodStatement.labelled(
        count: try holes.number("count"), label: holes["label"], try PodState(word: holes["state"]))
    },
  ]

  func judge(_ observation: any Observation) async -> Finding {
    switch self {
    case .exists(let name):
      let pod = observation.pod(name)
      return .of(
        pod != nil, expected: "a pod called \(name)",
        found: pod.map(PodExplanation.state) ?? PodExplanation.missing(name, observation), look: "kubectl get pods")
    case .isGone(let name): return isGone(name, observation)
    case .isReady(let name): return isInState(name, .ready, observation)
    case .isInState(let name, let state): return isInState(name, state, observation)
    case .labelled(let count, let label, let state):
      let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
      let labelled = observation.pods().filter { $0.metadata.labels[parts[0]] == parts[1] }
      let matching = labelled.filter { state.holds(for: $0) }
      return .of(
        matching.count == count, expected: "\(count) \(state.rawValue) with the label \(label)",
        found: "\(labelled.count) with the label, \(matching.count) of them \(state.rawValue)",
        look: "kubectl get pods -l \(label)")
    }
  }

  private func isGone(_ name: String, _ observation: any Observation) -> Finding {
    let expected = "no pod \(name) any more"
    if let pod = observation.pod(name) {
      return Finding(.notYet, expected: expected, found: PodExplanation.state(pod), look: "kubectl get pod \(name)")
    }
    // Something that never was cannot be gone.
    let wasThere = observation.hasSeen(pod: name)
    return .of(
      wasThere, expected: expected, found: wasThere ? "it is gone" : "there was no pod \(name) since the step began")
  }

  private func isInState(_ name: String, _ state: PodState, _ observation: any Observation) -> Finding {
    let expected = state == .ready ? "Ready = True" : "\(name) is \(state.rawValue)"
    guard let pod = observation.pod(name) else {
      return Finding(
        .notYet, expected: expected, found: PodExplanation.missing(name, observation), look: "kubectl get pods")
    }
    if state.holds(for: pod) { return Finding(.pass, expected: expected, found: PodExplanation.state(pod)) }
    return Finding(
      .notYet, expected: expected, found: PodExplanation.state(pod),
      because: PodExplanation.cause(pod) ?? PodExplanation.lastEvent(observation.events(forPod: name)),
      look: "kubectl describe pod \(name)")
  }
}

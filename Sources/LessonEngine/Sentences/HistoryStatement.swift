internal import KubernetesAPI
internal import ObjectSchema

/// What was so at some time since the step began, and in which order.
enum HistoryStatement: Statement {
  case passedThrough(String, [PodState])
  case finishedBefore(first: String, second: String, String)
  case readiness(String, [Bool])

  static let forms: [Grammar.Form] = [
    Grammar.Form("was-then", "pod {pod} was {first} then {second} [then {third}]") { holes throws(SentenceError) in
      var states = [try PodState(word: holes["first"]), try PodState(word: holes["second"])]
      if let third = holes.texts["third"] { states.append(try PodState(word: third)) }
      return HistoryStatement.passedThrough(holes["pod"], states)
    },
    Grammar.Form("was", "pod {pod} was {state}") { holes throws(SentenceError) in
      HistoryStatement.passedThrough(holes["pod"], [try PodState(word: holes["state"])])
    },
    Grammar.Form("finished-before", "container {first} finished before container {second} started in pod {pod}") {
      holes in HistoryStatement.finishedBefore(first: holes["first"], second: holes["second"], holes["pod"])
    },
    Grammar.Form("readiness", "readiness of pod {pod} went {first} then {second} [then {third}]") {
      holes throws(SentenceError) in
      var values: [Bool] = []
      for word in [holes.texts["first"], holes.texts["second"], holes.texts["third"]].compactMap({ $0 }) {
        guard let value = ["true": true, "false": false][word.lowercased()] else {
          throw SentenceError(description: "readiness cannot be \"\(word)\": expected true or false")
        }
        values.append(value)
      }
      return HistoryStatement.readiness(holes["pod"], values)
    },
  ]

  var needs: Capability { .journal }

  var pod: String? {
    switch self {
    case .passedThrough(let pod, _), .finishedBefore(_, _, let pod), .readiness(let pod, _): pod
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    let name = pod ?? ""
    let lives = observation.lives(ofPod: name)
    guard !lives.isEmpty else {
      return .missing(.pod, name, expected: expected, observation)
    }
    if case .finishedBefore(let first, let second, _) = self, let last = lives[lives.count - 1].last {
      for container in [first, second] {
        guard let found = PodExplanation.lack(of: container, last) else { continue }
        return Finding(.notYet, expected: expected, found: found, look: "kubectl describe pod \(name)")
      }
    }
    let isSo = lives.contains(where: holds)
    return .of(
      isSo, expected: expected, found: isSo ? "it was so" : found(lives[lives.count - 1]),
      because: observation.pod(name).flatMap(PodExplanation.cause), look: "kubectl describe pod \(name)")
  }

  private func holds(_ life: [Pod]) -> Bool {
    switch self {
    case .passedThrough(_, let states):
      return Self.contains(life, states) { state, pod in state.holds(for: pod) }
    case .readiness(_, let values):
      return Self.contains(life, values) { value, pod in Self.isReady(pod) == value }
    case .finishedBefore(let first, let second, _):
      for pod in life {
        let ended = pod.status(ofContainer: first)?.state.terminated
        let started = Self.start(pod.status(ofContainer: second))
        switch (ended, started) {
        case (nil, nil): continue
        case (nil, _?): return false
        case (_?, nil): return true
        // Both came with one report: the node's clock tells.
        case (let ended?, let started?): return (ended.finishedAt ?? started) <= started
        }
      }
      return false
    }
  }

  /// Whether the wanted ones occur in this order.
  private static func contains<Wanted>(
    _ life: [Pod], _ wanted: [Wanted], _ matches: (Wanted, Pod) -> Bool
  ) -> Bool {
    var rest = wanted[...]
    for pod in life {
      // One state can be the first and, when two names mean the same, also the next.
      if let next = rest.first, matches(next, pod) { rest = rest.dropFirst() }
    }
    return rest.isEmpty
  }

  private static func isReady(_ pod: Pod) -> Bool? {
    pod.status.conditions.first { $0.type == "Ready" }.map { $0.status == "True" }
  }

  private static func start(_ status: ContainerStatus?) -> Timestamp? {
    status?.state.running?.startedAt ?? status?.state.terminated?.startedAt
  }

  var expected: String {
    switch self {
    case .passedThrough(_, let states): "it was " + states.map(\.rawValue).joined(separator: ", then ")
    case .readiness(_, let values): "Ready went " + values.map { $0 ? "True" : "False" }.joined(separator: ", then ")
    case .finishedBefore(let first, let second, _): "\(first) has ended before \(second) started"
    }
  }

  private func found(_ life: [Pod]) -> String {
    switch self {
    case .passedThrough: return "it was " + Self.sequence(life.map(word))
    case .readiness:
      let words = life.compactMap { Self.isReady($0).map { $0 ? "True" : "False" } }
      return words.isEmpty ? "Ready has no value yet" : "Ready was " + Self.sequence(words)
    case .finishedBefore(let first, let second, _): return Self.found(life, first, second)
    }
  }

  private static func sequence(_ words: [String]) -> String {
    words.enumerated().filter { $0.offset == 0 || $0.element != words[$0.offset - 1] }.map(\.element)
      .joined(separator: ", then ")
  }

  /// As `kubectl get pods` shows it, with readiness where it is asked for.
  private func word(_ pod: Pod) -> String {
    let summary = PodSummary(pod)
    guard case .passedThrough(_, let states) = self, states.contains(.ready) || states.contains(.notReady) else {
      return summary.status
    }
    return "\(summary.status) \(summary.readyText)"
  }

  private static func found(_ life: [Pod], _ first: String, _ second: String) -> String {
    func status(_ name: String) -> ContainerStatus? { life.last?.status(ofContainer: name) }
    func state(_ name: String) -> String {
      guard let state = status(name)?.state else { return "\(name) has not started" }
      if state.running != nil { return "\(name) is running" }
      return state.terminated == nil ? "\(name) has not started" : "\(name) has ended"
    }
    let bothBegan = status(first)?.state.terminated != nil && start(status(second)) != nil
    return bothBegan ? "\(second) started before \(first) ended" : "\(state(first)), \(state(second))"
  }
}

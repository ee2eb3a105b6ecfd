internal import KubernetesAPI

/// What happened to a pod since the step began.
enum EventStatement: Statement {
  case happened(reason: String, pod: String, atLeast: Int)
  case inOrder(reasons: [String], pod: String)

  static let forms: [Grammar.Form] = [
    Grammar.Form("event {reason} happened for pod {pod}") { holes in
      EventStatement.happened(reason: holes["reason"], pod: holes["pod"], atLeast: 1)
    },
    Grammar.Form("event {reason} happened at least {count} times for pod {pod}") { holes throws(SentenceError) in
      EventStatement.happened(reason: holes["reason"], pod: holes["pod"], atLeast: try holes.number("count"))
    },
    Grammar.Form("events {reasons…} happened in this order for pod {pod}") { holes in
      EventStatement.inOrder(reasons: holes.list("reasons"), pod: holes["pod"])
    },
  ]

  func judge(_ observation: any Observation) async -> Finding {
    switch self {
    case .happened(let reason, let pod, let minimum):
      let events = observation.events(forPod: pod)
      let count = events.filter { $0.reason == reason }.reduce(0) { $0 + Int($1.occurrences) }
      return .of(
        count >= minimum, expected: minimum == 1 ? "event \(reason)" : "event \(reason), \(minimum) times or more",
        found: count > 0 ? "it happened \(count) times" : Self.list(events), look: "kubectl describe pod \(pod)")
    case .inOrder(let reasons, let pod):
      let events = observation.events(forPod: pod)
      var rest = reasons[...]
      for event in events where event.reason == rest.first { rest = rest.dropFirst() }
      return .of(
        rest.isEmpty, expected: "events \(reasons.joined(separator: ", ")) in this order", found: Self.list(events),
        look: "kubectl describe pod \(pod)")
    }
  }

  private static func list(_ events: [Event]) -> String {
    if events.isEmpty { return "no event since the step began" }
    return "events " + events.compactMap(\.reason).joined(separator: ", ")
  }
}

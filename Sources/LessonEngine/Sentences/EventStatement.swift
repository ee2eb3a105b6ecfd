internal import KubernetesAPI

/// What was told about an object since the step began.
enum EventStatement: Statement {
  case happened(reason: String, ObservedKind, String, atLeast: Int, text: String?)
  case inOrder(reasons: [String], ObservedKind, String)

  static let forms: [Grammar.Form] = [
    Grammar.Form("event", "event {reason} happened for {kind} {name} [with {text}]") { holes throws(SentenceError) in
      try happened(holes, atLeast: 1)
    },
    Grammar.Form("event-times", "event {reason} happened at least {count} times for {kind} {name} [with {text}]") {
      holes throws(SentenceError) in try happened(holes, atLeast: try holes.number("count"))
    },
    Grammar.Form("events-in-order", "events {reasons…} happened in this order for {kind} {name}") {
      holes throws(SentenceError) in
      EventStatement.inOrder(
        reasons: holes.list("reasons"), try ObservedKind(word: holes["kind"]), holes["name"])
    },
  ]

  private static func happened(_ holes: Grammar.Holes, atLeast count: Int) throws(SentenceError) -> any Statement {
    EventStatement.happened(
      reason: holes["reason"], try ObservedKind(word: holes["kind"]), holes["name"], atLeast: count,
      text: holes.texts["text"])
  }

  private var subject: (kind: ObservedKind, name: String) {
    switch self {
    case .happened(_, let kind, let name, _, _), .inOrder(_, let kind, let name): (kind, name)
    }
  }

  var kinds: Set<ObservedKind> { [subject.kind] }
  var pod: String? { subject.kind == .pod ? subject.name : nil }
  var needs: Capability { .events }

  func judge(_ observation: Observation) async -> Finding {
    let (kind, name) = subject
    let events = observation.events(kind, name)
    let look = "kubectl events --for \(kind.word)/\(name)"
    guard observation.hasSeen(kind, name) else {
      return .missing(kind, name, expected: expected, observation)
    }
    switch self {
    case .happened(let reason, _, _, let minimum, let text):
      let matching = events.filter { $0.reason == reason && (text.map(($0.event.message ?? "").contains) ?? true) }
      let count = matching.reduce(0) { $0 + $1.count }
      return .of(
        count >= minimum, expected: expected,
        found: count > 0
          ? "it happened \(count == 1 ? "once" : "\(count) times")" : Self.others(events, reason), look: look)
    case .inOrder(let reasons, _, _):
      var rest = reasons[...]
      for event in events where event.reason == rest.first { rest = rest.dropFirst() }
      return .of(rest.isEmpty, expected: expected, found: Self.list(events), look: look)
    }
  }

  var expected: String {
    switch self {
    case .happened(let reason, _, _, let minimum, let text):
      "event \(reason)" + (text.map { " with \"\($0)\"" } ?? "") + (minimum == 1 ? "" : ", \(minimum) times or more")
    case .inOrder(let reasons, _, _): "events \(reasons.joined(separator: ", ")) in this order"
    }
  }

  /// What happened instead: the event with other words, or other events.
  private static func others(_ events: [CountedEvent], _ reason: String) -> String {
    guard let last = events.last(where: { $0.reason == reason }) else { return list(events) }
    return "it happened with \"\(TextGist.clipped(last.event.message ?? ""))\""
  }

  private static func list(_ events: [CountedEvent]) -> String {
    if events.isEmpty { return "no event since the step began" }
    return (events.count == 1 ? "event " : "events ")
      + events.map { $0.reason + ($0.count > 1 ? " (\($0.count)x)" : "") }.joined(separator: ", ")
  }
}

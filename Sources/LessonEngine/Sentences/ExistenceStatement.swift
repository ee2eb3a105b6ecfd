internal import Documents
internal import KubernetesAPI

/// That an object is there, is gone, or has a condition.
enum ExistenceStatement: Statement {
  case exists(ObservedKind, String)
  case isGone(ObservedKind, String)
  case hasCondition(ObservedKind, String, type: String, status: String)

  static let forms: [Grammar.Form] = [
    Grammar.Form("exists", "{kind} {name} exists") { holes throws(SentenceError) in
      ExistenceStatement.exists(try ObservedKind(word: holes["kind"]), holes["name"])
    },
    Grammar.Form("is-gone", "{kind} {name} is gone") { holes throws(SentenceError) in
      ExistenceStatement.isGone(try ObservedKind(word: holes["kind"]), holes["name"])
    },
    Grammar.Form("condition", "condition {condition} of {kind} {name} is {value}") { holes throws(SentenceError) in
      guard let status = ["True", "False", "Unknown"].first(where: { $0.lowercased() == holes["value"].lowercased() })
      else {
        throw SentenceError(
          description: "a condition cannot be \"\(holes["value"])\": expected True, False or Unknown")
      }
      return ExistenceStatement.hasCondition(
        try ObservedKind(word: holes["kind"]), holes["name"], type: holes["condition"], status: status)
    },
  ]

  private var subject: (kind: ObservedKind, name: String) {
    switch self {
    case .exists(let kind, let name), .isGone(let kind, let name), .hasCondition(let kind, let name, _, _):
      (kind, name)
    }
  }

  var kinds: Set<ObservedKind> { [subject.kind] }
  var pod: String? { subject.kind == .pod ? subject.name : nil }

  var expected: String {
    switch self {
    case .exists(let kind, let name): "a \(kind.word) called \(name)"
    case .isGone(let kind, let name): "no \(kind.word) \(name) any more"
    case .hasCondition(_, _, let type, let status): "\(type) = \(status)"
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    let (kind, name) = subject
    let sighting = observation.object(kind, name)
    switch self {
    case .exists:
      return .of(
        sighting != nil, expected: expected,
        found: sighting.map(Self.state) ?? PodExplanation.missing(kind, name, observation),
        look: "kubectl get \(kind.resource.plural)")
    case .isGone:
      if let sighting {
        return Finding(
          .notYet, expected: expected, found: Self.state(sighting),
          because: sighting.pod.flatMap(PodExplanation.farewell), look: "kubectl get \(kind.word) \(name)")
      }
      // Something that never was cannot be gone.
      let wasThere = observation.hasSeen(kind, name)
      return .of(
        wasThere, expected: expected,
        found: wasThere ? "it is gone" : "there was no \(kind.word) \(name) since the step began",
        look: "kubectl get \(kind.resource.plural)")
    case .hasCondition(_, _, let type, let status):
      return condition(type, status, sighting, observation)
    }
  }

  private func condition(
    _ type: String, _ status: String, _ sighting: Sighting?, _ observation: Observation
  ) -> Finding {
    let (kind, name) = subject
    guard let document = sighting?.document else {
      return .missing(kind, name, expected: expected, observation)
    }
    let conditions = document["status"]?["conditions"]?.listValue ?? []
    let look = "kubectl describe \(kind.word) \(name)"
    guard let condition = conditions.first(where: { $0["type"]?.stringValue?.lowercased() == type.lowercased() }) else {
      let known = conditions.compactMap { $0["type"]?.stringValue }
      return Finding(
        .notYet, expected: expected,
        found: known.isEmpty ? "no condition yet" : "only the conditions \(known.joined(separator: ", "))", look: look)
    }
    let value = condition["status"]?.stringValue ?? "Unknown"
    let message = condition["message"]?.stringValue ?? ""
    return .of(
      value == status, expected: expected, found: "\(type) = \(value)", because: message.isEmpty ? nil : message,
      look: look)
  }

  private static func state(_ sighting: Sighting) -> String {
    sighting.pod.map(PodExplanation.state) ?? "\(sighting.kind.lowercased()) \(sighting.name) is there"
  }
}

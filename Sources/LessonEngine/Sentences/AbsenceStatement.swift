internal import KubernetesAPI

/// That there is nothing.
enum AbsenceStatement: Statement {
  case none(ObservedKind)
  case nothingLeft(step: String)

  static let forms: [Grammar.Form] = [
    Grammar.Form("none", "no {kind} exists") { holes throws(SentenceError) in
      AbsenceStatement.none(try ObservedKind(word: holes["kind"]))
    },
    Grammar.Form("nothing-left", "nothing of step {step} is left") { holes in
      AbsenceStatement.nothingLeft(step: holes["step"])
    },
  ]

  /// The step that has to be one of the lesson's.
  var step: String? { if case .nothingLeft(let step) = self { step } else { nil } }

  /// What a step may have left is of any kind.
  var kinds: Set<ObservedKind> { if case .none(let kind) = self { [kind] } else { ObservedKind.ofNamespaces } }
  var needs: Capability { if case .nothingLeft = self { .namespaces } else { .objects } }

  var expected: String {
    switch self {
    case .none(let kind): kind.resource.isNamespaced ? "no \(kind.word) in the namespace" : "no \(kind.word)"
    case .nothingLeft(let step): "no object, process or directory of step \(step)"
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    switch self {
    case .none(let kind):
      let names = observation.objects(kind).filter { !$0.isFurniture }.map(\.name)
      return .of(
        names.isEmpty, expected: expected,
        found: names.isEmpty ? "none" : "there \(names.count == 1 ? "is" : "are") \(names.joined(separator: ", "))",
        look: "kubectl get \(kind.resource.plural)")
    case .nothingLeft(let step): return await nothingLeft(step, observation)
    }
  }

  private func nothingLeft(_ step: String, _ observation: Observation) async -> Finding {
    // A step in which nothing was made has left nothing, but proves nothing either.
    guard let made = observation.made(inStep: step), !made.isEmpty else {
      return Finding(
        .cannotTell, expected: expected, found: "nothing is known to have been made in step \(step)",
        look: "kubectl get all")
    }
    for sighting in made {
      guard let kind = ObservedKind.all.first(where: { $0.name == sighting.kind }) else { continue }
      if observation.object(kind, sighting.name)?.uid == sighting.uid {
        return Finding(
          .notYet, expected: expected, found: "\(kind.word) \(sighting.name) is still there",
          look: "kubectl get \(kind.word) \(sighting.name)")
      }
    }
    for sighting in made where sighting.kind == ObservedKind.pod.name {
      let look = "kubectl events --for pod/\(sighting.name)"
      let finding = await observation.inquiry.remains(of: sighting.uid).finding(
        expected: expected, look: look
      ) { remains in
        .of(
          remains.isEmpty, expected: expected,
          found: remains.isEmpty ? "nothing" : "of pod \(sighting.name): \(remains.joined(separator: ", "))",
          look: look)
      }
      if finding.verdict != .pass { return finding }
    }
    return Finding(.pass, expected: expected, found: "nothing")
  }
}

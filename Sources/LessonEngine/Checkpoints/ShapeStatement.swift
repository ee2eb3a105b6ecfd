internal import KubernetesAPI

/// What a pod was asked to be: its containers and their images.
enum ShapeStatement: Statement {
  case containers(pod: String, [String])
  case image(pod: String, container: String, pattern: String)

  static let forms: [Grammar.Form] = [
    Grammar.Form("pod {pod} has containers {names…}") { holes in
      ShapeStatement.containers(pod: holes["pod"], holes.list("names"))
    },
    Grammar.Form("image of container {container} in pod {pod} is like {pattern}") { holes in
      ShapeStatement.image(pod: holes["pod"], container: holes["container"], pattern: holes["pattern"])
    },
  ]

  func judge(_ observation: any Observation) async -> Finding {
    switch self {
    case .containers(let name, let wanted):
      let expected = "containers \(wanted.joined(separator: ", "))"
      guard let pod = observation.pod(name) else {
        return Finding(.notYet, expected: expected, found: PodExplanation.missing(name, observation))
      }
      let names = pod.spec.containers.compactMap(\.name)
      return .of(
        Set(names) == Set(wanted), expected: expected, found: "containers \(names.joined(separator: ", "))",
        look: "kubectl describe pod \(name)")
    case .image(let name, let container, let pattern):
      let expected = "an image like \(pattern)"
      guard let pod = observation.pod(name) else {
        return Finding(.notYet, expected: expected, found: PodExplanation.missing(name, observation))
      }
      guard let match = (pod.spec.containers + pod.spec.initContainers).first(where: { $0.name == container }) else {
        let names = pod.spec.containers.compactMap(\.name).joined(separator: ", ")
        return Finding(.notYet, expected: expected, found: "pod \(name) has no container \(container), but \(names)")
      }
      let image = match.image ?? ""
      return .of(
        Wildcard.matches(image, pattern), expected: expected, found: image, look: "kubectl describe pod \(name)")
    }
  }
}

/// `nginx:*`: a star stands for any text.
enum Wildcard {
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map(Array.init)
    var rest = Array(text)[...]
    for (index, part) in parts.enumerated() {
      if index == 0 {
        guard rest.starts(with: part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        return rest.count >= part.count && rest.suffix(part.count).elementsEqual(part)
      } else {
        guard let place = rest.indices.first(where: { rest[$0...].starts(with: part) }) else { return false }
        rest = rest[(place + part.count)...]
      }
    }
    return rest.isEmpty
  }
}

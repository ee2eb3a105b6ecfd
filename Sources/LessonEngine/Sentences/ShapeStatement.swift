internal import KubernetesAPI
internal import ObjectSchema

/// What a pod was asked to be.
enum ShapeStatement: Statement {
  case containers(pod: String, [String])
  case initContainers(pod: String, [String])
  case image(pod: String, container: String, pattern: String, isExact: Bool)
  case variable(pod: String, container: String, name: String, value: String)
  case label(pod: String, name: String, value: String)
  case mount(pod: String, container: String, volume: String, path: String)
  case probe(pod: String, container: String, ProbeKind)
  case ordered(pod: String, container: String, Bound, resource: String, amount: String)

  enum ProbeKind: String, Sendable, CaseIterable {
    case liveness, readiness, startup
  }

  enum Bound: String, Sendable, CaseIterable {
    case request, limit
  }

  static let forms: [Grammar.Form] = [
    Grammar.Form("containers", "pod {pod} has containers {names…}") { holes in
      ShapeStatement.containers(pod: holes["pod"], holes.list("names"))
    },
    Grammar.Form("init-containers", "pod {pod} has init containers {names…}") { holes in
      ShapeStatement.initContainers(pod: holes["pod"], holes.list("names"))
    },
    Grammar.Form("image-like", "image of container {container} in pod {pod} is like {pattern}") { holes in
      ShapeStatement.image(
        pod: holes["pod"], container: holes["container"], pattern: holes["pattern"], isExact: false)
    },
    Grammar.Form("image", "image of container {container} in pod {pod} is {image}") { holes in
      ShapeStatement.image(pod: holes["pod"], container: holes["container"], pattern: holes["image"], isExact: true)
    },
    Grammar.Form("env", "pod {pod} has env {assignment} in container {container}") { holes throws(SentenceError) in
      let (name, value) = try assignment(holes["assignment"], like: "MODE=prod")
      return ShapeStatement.variable(pod: holes["pod"], container: holes["container"], name: name, value: value)
    },
    Grammar.Form("label", "pod {pod} has label {assignment}") { holes throws(SentenceError) in
      let (name, value) = try assignment(holes["assignment"], like: "app=web")
      return ShapeStatement.label(pod: holes["pod"], name: name, value: value)
    },
    Grammar.Form("mount", "container {container} of pod {pod} mounts volume {volume} at {path}") { holes in
      ShapeStatement.mount(
        pod: holes["pod"], container: holes["container"], volume: holes["volume"], path: holes["path"])
    },
    Grammar.Form("probe", "container {container} of pod {pod} has a {probe} probe") { holes throws(SentenceError) in
      guard let kind = ProbeKind(rawValue: holes["probe"].lowercased()) else {
        throw SentenceError(
          description: "there is no \(holes["probe"]) probe: expected liveness, readiness or startup")
      }
      return ShapeStatement.probe(pod: holes["pod"], container: holes["container"], kind)
    },
    Grammar.Form("resources", "container {container} of pod {pod} has a {bound} of {assignment}") {
      holes throws(SentenceError) in
      guard let bound = Bound(rawValue: holes["bound"].lowercased()) else {
        throw SentenceError(description: "a container has no \(holes["bound"]): expected request or limit")
      }
      let (name, value) = try assignment(holes["assignment"], like: "memory=64Mi")
      return ShapeStatement.ordered(
        pod: holes["pod"], container: holes["container"], bound, resource: name, amount: value)
    },
  ]

  private static func assignment(
    _ text: String, like example: String
  ) throws(SentenceError) -> (name: String, value: String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw SentenceError(description: "\"\(text)\" has no name and value: expected one like \(example)")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  /// What was asked for changes only when somebody asks anew.
  var ripens: Bool { false }

  var pod: String? { name }

  private var name: String {
    switch self {
    case .containers(let pod, _), .initContainers(let pod, _), .image(let pod, _, _, _), .variable(let pod, _, _, _),
      .label(let pod, _, _), .mount(let pod, _, _, _), .probe(let pod, _, _), .ordered(let pod, _, _, _, _):
      pod
    }
  }

  private var container: String? {
    switch self {
    case .containers, .initContainers, .label: nil
    case .image(_, let container, _, _), .variable(_, let container, _, _), .mount(_, let container, _, _),
      .probe(_, let container, _), .ordered(_, let container, _, _, _):
      container
    }
  }

  func judge(_ observation: Observation) async -> Finding {
    guard let pod = observation.pod(name) else {
      return .missing(.pod, name, expected: expected, observation)
    }
    let look = "kubectl get pod \(name) -o yaml"
    guard let container else { return judge(pod, look) }
    guard let match = pod.container(container) else {
      return Finding(
        .notYet, expected: expected, found: PodExplanation.lack(of: container, pod) ?? "no container \(container)",
        look: look)
    }
    return judge(match, look)
  }

  private func judge(_ pod: Pod, _ look: String) -> Finding {
    func compare(_ found: [String], _ wanted: [String]) -> Finding {
      .of(
        found.sorted() == wanted.sorted(), expected: expected,
        found: found.isEmpty ? "none" : found.joined(separator: ", "), look: look)
    }
    switch self {
    case .containers(_, let wanted): return compare(PodExplanation.containers(pod), wanted)
    case .initContainers(_, let wanted): return compare(pod.spec.initContainers.compactMap(\.name), wanted)
    case .label(_, let name, let value):
      let found = pod.metadata.labels[name]
      return .of(
        found == value, expected: expected, found: found.map { "\(name)=\($0)" } ?? "no label \(name)",
        look: "kubectl get pod \(self.name) --show-labels")
    default: return Finding(.cannotTell, expected: expected, found: "it is not about the pod as a whole", look: look)
    }
  }

  private func judge(_ container: Container, _ look: String) -> Finding {
    switch self {
    case .image(_, _, let pattern, let isExact):
      let image = container.image ?? ""
      let matches = isExact ? image == pattern : Wildcard.matches(image, pattern)
      return .of(matches, expected: expected, found: image, look: look)
    case .variable(_, _, let name, let value):
      let found = container.env.first { $0.name == name }
      return .of(
        found.map { ($0.value ?? "") == value && $0.valueFrom == nil } ?? false, expected: expected,
        found: found.map(Self.describe) ?? "no variable \(name)", look: look)
    case .mount(_, _, let volume, let path):
      let mounts = container.volumeMounts.map { "\($0.name ?? "") at \($0.mountPath ?? "")" }
      return .of(
        container.volumeMounts.contains { $0.name == volume && $0.mountPath == path }, expected: expected,
        found: mounts.isEmpty ? "no volume is mounted" : mounts.joined(separator: ", "), look: look)
    case .probe(_, _, let kind):
      let probes: [(ProbeKind, Bool)] = [
        (.liveness, container.livenessProbe != nil), (.readiness, container.readinessProbe != nil),
        (.startup, container.startupProbe != nil),
      ]
      let found = probes.filter(\.1).map(\.0)
      return .of(
        found.contains(kind), expected: expected,
        found: found.isEmpty ? "no probe" : "a \(found.map(\.rawValue).joined(separator: " and a ")) probe", look: look)
    case .ordered(_, _, let bound, let resource, let amount):
      let amounts = bound == .request ? container.resources.requests : container.resources.limits
      let found = amounts[resource].map { "\($0)" }
      return .of(
        found != nil && found == Quantity(amount).map { "\($0)" }, expected: expected,
        found: found.map { "\(resource)=\($0)" } ?? "no \(bound.rawValue) of \(resource)", look: look)
    default: return Finding(.cannotTell, expected: expected, found: "it is not about a container", look: look)
    }
  }

  private static func describe(_ variable: EnvVar) -> String {
    let name = variable.name ?? ""
    // What it becomes is decided when the container starts.
    return variable.valueFrom == nil ? "\(name)=\(variable.value ?? "")" : "\(name) is taken from elsewhere: valueFrom"
  }

  var expected: String {
    switch self {
    case .containers(_, let names): "containers \(names.joined(separator: ", "))"
    case .initContainers(_, let names): "init containers \(names.joined(separator: ", "))"
    case .image(_, _, let pattern, let isExact): isExact ? "the image \(pattern)" : "an image like \(pattern)"
    case .variable(_, let container, let name, let value): "\(name)=\(value) in container \(container)"
    case .label(_, let name, let value): "the label \(name)=\(value)"
    case .mount(_, let container, let volume, let path): "volume \(volume) at \(path) in container \(container)"
    case .probe(_, let container, let kind): "container \(container) has a \(kind.rawValue) probe"
    case .ordered(_, let container, let bound, let resource, let amount):
      "a \(bound.rawValue) of \(resource)=\(amount) for container \(container)"
    }
  }
}

internal import KubernetesAPI

/// The form that a client wants its answer in, from its `Accept` header.
struct AnswerForm: Sendable, Equatable {
  enum Shape: Sendable, Equatable {
    case plain
    case table
    case partialMetadata
    case groupDiscovery
  }

  var shape = Shape.plain
  var isYAML = false

  static let json = AnswerForm()

  /// The first of the wanted forms that can be given.
  init(accept: String?, offering offered: Set<Shape>) throws(StatusError) {
    guard let accept, !accept.isEmpty else { return }
    for range in accept.split(separator: ",") {
      let parts = range.split(separator: ";").map { $0.trimmed }
      guard let type = parts.first else { continue }
      var parameters: [Substring: Substring] = [:]
      for parameter in parts.dropFirst() {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        if pair.count == 2 { parameters[pair[0].trimmed] = pair[1].trimmed }
      }
      guard let shape = Self.shape(parameters), offered.contains(shape) else { continue }
      switch type {
      case "application/json", "application/*", "*/*":
        self.shape = shape
        return
      case "application/yaml":
        self.shape = shape
        isYAML = true
        return
      default: continue
      }
    }
    throw StatusError.notAcceptable(
      "only the following media types are accepted: application/json, application/yaml")
  }

  init() {}

  private static func shape(_ parameters: [Substring: Substring]) -> Shape? {
    guard let name = parameters["as"] else { return .plain }
    switch (name, parameters["g"], parameters["v"]) {
    case ("Table", "meta.k8s.io", "v1"): return .table
    case ("PartialObjectMetadata", "meta.k8s.io", "v1"), ("PartialObjectMetadataList", "meta.k8s.io", "v1"):
      return .partialMetadata
    case ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"): return .groupDiscovery
    default: return nil
    }
  }
}

extension Substring {
  var trimmed: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}

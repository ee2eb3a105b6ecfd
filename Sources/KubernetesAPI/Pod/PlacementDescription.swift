internal import ObjectSchema

/// Where a pod may be, as `kubectl describe` tells of it.
enum PlacementDescription {
  static func describe(_ tolerations: [Toleration], level: Int, into description: inout Description) {
    if tolerations.isEmpty { return description.field(level, "Tolerations", "<none>") }
    let ordered = tolerations.enumerated().sorted {
      ($0.element.key ?? "", $0.offset) < ($1.element.key ?? "", $1.offset)
    }
    for (index, toleration) in ordered.map(\.element).enumerated() {
      var text = toleration.key ?? ""
      if let value = toleration.value, !value.isEmpty { text += "=\(value)" }
      if let effect = toleration.effect, !effect.isEmpty { text += ":\(effect)" }
      if toleration.operator == "Exists", (toleration.value ?? "").isEmpty {
        text += text.isEmpty ? "op=Exists" : " op=Exists"
      }
      if let seconds = toleration.tolerationSeconds { text += " for \(seconds)s" }
      description.line(level, (index == 0 ? "Tolerations:" : "") + "\t\(text)")
    }
  }

  static func describe(
    _ constraints: [TopologySpreadConstraint], level: Int, into description: inout Description
  ) {
    for (index, constraint) in constraints.enumerated() {
      let start = index == 0 ? "Topology Spread Constraints:\t" : "\t"
      let selector = constraint.labelSelector.map { " for selector \($0.text)" } ?? ""
      description.line(
        level,
        "\(start)\(constraint.topologyKey ?? ""):\(constraint.whenUnsatisfiable ?? "") when max skew \(constraint.maxSkew ?? 0) is exceeded\(selector)"
      )
    }
  }
}

extension PodSpec {
  /// Whether the node has what the pod's selector and its required affinity ask for.
  public func selects(_ node: Node) -> Bool {
    let labels = node.metadata.labels
    guard nodeSelector.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
    let required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    return required.map { $0.nodeSelectorTerms.contains { $0.matches(node) } } ?? true
  }
}

extension NodeSelectorTerm {
  /// All requirements hold; a term without any matches nothing.
  public func matches(_ node: Node) -> Bool {
    if matchExpressions.isEmpty && matchFields.isEmpty { return false }
    return matchExpressions.allSatisfy { $0.holds(node.metadata.labels[$0.key ?? ""]) }
      && matchFields.allSatisfy { $0.holds($0.key == "metadata.name" ? node.name : nil) }
  }
}

extension NodeSelectorRequirement {
  fileprivate func holds(_ value: String?) -> Bool {
    switch `operator` {
    case "In": return value.map(values.contains) ?? false
    case "NotIn": return !(value.map(values.contains) ?? false)
    case "Exists": return value != nil
    case "DoesNotExist": return value == nil
    case "Gt", "Lt":
      guard let number = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) else {
        return false
      }
      return `operator` == "Gt" ? number > bound : number < bound
    default: return false
    }
  }
}

internal import KubernetesAPI
internal import ObjectSchema

extension Filter {
  /// Which pods a pod wants beside it, or not, in the node's place of the named topology.
  static let podAffinity = Filter { pod, node, surroundings in
    let wanted = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for term in wanted where !term.isMet(for: pod, on: node, surroundings) {
      return Objection(["node(s) didn't match pod affinity rules"], isResolvable: false)
    }
    let unwanted = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for term in unwanted {
      let neighbours = term.neighbours(on: node, surroundings)
      if neighbours.contains(where: { term.means($0, of: pod, surroundings) }) {
        return Objection(["node(s) didn't match pod anti-affinity rules"], isResolvable: true)
      }
    }
    for other in surroundings.nodes {
      for neighbour in other.pods {
        let terms = neighbour.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
        for term in terms where term.isSamePlace(node, other) && term.means(pod, of: neighbour, surroundings) {
          return Objection(["node(s) didn't satisfy existing pods anti-affinity rules"], isResolvable: true)
        }
      }
    }
    return nil
  }
}

extension PodAffinityTerm {
  func isSamePlace(_ node: NodeState, _ other: NodeState) -> Bool {
    let key = topologyKey ?? ""
    guard let place = node.node.metadata.labels[key] else { return false }
    return other.node.metadata.labels[key] == place
  }

  /// Whether the term, written in the spec of `owner`, speaks of the pod.
  func means(_ pod: Pod, of owner: Pod, _ surroundings: Surroundings) -> Bool {
    guard reaches(pod.namespace, from: owner.namespace, surroundings),
      labelSelector?.matches(pod.metadata.labels) ?? false
    else { return false }
    let (own, others) = (owner.metadata.labels, pod.metadata.labels)
    return matchLabelKeys.allSatisfy { own[$0] == nil || others[$0] == own[$0] }
      && mismatchLabelKeys.allSatisfy { own[$0] == nil || others[$0] != own[$0] }
  }

  private func reaches(_ namespace: String, from own: String, _ surroundings: Surroundings) -> Bool {
    if namespaces.isEmpty && namespaceSelector == nil { return namespace == own }
    return namespaces.contains(namespace)
      || namespaceSelector?.matches(surroundings.namespaceLabels[namespace] ?? [:]) ?? false
  }

  fileprivate func neighbours(on node: NodeState, _ surroundings: Surroundings) -> [Pod] {
    surroundings.nodes.filter { isSamePlace(node, $0) }.flatMap(\.pods)
  }

  fileprivate func isMet(for pod: Pod, on node: NodeState, _ surroundings: Surroundings) -> Bool {
    if node.node.metadata.labels[topologyKey ?? ""] == nil { return false }
    if neighbours(on: node, surroundings).contains(where: { means($0, of: pod, surroundings) }) { return true }
    // The first of a group that wants to be together may be anywhere.
    let isFirst = !surroundings.nodes.contains { $0.pods.contains { means($0, of: pod, surroundings) } }
    return isFirst && means(pod, of: pod, surroundings)
  }
}

extension LabelSelector {
  /// An empty selector matches everything.
  func matches(_ labels: [String: String]) -> Bool {
    matchLabels.allSatisfy { labels[$0.key] == $0.value }
      && matchExpressions.allSatisfy { requirement in
        let value = labels[requirement.key ?? ""]
        switch requirement.operator {
        case "In": return value.map(requirement.values.contains) ?? false
        case "NotIn": return !(value.map(requirement.values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        default: return false
        }
      }
  }
}

internal import KubernetesAPI
internal import ObjectSchema

extension Filter {
  /// Which pods a pod wants beside it, or not, in the node's region of the named topology.
  static let podAffinity = Filter { pod, node, nodes in
    let wanted = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for term in wanted where !term.isMet(for: pod, on: node, nodes) {
      return Objection(["node(s) didn't match pod affinity rules"], isResolvable: false)
    }
    let unwanted = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    for term in unwanted where term.neighbours(of: pod, on: node, nodes).contains(where: { term.means($0, of: pod) }) {
      return Objection(["node(s) didn't match pod anti-affinity rules"], isResolvable: true)
    }
    for other in nodes {
      for neighbour in other.pods {
        let terms = neighbour.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
        for term in terms where term.isSameRegion(node, other) && term.means(pod, of: neighbour) {
          return Objection(["node(s) didn't satisfy existing pods anti-affinity rules"], isResolvable: true)
        }
      }
    }
    return nil
  }
}

extension PodAffinityTerm {
  fileprivate func isSameRegion(_ node: NodeState, _ other: NodeState) -> Bool {
    let key = topologyKey ?? ""
    guard let region = node.node.metadata.labels[key] else { return false }
    return other.node.metadata.labels[key] == region
  }

  fileprivate func neighbours(of pod: Pod, on node: NodeState, _ nodes: [NodeState]) -> [Pod] {
    nodes.filter { isSameRegion(node, $0) }.flatMap(\.pods)
  }

  /// Whether the term, written in the spec of `owner`, speaks of the pod.
  fileprivate func means(_ pod: Pod, of owner: Pod) -> Bool {
    let isNear =
      namespaces.isEmpty && namespaceSelector == nil
      ? pod.namespace == owner.namespace : namespaces.contains(pod.namespace) || namespaceSelector != nil
    return isNear && labelSelector?.matches(pod.metadata.labels) ?? false
  }

  fileprivate func isMet(for pod: Pod, on node: NodeState, _ nodes: [NodeState]) -> Bool {
    if node.node.metadata.labels[topologyKey ?? ""] == nil { return false }
    if neighbours(of: pod, on: node, nodes).contains(where: { means($0, of: pod) }) { return true }
    // The first of a group that wants to be together may be anywhere.
    let isFirst = !nodes.contains { $0.pods.contains { means($0, of: pod) } }
    return isFirst && means(pod, of: pod)
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

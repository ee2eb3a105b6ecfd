/// All that is known when a pod is placed.
public struct Surroundings: Sendable {
  public var nodes: [NodeState]
  /// Of all namespaces, by their names.
  public var namespaceLabels: [String: [String: String]]

  public init(nodes: [NodeState], namespaceLabels: [String: [String: String]] = [:]) {
    self.nodes = nodes
    self.namespaceLabels = namespaceLabels
  }
}

internal import Documents
public import ObjectSchema

/// What a node uses now.
public struct NodeMetrics: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var timestamp: Timestamp?
  public var window: String?
  public var usage: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<NodeMetrics>(
    "NodeMetrics", "What a node uses now.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name and labels of the node."),
      Field("timestamp", \.timestamp, .time, "When it was measured."),
      Field("window", \.window, .string, "The time over which the use of processors is an average."),
      Field("usage", \.usage, mapOf: .quantity, "How much of each resource it uses."),
    ])

  public static let resource = Resource(
    NodeMetrics.self, group: "metrics.k8s.io", version: "v1beta1", kind: "NodeMetrics", plural: "nodes",
    isNamespaced: false, verbs: ["get", "list"],
    columns: UsageColumns.all(window: { $0.window }) { [$0.usage] },
    rules: Rules())
}

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
    columns: [
      .name,
      Column("Cpu", "The processors that are used, as an average.") { metrics, _ in
        .string("\((metrics.usage["cpu"].map(UsageText.amount) ?? 0) / 1_000_000)m")
      },
      Column("Memory", "The memory that is in use.") { metrics, _ in
        .string("\((metrics.usage["memory"].map(UsageText.amount) ?? 0) >> 10)Ki")
      },
      Column("Window", "The time over which it was measured.") { metrics, _ in .string(metrics.window ?? "") },
    ],
    rules: Rules())
}

/// Amounts as they are measured, finer than quantities otherwise are.
public enum UsageText {
  /// Billionths of processors.
  public static func processors(_ nanocores: Int64) -> Quantity { Quantity("\(nanocores)n") ?? Quantity(whole: 0) }

  public static func memory(_ bytes: Int64) -> Quantity { Quantity("\(bytes >> 10)Ki") ?? Quantity(whole: 0) }

  /// Billionths of what has them, otherwise the whole amount.
  static func amount(_ quantity: Quantity) -> Int64 {
    let text = quantity.text
    return text.hasSuffix("n") ? Int64(text.dropLast()) ?? 0 : quantity.value
  }
}

internal import Documents
public import ObjectSchema

/// What the containers of a pod use now.
public struct PodMetrics: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var timestamp: Timestamp?
  public var window: String?
  public var containers: [ContainerMetrics] = []

  public init() {}

  public static let schema = Schema<PodMetrics>(
    "PodMetrics", "What the containers of a pod use now.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name and labels of the pod."),
      Field("timestamp", \.timestamp, .time, "When it was measured."),
      Field("window", \.window, .string, "The time over which the use of processors is an average."),
      Field("containers", \.containers, listOf: .object(ContainerMetrics.self), "Those that run."),
    ])

  public static let resource = Resource(
    PodMetrics.self, group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics", plural: "pods",
    verbs: ["get", "list"],
    columns: UsageColumns.all(window: { $0.window }) { $0.containers.map(\.usage) },
    rules: Rules())
}

public struct ContainerMetrics: Described {
  public var name: String?
  public var usage: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<ContainerMetrics>(
    "ContainerMetrics", "What a container uses now.",
    [
      Field("name", \.name, .string, "The container's name."),
      Field("usage", \.usage, mapOf: .quantity, "How much of each resource it uses."),
    ])
}

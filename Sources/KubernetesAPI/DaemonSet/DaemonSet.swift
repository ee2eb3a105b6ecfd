internal import Documents
public import ObjectSchema

/// Keeps one pod running on every node that fits.
public struct DaemonSet: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = DaemonSetSpec()
  public var status = DaemonSetStatus()

  public init() {}

  public static let schema = Schema<DaemonSet>(
    "DaemonSet", "Keeps one pod running on every node that fits.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field(
        "spec", \.spec, .object(DaemonSetSpec.self), required: true,
        "What the pods are to be, and how they are replaced."
      ),
      Field(
        "status", \.status, .object(DaemonSetStatus.self), checked: false,
        "On how many nodes it runs; written by its controller."),
    ])

  public static let resource = Resource(
    DaemonSet.self, group: "apps", kind: "DaemonSet", plural: "daemonsets", shortNames: ["ds"], categories: ["all"],
    subresources: [Subresource("status", kind: "DaemonSet", verbs: ["get", "patch", "update"])],
    columns: columns, rules: DaemonSetRules.all)

  private static var columns: [Column<DaemonSet>] {
    func count(
      _ name: String, _ path: any KeyPath<DaemonSetStatus, Int32?> & Sendable, _ description: String
    ) -> Column<DaemonSet> {
      Column(name, type: "integer", description) { object, _ in .integer(object.status[keyPath: path] ?? 0) }
    }
    return [
      .name,
      count("Desired", \.desiredNumberScheduled, "How many nodes are to run a pod."),
      count("Current", \.currentNumberScheduled, "How many nodes that are to run a pod have one."),
      count("Ready", \.numberReady, "On how many nodes a pod is ready."),
      count("Up-to-date", \.updatedNumberScheduled, "On how many nodes the pod is as the template says now."),
      count("Available", \.numberAvailable, "On how many nodes a pod has been ready for long enough."),
      Column("Node Selector", "The labels that a node must have.") { object, _ in
        .string(LabelSelector(object.spec.template.spec.nodeSelector).text)
      },
      .age,
    ] + Column.ofPods
  }
}

extension DaemonSet: PodOwner {
  public var podTemplate: PodTemplateSpec { spec.template }
  public var podSelector: LabelSelector? { spec.selector }
}

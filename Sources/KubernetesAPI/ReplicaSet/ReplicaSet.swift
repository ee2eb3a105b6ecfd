internal import Documents
public import ObjectSchema

/// Keeps a number of pods of one kind running.
public struct ReplicaSet: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = ReplicaSetSpec()
  public var status = ReplicaSetStatus()

  public init() {}

  public static let schema = Schema<ReplicaSet>(
    "ReplicaSet", "Keeps a number of pods that are alike running.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(ReplicaSetSpec.self), required: true, "How many pods, and what they are to be."),
      Field(
        "status", \.status, .object(ReplicaSetStatus.self), checked: false,
        "How many pods there are; written by its controller."),
    ])

  public static let resource = Resource(
    ReplicaSet.self, group: "apps", kind: "ReplicaSet", plural: "replicasets", shortNames: ["rs"],
    categories: ["all"],
    subresources: [
      Scale.subresource, Subresource("status", kind: "ReplicaSet", verbs: ["get", "patch", "update"]),
    ],
    columns: columns, rules: ReplicaSetRules.all)

  private static var columns: [Column<ReplicaSet>] {
    [
      .name,
      Column("Desired", type: "integer", "How many pods there are to be.") { object, _ in
        .integer(object.desiredReplicas)
      },
      Column("Current", type: "integer", "How many pods there are.") { object, _ in
        .integer(object.presentReplicas)
      },
      Column("Ready", type: "integer", "How many of its pods are ready.") { object, _ in
        .integer(object.status.readyReplicas ?? 0)
      },
      .age,
    ] + Column.ofPods
  }
}

extension ReplicaSet: Scalable {
  public var podTemplate: PodTemplateSpec { spec.template }
  public var podSelector: LabelSelector? { spec.selector }

  public var desiredReplicas: Int32 {
    get { spec.replicas ?? 1 }
    set { spec.replicas = newValue }
  }

  public var presentReplicas: Int32 { status.replicas ?? 0 }
}

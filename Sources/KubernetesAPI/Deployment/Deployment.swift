internal import Documents
public import ObjectSchema

/// Keeps a number of pods running and replaces them step by step when they are to change.
public struct Deployment: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = DeploymentSpec()
  public var status = DeploymentStatus()

  public init() {}

  public static let schema = Schema<Deployment>(
    "Deployment", "Keeps a number of pods running and replaces them step by step when they are to change.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field(
        "spec", \.spec, .object(DeploymentSpec.self), required: true,
        "How many pods, what they are to be and how they are replaced."),
      Field(
        "status", \.status, .object(DeploymentStatus.self), checked: false,
        "How far it has come; written by its controller."),
    ])

  public static let resource = Resource(
    Deployment.self, group: "apps", kind: "Deployment", plural: "deployments", shortNames: ["deploy"],
    categories: ["all"],
    subresources: [
      Scale.subresource, Subresource("status", kind: "Deployment", verbs: ["get", "patch", "update"]),
    ],
    columns: columns, rules: DeploymentRules.all)

  private static var columns: [Column<Deployment>] {
    [
      .name,
      Column("Ready", "How many of the pods that are to be are ready.") { object, _ in
        .string("\(object.status.readyReplicas ?? 0)/\(object.desiredReplicas)")
      },
      Column("Up-to-date", "How many pods are as the template says now.") { object, _ in
        .integer(object.status.updatedReplicas ?? 0)
      },
      Column("Available", "How many pods have been ready for long enough.") { object, _ in
        .integer(object.status.availableReplicas ?? 0)
      },
      .age,
    ] + Column.ofPods
  }
}

extension Deployment: Scalable {
  public var podTemplate: PodTemplateSpec { spec.template }
  public var podSelector: LabelSelector? { spec.selector }

  public var desiredReplicas: Int32 {
    get { spec.replicas ?? 1 }
    set { spec.replicas = newValue }
  }

  public var presentReplicas: Int32 { status.replicas ?? 0 }
}

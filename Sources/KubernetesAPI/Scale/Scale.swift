internal import Documents
public import ObjectSchema

/// How many pods a kind that can be scaled is to have and has: the same view of all such kinds.
public struct Scale: APIObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = ScaleSpec()
  public var status = ScaleStatus()

  public init() {}

  public init(of object: any Scalable) {
    apiVersion = "autoscaling/v1"
    kind = "Scale"
    metadata.name = object.metadata.name
    metadata.namespace = object.metadata.namespace
    metadata.uid = object.metadata.uid
    metadata.resourceVersion = object.metadata.resourceVersion
    metadata.creationTimestamp = object.metadata.creationTimestamp
    spec.replicas = object.desiredReplicas == 0 ? nil : object.desiredReplicas
    status.replicas = object.presentReplicas
    status.selector = object.podSelector?.queryText
  }

  public static let schema = Schema<Scale>(
    "Scale", "How many pods an object is to have and has.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name and history of the scaled object."),
      Field("spec", \.spec, .object(ScaleSpec.self), "How many pods there are to be."),
      Field("status", \.status, .object(ScaleStatus.self), checked: false, "How many pods there are."),
    ])

  public static let columns: [Column<Scale>] = [
    Column("Name", format: "name", "Name of the scaled object.") { scale, _ in .string(scale.metadata.name ?? "") },
    Column("Desired", type: "integer", "How many pods there are to be.") { scale, _ in
      .integer(scale.spec.replicas ?? 0)
    },
    Column("Available", type: "integer", "How many pods there are.") { scale, _ in
      .integer(scale.status.replicas ?? 0)
    },
    Column("Age", "Time since the object was made.") { scale, now in
      .string(Age.text(since: scale.metadata.creationTimestamp, now: now))
    },
  ]

  /// The part of a kind through which it is scaled.
  public static let subresource = Subresource(
    "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"])
}

/// How many pods there are to be.
public struct ScaleSpec: Described {
  public var replicas: Int32?

  public init() {}

  public static let schema = Schema<ScaleSpec>(
    "ScaleSpec", "How many pods there are to be.",
    [
      Field("replicas", \.replicas, .int32, written: .unlessZero, format: .notNegative, "The number of pods.")
    ])
}

/// How many pods there are.
public struct ScaleStatus: Described {
  public var replicas: Int32? = 0
  public var selector: String?

  public init() {}

  public static let schema = Schema<ScaleStatus>(
    "ScaleStatus", "How many pods there are.",
    [
      Field("replicas", \.replicas, .int32, required: true, "The number of pods."),
      Field("selector", \.selector, .string, "The labels of the pods, as a query for them."),
    ])
}

/// A kind whose number of pods can be set through its scale.
public protocol Scalable: PodOwner {
  var desiredReplicas: Int32 { get set }
  var presentReplicas: Int32 { get }
}

internal import Documents
public import ObjectSchema

/// The scheduler's decision: this pod goes to that node.
public struct Binding: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var target = ObjectReference()

  public init() {}

  public static let schema = Schema<Binding>(
    "Binding", "Ties a pod to the node that it shall run on.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "The pod's name and namespace."),
      Field("target", \.target, .object(ObjectReference.self), "The node."),
    ])

  /// Only ever created, and not kept: what it says goes into the pod.
  public static let resource = Resource(
    Binding.self, kind: "Binding", plural: "bindings", verbs: ["create"], columns: [.name], rules: Rules())
}

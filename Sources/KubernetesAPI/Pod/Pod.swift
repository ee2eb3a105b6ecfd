public import ObjectSchema

/// A group of containers that live and die together on one node.
public struct Pod: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = PodSpec()
  public var status = PodStatus()

  public init() {}

  public static let schema = Schema<Pod>(
    "Pod", "A group of containers that share a network address and volumes, and live on one node.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(PodSpec.self), "What the pod is to be."),
      Field("status", \.status, .object(PodStatus.self), checked: false, "What the pod is; written by its node."),
    ])

  public static let resource = Resource(
    Pod.self, kind: "Pod", plural: "pods", shortNames: ["po"], categories: ["all"],
    subresources: [
      Subresource("attach", kind: "PodAttachOptions", verbs: ["create", "get"]),
      Subresource("binding", kind: "Binding", verbs: ["create"]),
      Subresource("ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"]),
      Subresource("eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"]),
      Subresource("exec", kind: "PodExecOptions", verbs: ["create", "get"]),
      Subresource("log", kind: "Pod", verbs: ["get"]),
      Subresource("portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"]),
      Subresource("status", kind: "Pod", verbs: ["get", "patch", "update"]),
    ],
    columns: PodColumns.all,
    rules: PodRules.all)
}

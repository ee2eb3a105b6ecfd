internal import Documents
public import ObjectSchema

/// A room for names: most objects live in one.
public struct Namespace: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = NamespaceSpec()
  public var status = NamespaceStatus()

  public init() {}

  public static let schema = Schema<Namespace>(
    "Namespace", "A room for names: most objects live in one.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(NamespaceSpec.self), "What must be done before it may go."),
      Field("status", \.status, .object(NamespaceStatus.self), checked: false, "Whether it is in use or going."),
    ])

  public static let resource = Resource(
    Namespace.self, kind: "Namespace", plural: "namespaces", shortNames: ["ns"], isNamespaced: false,
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    subresources: [
      Subresource("finalize", kind: "Namespace", verbs: ["update"]),
      Subresource("status", kind: "Namespace", verbs: ["get", "patch", "update"]),
    ],
    columns: [
      .name,
      Column("Status", "Active, or Terminating while it goes.") { namespace, _ in
        .string(namespace.status.phase ?? "")
      },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<Namespace> {
    var rules = Rules<Namespace>()
    rules.nameProblems = Names.labelProblems
    rules.applyDefaults = { $0.metadata.labels["kubernetes.io/metadata.name"] = $0.metadata.name }
    rules.prepareForCreation = { namespace in
      namespace.status = NamespaceStatus()
      namespace.status.phase = "Active"
      if !namespace.spec.finalizers.contains("kubernetes") { namespace.spec.finalizers.append("kubernetes") }
    }
    rules.prepareForUpdate = { namespace, old, scope in
      switch scope {
      case .main:
        namespace.status = old.status
        namespace.spec.finalizers = old.spec.finalizers
      case .status: namespace.spec = old.spec
      }
    }
    rules.selectableFields = { ["name": $0.name, "status.phase": $0.status.phase ?? ""] }
    return rules
  }
}

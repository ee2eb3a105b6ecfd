internal import Documents
public import ObjectSchema

/// A machine, or what stands for one, that pods run on.
public struct Node: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = NodeSpec()
  public var status = NodeStatus()

  public init() {}

  public static let schema = Schema<Node>(
    "Node", "A machine, or what stands for one, that pods run on.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(NodeSpec.self), "What is asked of the node."),
      Field("status", \.status, .object(NodeStatus.self), checked: false, "What the node is; written by its kubelet."),
    ])

  public static let resource = Resource(
    Node.self, kind: "Node", plural: "nodes", shortNames: ["no"], isNamespaced: false,
    subresources: [
      Subresource("proxy", kind: "NodeProxyOptions", verbs: ["create", "delete", "get", "patch", "update"]),
      Subresource("status", kind: "Node", verbs: ["get", "patch", "update"]),
    ],
    columns: columns, rules: rules)

  private static var rules: Rules<Node> {
    var rules = Rules<Node>()
    rules.prepareForUpdate = { node, old, scope in
      switch scope {
      case .main: node.status = old.status
      case .status: node.spec = old.spec
      }
    }
    rules.selectableFields = { ["spec.unschedulable": $0.spec.unschedulable == true ? "true" : "false"] }
    return rules
  }

  private static var columns: [Column<Node>] {
    [
      .name,
      Column("Status", "Whether the node takes and runs pods.") { node, _ in .string(node.statusText) },
      Column("Roles", "What else the node does.") { node, _ in .string(node.rolesText) },
      .age,
      Column("Version", "Its kubelet's version.") { node, _ in .string(node.status.nodeInfo.kubeletVersion ?? "") },
      Column("Internal-IP", wide: true, "Its address in the cluster.") { node, _ in
        .string(node.address("InternalIP"))
      },
      Column("External-IP", wide: true, "Its address outside.") { node, _ in .string(node.address("ExternalIP")) },
      Column("OS-Image", wide: true, "Its system.") { node, _ in .string(node.status.nodeInfo.osImage ?? "<unknown>") },
      Column("Kernel-Version", wide: true, "Its kernel.") { node, _ in
        .string(node.status.nodeInfo.kernelVersion ?? "<unknown>")
      },
      Column("Container-Runtime", wide: true, "What runs its containers.") { node, _ in
        .string(node.status.nodeInfo.containerRuntimeVersion ?? "<unknown>")
      },
    ]
  }

  public var isReady: Bool { status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }

  private var statusText: String {
    var words: [String] = []
    switch status.conditions.first(where: { $0.type == "Ready" })?.status {
    case "True": words.append("Ready")
    case nil: words.append("Unknown")
    default: words.append("NotReady")
    }
    if spec.unschedulable == true { words.append("SchedulingDisabled") }
    return words.joined(separator: ",")
  }

  var rolesText: String {
    let prefix = "node-role.kubernetes.io/"
    var roles = metadata.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    if let role = metadata.labels["kubernetes.io/role"] { roles.append(role) }
    return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
  }

  private func address(_ type: String) -> String {
    status.addresses.first { $0.type == type }?.address ?? "<none>"
  }
}

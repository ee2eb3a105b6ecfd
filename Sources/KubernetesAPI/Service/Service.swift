public import ObjectSchema

/// A lasting address for pods that come and go.
public struct Service: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = ServiceSpec()
  public var status = ServiceStatus()

  public init() {}

  public static let schema = Schema<Service>(
    "Service", "A lasting name and address for pods that come and go, found by their labels.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("spec", \.spec, .object(ServiceSpec.self), "Which pods are meant and how they are reached."),
      Field("status", \.status, .object(ServiceStatus.self), checked: false, "What has been set up for it."),
    ])

  public static let resource = Resource(
    Service.self, kind: "Service", plural: "services", shortNames: ["svc"], categories: ["all"],
    subresources: [Subresource("status", kind: "Service", verbs: ["get", "patch", "update"])],
    columns: ServiceColumns.all,
    rules: ServiceRules.all)

  // MARK: What several rules ask

  /// The clients are to find the pods themselves: there is no address of its own.
  public var isHeadless: Bool { spec.clusterIPs == ["None"] }

  public var needsClusterIP: Bool { spec.type != "ExternalName" }

  public var needsNodePorts: Bool { spec.type == "NodePort" || spec.type == "LoadBalancer" }

  /// A balancer asks which nodes have a pod only when no node passes on to another one.
  public var needsHealthCheckPort: Bool { spec.type == "LoadBalancer" && spec.externalTrafficPolicy == "Local" }

  var isExternallyAccessible: Bool {
    needsNodePorts || spec.type == "ClusterIP" && !spec.externalIPs.isEmpty
  }
}

internal import Documents
internal import KubernetesAPI

/// `kubectl expose`: a service for what an object's pods offer.
enum Expose {
  static let clusterIP = Flag.text("cluster-ip", "The address of the service; None makes one without an address.")
  static let externalIP = Flag.text("external-ip", "An address outside of the cluster that leads to it too.")
  static let fieldManager = SharedFlags.fieldManager("kubectl-expose")
  static let labels = Flag.text("labels", short: "l", "Labels KEY=VALUE for the service, joined with commas.")
  static let loadBalancerIP = Flag.text("load-balancer-ip", "The address that a load balancer shall have.")
  static let name = Flag.text("name", "The name of the service, when it is not that of the object.")
  static let overrides = Flag.text("overrides", "JSON that is merged over the generated service.")
  static let overrideType = Flag.text(
    "override-type", default: "merge", values: .oneOf(["merge", "strategic", "json"]), "How --overrides is merged.")
  static let port = Flag.text("port", "The port of the service, when it is not that of the object.")
  static let protocolName = Flag.text("protocol", values: .oneOf(["TCP", "UDP", "SCTP"]), "TCP, UDP or SCTP.")
  static let selector = Flag.text("selector", "The labels by which the service finds its pods.")
  static let affinity = Flag.text(
    "session-affinity", values: .oneOf(["None", "ClientIP"]), "ClientIP leads a client to the same pod each time.")
  static let targetPort = Flag.text("target-port", "The port of the pods, by number or name.")
  static let type = Flag.text(
    "type", values: .oneOf(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]), "What kind of service it is.")

  static let command = Command(
    name: "expose", group: .beginner,
    summary: "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    examples: [
      Example("A pod, on the port that it names", "kubectl expose pod web"),
      Example(
        "On another port and under another name", "kubectl expose pod web --port=8080 --target-port=80 --name=site"),
      Example("On a port of every node", "kubectl expose deployment web --port=80 --type=NodePort"),
    ],
    usage:
      "expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]",
    flags: [
      clusterIP.row, SharedFlags.dryRun.row, externalIP.row, fieldManager.row, SharedFlags.filename.row,
      SharedFlags.kustomize.row, labels.row, loadBalancerIP.row, name.row, overrides.row, overrideType.row, port.row,
      protocolName.row, SharedFlags.recursive.row, SharedFlags.saveConfig.row, selector.row, affinity.row,
      targetPort.row, type.row,
    ] + SharedFlags.objectOutput,
    arguments: .resources(of: ["pods", "services", "deployments", "replicasets", "replicationcontrollers"]),
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.refuseKustomize()
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    // Here `--selector` says what the service selects, not what is exposed.
    let selected = try await SelectedResources.resolve(invocation.without(selector.row))
    if selected.requests.contains(where: { $0.name == nil }) {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    for request in selected.requests {
      let object = try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")
      let exposed = Exposed(object: object, kind: request.kind)
      try exposed.check()
      var service = try service(for: exposed, invocation)
      if !invocation[overrides].isEmpty { service = try overridden(service, invocation) }
      var creation = try Creation(
        invocation, dryRun: try await DryRun(invocation), validation: nil, manager: invocation[fieldManager])
      creation.verb = "exposed"
      try await creation.create(service, ResourceKind(Service.resource), request.namespace)
    }
    return 0
  }

  private static func overridden(_ service: Document, _ invocation: Invocation) throws -> Document {
    do {
      return MergePatch.apply(try Document.parse(json: invocation[overrides]), to: service)
    } catch {
      throw Failure("Invalid JSON Patch: \(error)")
    }
  }

  private static func service(for exposed: Exposed, _ invocation: Invocation) throws -> Document {
    let selector =
      invocation[selector].isEmpty ? try exposed.selector() : try LabelPairs.parse(invocation[selector])
    var ports = exposed.ports
    if !invocation[port].isEmpty {
      ports = invocation[port].split(separator: ",").map { .init(number: String($0), protocolName: nil) }
    }
    if ports.isEmpty, invocation[clusterIP] != "None" {
      throw Failure("couldn't find port via --port flag or introspection")
    }
    let entries = try ports.enumerated().map { index, port -> Document in
      guard let number = Int32(port.number) else {
        throw Failure("strconv.Atoi: parsing \"\(port.number)\": invalid syntax")
      }
      let found = exposed.ports.first { $0.number == port.number }?.protocolName
      let chosen = invocation[protocolName].isEmpty ? found ?? "TCP" : invocation[protocolName]
      let target = invocation[targetPort].isEmpty ? port.number : invocation[targetPort]
      var entry: Document = [
        "port": .integer(number), "protocol": .string(chosen),
        "targetPort": Int32(target).map { .integer($0) } ?? .string(target),
      ]
      // Of several, each needs a name.
      if ports.count > 1 { entry["name"] = .string("port-\(index + 1)") }
      return entry
    }
    var spec: Document = ["selector": selector]
    if !entries.isEmpty { spec["ports"] = .list(entries) }
    if !invocation[externalIP].isEmpty { spec["externalIPs"] = [.string(invocation[externalIP])] }
    if !invocation[clusterIP].isEmpty { spec["clusterIP"] = .string(invocation[clusterIP]) }
    if !invocation[loadBalancerIP].isEmpty { spec["loadBalancerIP"] = .string(invocation[loadBalancerIP]) }
    if !invocation[type].isEmpty { spec["type"] = .string(invocation[type]) }
    if !invocation[affinity].isEmpty {
      guard ["None", "ClientIP"].contains(invocation[affinity]) else {
        throw Failure("unknown session affinity: \(invocation[affinity])")
      }
      spec["sessionAffinity"] = .string(invocation[affinity])
    }
    let given = invocation[name].isEmpty ? String(exposed.name.prefix(63)) : invocation[name]
    var metadata = Generator.metadata(given, invocation)
    metadata["labels"] = invocation[labels].isEmpty ? exposed.labels : try LabelPairs.parse(invocation[labels])
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": ["loadBalancer": [:]],
    ]
  }
}

/// What of an object can be offered by a service.
private struct Exposed {
  struct Port {
    var number: String
    var protocolName: String?
  }

  let object: Document
  let kind: ResourceKind

  var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
  var labels: Document? { object["metadata"]?["labels"] }

  func check() throws {
    guard ["Pod", "Service", "ReplicationController", "Deployment", "ReplicaSet"].contains(kind.kind) else {
      throw Failure("cannot expose a \(kind.groupKind)")
    }
  }

  func selector() throws -> Document {
    let found: Document?
    let complaint: String
    switch kind.kind {
    case "Pod": (found, complaint) = (labels, "the pod has no labels and cannot be exposed")
    case "Deployment", "ReplicaSet":
      let selector = object["spec"]?["selector"]
      if let expressions = selector?["matchExpressions"]?.listValue, !expressions.isEmpty {
        throw Failure(
          "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - \"\(expressions)\" to map-based selector format"
        )
      }
      (found, complaint) = (
        selector?["matchLabels"], "invalid \(kind.kind.lowercased()): no selectors, therefore cannot be exposed"
      )
    default:
      (found, complaint) = (object["spec"]?["selector"], "the \(kind.kind.lowercased()) has no pod selector set")
    }
    guard let found, found.mapValue?.isEmpty == false else {
      throw Failure("couldn't retrieve selectors via --selector flag or introspection: \(complaint)")
    }
    return found
  }

  var ports: [Port] {
    if kind.kind == "Service" {
      return (object["spec"]?["ports"]?.listValue ?? []).compactMap { Self.port($0, "port") }
    }
    let spec = kind.kind == "Pod" ? object["spec"] : object["spec"]?["template"]?["spec"]
    return (spec?["containers"]?.listValue ?? []).flatMap { container in
      (container["ports"]?.listValue ?? []).compactMap { Self.port($0, "containerPort") }
    }
  }

  private static func port(_ entry: Document, _ key: String) -> Port? {
    guard let number = entry[key]?.integerValue else { return nil }
    return Port(number: String(number), protocolName: entry["protocol"]?.stringValue)
  }
}

/// `a=b,c=d` as people write labels.
enum LabelPairs {
  static func parse(_ text: String) throws -> Document {
    var map = DocumentMap()
    for pair in text.split(separator: ",") {
      guard let equals = pair.firstIndex(of: "=") else { throw Failure("unexpected label spec: \(pair)") }
      map[String(pair[..<equals])] = .string(String(pair[pair.index(after: equals)...]))
    }
    return .map(map)
  }
}

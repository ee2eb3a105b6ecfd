internal import Documents

/// `kubectl create service`.
enum CreateService {
  static let ports = Flag.list("tcp", "A port PORT or PORT:TARGETPORT; may be given several times.")
  static let clusterIP = Flag.text("clusterip", "The address of the service; None makes one without an address.")
  static let nodePort = Flag.number("node-port", default: 0, "The port that every node opens for it.")
  static let externalName = Flag.text("external-name", "The name outside of the cluster that the service stands for.")

  static let command = Command(
    name: "service", aliases: ["svc"],
    summary: "Create a service using a specified subcommand",
    usage: "create service [flags] [options]",
    subcommands: [
      subcommand(
        "clusterip", "ClusterIP", "Create a ClusterIP service", flags: [clusterIP.row],
        usage: "[--tcp=<port>:<targetPort>]"),
      subcommand(
        "externalname", "ExternalName", "Create an ExternalName service", flags: [externalName.row],
        usage: "--external-name external.name"),
      subcommand(
        "loadbalancer", "LoadBalancer", "Create a LoadBalancer service", flags: [], usage: "[--tcp=port:targetPort]"),
      subcommand(
        "nodeport", "NodePort", "Create a NodePort service", flags: [nodePort.row], usage: "[--tcp=port:targetPort]"),
    ])

  private static func subcommand(
    _ name: String, _ type: String, _ summary: String, flags: [FlagRow], usage: String
  ) -> Command {
    Command(
      name: name, summary: summary,
      usage: "create service \(name) NAME \(usage) [--dry-run=server|client|none] [options]",
      flags: [ports.row] + flags + Generator.flags, run: { try await run($0, type: type) })
  }

  private static func run(_ invocation: Invocation, type: String) async throws -> Int32 {
    if type == "ExternalName", !invocation.isGiven(externalName) {
      throw Failure.missingFlags(["external-name"], invocation)
    }
    let name = try Generator.name(invocation)
    let isHeadless = type == "ClusterIP" && invocation[clusterIP] == "None"
    if invocation[ports].isEmpty, type != "ExternalName", !isHeadless {
      throw Failure("at least one tcp port specifier must be provided")
    }
    let selector: Document = ["app": .string(name)]
    var spec: Document = ["selector": selector, "type": .string(type)]
    if type == "ClusterIP", !invocation[clusterIP].isEmpty { spec["clusterIP"] = .string(invocation[clusterIP]) }
    if type == "ExternalName" { spec["externalName"] = .string(invocation[externalName]) }
    let entries = try invocation[ports].map { text -> Document in
      var entry = try port(text)
      if type == "NodePort", invocation[nodePort] != 0 { entry["nodePort"] = .integer(invocation[nodePort]) }
      return entry
    }
    if !entries.isEmpty { spec["ports"] = .list(entries) }
    let object: Document = [
      "apiVersion": "v1", "kind": "Service", "metadata": Generator.metadata(name, invocation, labels: selector),
      "spec": spec, "status": ["loadBalancer": [:]],
    ]
    return try await Generator.create(object, invocation, attempt: "failed to create \(type) service:")
  }

  /// `80`, `80:8080` or `80:http`.
  private static func port(_ text: String) throws -> Document {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let number = Int32(parts[0]) else {
      throw Failure("strconv.ParseUint: parsing \"\(parts[0])\": invalid syntax")
    }
    guard (1...65_535).contains(number) else {
      throw Failure("invalid port number \"\(number)\"")
    }
    let target = parts.count == 2 ? parts[1] : parts[0]
    return [
      "name": .string(text.replacing(":", with: "-")), "port": .integer(number), "protocol": "TCP",
      "targetPort": Int32(target).map { .integer($0) } ?? .string(target),
    ]
  }
}

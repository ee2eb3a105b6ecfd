public import ClusterClient
public import Documents
public import KubernetesAPI

/// What a pod is made of: its sandbox, its containers, and what they share.
public struct PodAnatomy: Sendable {
  private let pod: Pod
  private let sandbox: Document
  private let containers: [Document]

  /// - Parameter report: As the kubelet of the pod's node tells it.
  public init(_ pod: Pod, report: Document) {
    self.pod = pod
    sandbox = report["sandbox"] ?? [:]
    containers = report["containers"]?.listValue ?? []
  }

  public static func gather(
    _ client: ClusterClient, namespace: String, name: String
  ) async throws(StatusError) -> PodAnatomy {
    let pod = try await client.get(Pod.self, name, namespace: namespace)
    guard let node = pod.spec.nodeName, !node.isEmpty else {
      throw StatusError.conflict("pods", name, "it is on no node yet, so there is nothing to look into")
    }
    let path = Node.resource.path(name: node, subresource: "proxy") + "/anatomy/\(namespace)/\(name)"
    let answer = try await client.send("GET", path)
    guard let report = try? Document.parse(json: answer) else {
      throw StatusError.internalError("the kubelet of \(node) did not answer with JSON")
    }
    return PodAnatomy(pod, report: report)
  }

  // MARK: Lines

  public var document: Document {
    [
      "pod": .string(pod.name), "node": .string(pod.spec.nodeName ?? ""), "sandbox": sandbox,
      "containers": .list(containers),
    ]
  }

  /// - Parameter isSpoken: Whether each line says what it belongs to, for those who hear it.
  public func lines(isSpoken: Bool) -> [String] {
    guard isSpoken else { return lines() }
    var (part, label) = ("", "")
    return lines().compactMap { line in
      guard line.hasPrefix("  ") else {
        part = line
        return line.hasPrefix("pod ") || line.hasSuffix(".") ? line : nil
      }
      let words = line.split(separator: " ").map(String.init)
      let isNew = line.dropFirst(2).first != " "
      if isNew { label = words.first ?? "" }
      return "\(part), \(label): " + words.dropFirst(isNew ? 1 : 0).joined(separator: " ")
    }
  }

  public func lines() -> [String] {
    var lines = ["pod \(pod.name) on node \(pod.spec.nodeName ?? ""), \(pod.status.podIP ?? "no address")", ""]
    lines += ["sandbox"] + row("process", pause) + row("holds", namespaces(shared, of: sandbox)) + limits(sandbox)
    for container in containers { lines += [""] + part(container) }
    if containers.isEmpty { lines += ["", "No container runs in it."] }
    return lines
  }

  private func row(_ label: String, _ text: String) -> [String] {
    text.isEmpty ? [] : ["  " + label + String(repeating: " ", count: max(1, 10 - label.count)) + text]
  }

  private var pause: String {
    guard let process = sandbox["processes"]?.listValue?.first else { return "" }
    return "\(number(process, "id")) \(process["command"]?.stringValue ?? "")"
  }

  private func number(_ document: Document, _ field: String) -> Int64 { document[field]?.integerValue ?? 0 }

  private static let kinds = ["net", "ipc", "uts", "pid", "mnt", "cgroup", "user"]

  /// The namespaces of the sandbox that at least one container lives in; without containers, those that pods share.
  private var shared: [String] {
    if containers.isEmpty { return ["net", "ipc", "uts"] }
    return Self.kinds.filter { kind in
      kind != "user" && containers.contains { inode(kind, of: $0) == inode(kind, of: sandbox) }
    }
  }

  private func inode(_ kind: String, of member: Document) -> Int64? { member["namespaces"]?[kind]?.integerValue }

  private func namespaces(_ kinds: [String], of member: Document) -> String {
    kinds.compactMap { kind in inode(kind, of: member).map { "\(kind) \($0)" } }.joined(separator: "   ")
  }

  private func part(_ container: Document) -> [String] {
    let own = Self.kinds.filter { kind in
      kind != "user" && inode(kind, of: container) != inode(kind, of: sandbox)
    }
    let common = Self.kinds.filter { $0 != "user" && !own.contains($0) && inode($0, of: container) != nil }
    var lines = ["container \(container["name"]?.stringValue ?? "")"]
    lines += row(
      "shares", common.isEmpty ? "nothing with the sandbox" : common.joined(separator: ", ") + " with the sandbox")
    lines += row("own", namespaces(own, of: container))
    lines += limits(container)
    let mounts = (container["mounts"]?.listValue ?? []).sorted {
      ($0["path"]?.stringValue ?? "") < ($1["path"]?.stringValue ?? "")
    }
    for (index, mount) in mounts.enumerated() {
      lines += row(index == 0 ? "mounts" : "", text(of: mount))
    }
    let processes = container["processes"]?.listValue ?? []
    if !processes.isEmpty { lines += row("processes", "on the node, inside, user: command") }
    for process in processes {
      let numbers = [number(process, "id"), number(process, "innerID"), number(process, "user")].map { number in
        String(repeating: " ", count: max(0, 7 - "\(number)".count)) + "\(number)"
      }
      lines += row("", numbers.joined() + "  " + (process["command"]?.stringValue ?? ""))
    }
    return lines
  }

  private func text(of mount: Document) -> String {
    let path = mount["path"]?.stringValue ?? ""
    let source = mount["source"]?.stringValue ?? ""
    let readOnly = mount["readOnly"]?.boolValue == true ? ", read-only" : ""
    let volume = pod.spec.containers.flatMap(\.volumeMounts).first { $0.mountPath == path }?.name
    let isHostPath = pod.spec.volumes.contains { $0.name == volume && $0.hostPath != nil }
    var origin = volume.map { "volume \($0)" } ?? mount["type"]?.stringValue ?? ""
    // Where the kubelet keeps the others is its own affair.
    if isHostPath { origin += ", \(source) on the node" }
    return "\(path)  (\(origin)\(readOnly))"
  }

  private func limits(_ member: Document) -> [String] {
    guard let cgroup = member["cgroup"]?.stringValue else { return [] }
    var parts: [String] = []
    if let use = member["memoryUse"]?.integerValue {
      parts.append(
        "memory \(Self.mebibytes(use))"
          + (member["memoryLimit"]?.integerValue.map { " of \(Self.mebibytes($0))" } ?? ", no limit"))
    }
    parts.append("cpu " + (member["cpuMillicores"]?.integerValue.map { "\($0)m" } ?? "no limit"))
    if let most = member["processLimit"]?.integerValue {
      let count = member["processes"]?.listValue?.count ?? 0
      parts.append("processes \(count) of \(most)")
    }
    let pods = sandbox["cgroup"]?.stringValue ?? ""
    let own = !pods.isEmpty && cgroup.hasPrefix(pods + "/") ? String(cgroup.dropFirst(pods.count + 1)) : ""
    let short = own.count > 12 ? own.prefix(12) + "…" : own
    return row("cgroup", own.isEmpty ? cgroup : "the pod's, and in it \(short)")
      + row("", parts.joined(separator: "   "))
  }

  private static func mebibytes(_ bytes: Int64) -> String {
    let tenths = (bytes * 10 + (1 << 19)) >> 20
    return tenths % 10 == 0 ? "\(tenths / 10) MiB" : "\(tenths / 10).\(tenths % 10) MiB"
  }
}

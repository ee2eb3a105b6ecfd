internal import KubernetesAPI
internal import ObjectSchema

/// The fields of a pod that its own containers may read: the downward API.
enum PodFields {
  static func value(_ path: String, of pod: Pod, addresses: [String], hostAddresses: [String]) -> String? {
    switch path {
    case "metadata.name": return pod.name
    case "metadata.namespace": return pod.namespace
    case "metadata.uid": return pod.uid
    case "metadata.labels": return lines(pod.metadata.labels)
    case "metadata.annotations": return lines(pod.metadata.annotations)
    case "spec.nodeName": return pod.spec.nodeName ?? ""
    case "spec.serviceAccountName": return pod.spec.serviceAccountName ?? ""
    case "status.podIP": return addresses.first ?? ""
    case "status.podIPs": return addresses.joined(separator: ",")
    case "status.hostIP": return hostAddresses.first ?? ""
    case "status.hostIPs": return hostAddresses.joined(separator: ",")
    default:
      if let key = subscripted(path, "metadata.labels") { return pod.metadata.labels[key] ?? "" }
      if let key = subscripted(path, "metadata.annotations") { return pod.metadata.annotations[key] ?? "" }
      return nil
    }
  }

  /// An amount that a container asks for or may not exceed, in units of the divisor, rounded up. Whoever has no limit may
  /// use the whole node.
  static func value(
    _ field: ResourceFieldSelector, of pod: Pod, container: Container?, node: MachineFacts
  ) throws(ContainerPlanError) -> String {
    let name = field.containerName ?? ""
    let named = (pod.spec.containers + pod.spec.initContainers).first { $0.name == name }
    guard let whose = named ?? (name.isEmpty ? container : nil) else {
      throw ContainerPlanError("container \(name) not found")
    }
    let parts = (field.resource ?? "").split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return "0" }
    let amounts =
      parts[0] == "limits"
      ? node.amounts.merging(whose.resources.limits) { $1 } : whose.resources.requests
    guard let amount = amounts[parts[1]] else { return "0" }
    // A divisor of zero is one that was not given.
    let divisor = field.divisor.map(\.milliValue).flatMap { $0 > 0 ? $0 : nil } ?? 1000
    return String((amount.milliValue + divisor - 1) / divisor)
  }

  private static func lines(_ map: [String: String]) -> String {
    map.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: "\n")
  }

  private static func escaped(_ value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      default: text.append(character)
      }
    }
    return text
  }

  private static func subscripted(_ path: String, _ field: String) -> String? {
    guard path.hasPrefix(field + "['"), path.hasSuffix("']") else { return nil }
    return String(path.dropFirst(field.count + 2).dropLast(2))
  }
}

internal import KubernetesAPI
internal import ObjectSchema

/// How much of each resource a pod asks for, in thousandths.
struct PodRequests: Sendable, Equatable {
  private(set) var amounts: [String: Int64] = [:]

  /// Containers run together, init containers one after the other: what counts is the larger need. Sidecars run on
  /// beside all that come after them.
  init(_ spec: PodSpec) {
    var together: [String: Int64] = [:]
    for container in spec.containers { Self.add(container.resources.requests, to: &together) }
    var sidecars: [String: Int64] = [:]
    var peak: [String: Int64] = [:]
    for container in spec.initContainers {
      var alone = sidecars
      Self.add(container.resources.requests, to: &alone)
      if container.restartPolicy == "Always" { sidecars = alone }
      peak.merge(alone, uniquingKeysWith: max)
    }
    together.merge(sidecars, uniquingKeysWith: +)
    amounts = together.merging(peak, uniquingKeysWith: max)
    Self.add(spec.overhead, to: &amounts)
  }

  subscript(resource: String) -> Int64 { amounts[resource] ?? 0 }

  /// What a pod is reckoned with that does not say what it needs: it needs something.
  func usual(_ resource: String) -> Int64 {
    if self[resource] > 0 { return self[resource] }
    return switch resource {
    case "cpu": 100
    case "memory": 200 * 1024 * 1024 * 1000
    default: 0
    }
  }

  private static func add(_ requests: [String: Quantity], to sum: inout [String: Int64]) {
    for (name, amount) in requests { sum[name, default: 0] += amount.milliValue }
  }
}

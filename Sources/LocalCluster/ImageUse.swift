internal import ClusterClient
internal import HTTPTransport
internal import ImageStore
internal import KubernetesAPI
internal import SystemIO

/// A container of a pod, and the image that it is made from.
struct ImageUse: Sendable, CustomStringConvertible {
  let cluster: String
  let namespace: String
  let pod: String
  let container: String
  let isRunning: Bool
  private let imageID: String

  var description: String { "container \(container) of pod \(namespace)/\(pod) in the cluster \(cluster)" }

  func uses(_ image: Image) -> Bool {
    imageID == image.id || !imageID.isEmpty && imageID.suffix(71) == image.digest.suffix(71)
  }

  /// Of all clusters of this user that run: they share their images.
  static func all(_ paths: ClusterPaths) async -> [ImageUse] {
    var uses: [ImageUse] = []
    for cluster in paths.neighbours {
      let client = ClusterClient(endpoint: HTTPClient(unixSocket: cluster.apiSocket))
      guard let pods = try? await client.list(Pod.self) else { continue }
      for pod in pods.items {
        let statuses = pod.status.initContainerStatuses + pod.status.containerStatuses
        for status in statuses + pod.status.ephemeralContainerStatuses {
          uses.append(
            ImageUse(
              cluster: cluster.cluster, namespace: pod.namespace, pod: pod.name, container: status.name ?? "",
              isRunning: status.state.running != nil, imageID: status.imageID ?? ""))
        }
      }
    }
    return uses
  }
}

/// Unpacked layers over which file systems are mounted, whichever cluster has mounted them.
enum MountedLayers {
  /// The names of their directories.
  static func all() -> Set<String> {
    var names: Set<String> = []
    for process in (try? Files.list("/proc")) ?? [] where process.utf8.allSatisfy({ (48...57).contains($0) }) {
      // Somebody else's processes cannot be read, and do not use our layers.
      guard let mounts = try? Files.readText("/proc/\(process)/mountinfo") else { continue }
      for line in mounts.split(separator: "\n") where line.contains(" - overlay ") { names.formUnion(layers(in: line)) }
    }
    return names
  }

  /// The digests among the directories of the option `lowerdir`, whole or as they begin.
  private static func layers(in line: Substring) -> [String] {
    line.split { ":,=/- ".contains($0) }.map(String.init)
      .filter {
        [64, Images.mountedNameLength].contains($0.utf8.count)
          && $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      }
  }
}

extension ClusterPaths {
  /// This cluster and the others beside it.
  var neighbours: [ClusterPaths] {
    let base = runtime.dropLast(cluster.count + 1)
    let stateBase = state.dropLast(cluster.count + 1)
    return ((try? Files.list(String(base))) ?? []).map {
      ClusterPaths(cluster: $0, state: "\(stateBase)/\($0)", data: data, runtime: "\(base)/\($0)")
    }
  }

  /// Of the nodes of all clusters of this user.
  static func kubeletSockets(beside paths: ClusterPaths) -> [String] {
    paths.neighbours.flatMap { cluster in
      ((try? Files.list(cluster.sockets)) ?? []).filter { $0.hasPrefix("kubelet-") }.map { cluster.sockets + "/" + $0 }
    }
  }
}

internal import ControlLoop
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// Looks at the empty directories that may not grow beyond a size, and evicts the pods whose do.
struct EmptyDirLimits: Sendable {
  let context: KubeletContext
  /// The pods of the node.
  let pods: @Sendable () -> [Pod]
  /// Ends a pod of the node.
  let evict: @Sendable (_ uid: String, _ message: String) -> Void

  func run() async {
    while true {
      do { try await context.time.sleep(for: context.configuration.evictionInterval) } catch { return }
      for pod in pods() where pod.status.phase != "Failed" && pod.status.phase != "Succeeded" {
        if let excess = Self.excess(of: pod, context.configuration) { evict(pod.uid, excess) }
      }
    }
  }

  /// What is to be said of the first volume that is too large.
  static func excess(of pod: Pod, _ configuration: KubeletConfiguration) -> String? {
    for volume in pod.spec.volumes {
      guard let limit = volume.emptyDir?.sizeLimit, limit.value > 0 else { continue }
      let used = Files.bytesInUse(PodVolumes.path(of: volume, pod: pod, configuration))
      if used > limit.value {
        // The space at its end is Kubernetes' own.
        return "Usage of EmptyDir volume \"\(volume.name ?? "")\" exceeds the limit \"\(limit)\". "
      }
    }
    return nil
  }
}

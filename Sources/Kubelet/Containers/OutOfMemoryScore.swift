internal import ContainerRuntime
internal import KubernetesAPI
internal import ObjectSchema

/// How readily the kernel ends a container when the whole machine lacks memory.
///
/// As in Kubernetes, whoever asked for nothing goes first, and whoever asked for much goes late. What is guaranteed
/// there goes after all else on the machine; here it goes with all else: a learner's own programs are no less worth.
enum OutOfMemoryScore {
  static let ofBestEffort = 1000
  private static let leastOfBurstable = 3

  static func of(_ container: Container, in pod: PodSpec, memoryCapacity: Int64) -> Int {
    if pod.priorityClassName == "system-node-critical" { return 0 }
    switch QualityOfService(rawValue: pod.qualityOfService) {
    case .guaranteed: return 0
    case .bestEffort, nil: return ofBestEffort
    case .burstable: break
    }
    func score(_ container: Container) -> Int {
      let request = min(container.resources.requests["memory"]?.value ?? 0, memoryCapacity)
      return 1000 - Int(1000 * request / max(1, memoryCapacity))
    }
    var own = score(container)
    // A sidecar does not go before all that it serves.
    if container.restartPolicy == "Always" { own = min(own, pod.containers.map(score).max() ?? own) }
    return min(max(own, leastOfBurstable), ofBestEffort - 1)
  }
}

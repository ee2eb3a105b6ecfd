public import ObjectSchema

/// A pod in a line: the word for its state, its ready containers, its restarts.
///
/// The order of the decisions is the documented behaviour of `kubectl get pods`.
public struct PodSummary: Sendable {
  public private(set) var status: String
  public private(set) var ready = 0
  public private(set) var total: Int
  public private(set) var restarts = 0
  public private(set) var lastRestart: Timestamp?
  private var sidecars: (restarts: Int, lastRestart: Timestamp?) = (0, nil)

  public init(_ pod: Pod) {
    total = pod.spec.containers.count
    status = pod.status.reason.flatMap { $0.isEmpty ? nil : $0 } ?? pod.status.phase ?? "Unknown"
    if pod.status.conditions.contains(where: { $0.type == "PodScheduled" && $0.reason == "SchedulingGated" }) {
      status = "SchedulingGated"
    }
    let isInitializing = readInitContainers(pod)
    let isInitialized = pod.status.conditions.contains { $0.type == "Initialized" && $0.status == "True" }
    if !isInitializing || isInitialized {
      // Once the pod runs, only what still runs counts.
      (restarts, lastRestart) = (sidecars.restarts, sidecars.lastRestart)
      readContainers(pod)
    }
    if pod.metadata.deletionTimestamp != nil {
      if pod.status.reason == "NodeLost" {
        status = "Unknown"
      } else if pod.status.phase != "Succeeded" && pod.status.phase != "Failed" {
        status = "Terminating"
      }
    }
  }

  /// Answers whether an init container still has to end.
  private mutating func readInitContainers(_ pod: Pod) -> Bool {
    func isRestartable(_ name: String?) -> Bool {
      pod.spec.initContainers.contains { $0.name == name && $0.restartPolicy == "Always" }
    }
    total += pod.spec.initContainers.count { $0.restartPolicy == "Always" }
    for (index, container) in pod.status.initContainerStatuses.enumerated() {
      restarts += Int(container.restartCount ?? 0)
      lastRestart = later(lastRestart, container)
      if isRestartable(container.name) {
        sidecars.restarts += Int(container.restartCount ?? 0)
        sidecars.lastRestart = later(sidecars.lastRestart, container)
      }
      if let terminated = container.state.terminated, terminated.exitCode == 0 { continue }
      if isRestartable(container.name), container.started == true {
        if container.ready == true { ready += 1 }
        continue
      }
      if let terminated = container.state.terminated {
        status = "Init:" + reason(of: terminated)
      } else if let reason = container.state.waiting?.reason, !reason.isEmpty, reason != "PodInitializing" {
        status = "Init:" + reason
      } else {
        status = "Init:\(index)/\(pod.spec.initContainers.count)"
      }
      return true
    }
    return false
  }

  private mutating func readContainers(_ pod: Pod) {
    var hasRunning = false
    for container in pod.status.containerStatuses.reversed() {
      restarts += Int(container.restartCount ?? 0)
      lastRestart = later(lastRestart, container)
      if let reason = container.state.waiting?.reason, !reason.isEmpty {
        status = reason
      } else if let terminated = container.state.terminated {
        status = reason(of: terminated)
      } else if container.ready == true, container.state.running != nil {
        hasRunning = true
        ready += 1
      }
    }
    // One container that ended well does not make a running pod completed.
    if status == "Completed" && hasRunning {
      let isReady = pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" }
      status = isReady ? "Running" : "NotReady"
    }
  }

  private func later(_ moment: Timestamp?, _ container: ContainerStatus) -> Timestamp? {
    guard let finished = container.lastState.terminated?.finishedAt else { return moment }
    return max(moment ?? finished, finished)
  }

  private func reason(of terminated: ContainerStateTerminated) -> String {
    if let reason = terminated.reason, !reason.isEmpty { return reason }
    if let signal = terminated.signal, signal != 0 { return "Signal:\(signal)" }
    return "ExitCode:\(terminated.exitCode ?? 0)"
  }

  public var readyText: String { "\(ready)/\(total)" }

  public func restartsText(now: Timestamp) -> String {
    guard restarts > 0, let lastRestart else { return String(restarts) }
    return "\(restarts) (\(Age.text(since: lastRestart, now: now)) ago)"
  }
}

internal import KubernetesAPI

/// Why a pod is as it is, in a line: what its containers wait for, or how they ended.
enum PodExplanation {
  /// What the pod is doing now.
  static func state(_ pod: Pod) -> String {
    let summary = PodSummary(pod)
    return "\(summary.status), \(summary.readyText) containers ready"
  }

  /// The container that stands in the way, or the scheduler's message.
  static func cause(_ pod: Pod) -> String? {
    if let condition = pod.status.conditions.first(where: { $0.type == "PodScheduled" && $0.status == "False" }) {
      return condition.message
    }
    for status in pod.status.initContainerStatuses + pod.status.containerStatuses {
      if let waiting = status.state.waiting, let reason = waiting.reason, reason != "PodInitializing" {
        if reason == "ContainerCreating" && waiting.message == nil { continue }
        return "container \(status.name ?? "") is waiting: \(reason)" + (waiting.message.map { ", \($0)" } ?? "")
      }
      if let ended = status.state.terminated, ended.exitCode != 0 {
        return "container \(status.name ?? "") ended with exit code \(ended.exitCode ?? 0) (\(ended.reason ?? "Error"))"
      }
    }
    return nil
  }

  /// What stands in the way of one container; nil where nothing more is known than its state.
  static func cause(_ container: ContainerStatus, _ pod: Pod) -> String? {
    if let message = container.state.waiting?.message ?? container.state.terminated?.message, !message.isEmpty {
      return message
    }
    if let ended = container.lastState.terminated {
      return "the run before ended with exit code \(ended.exitCode ?? 0) (\(ended.reason ?? "Error"))"
    }
    // It waits for others then.
    return container.state.waiting == nil ? nil : cause(pod)
  }

  /// Why a pod that is being deleted is still there.
  static func farewell(_ pod: Pod) -> String? {
    guard pod.metadata.deletionTimestamp != nil else { return nil }
    if let finalizer = pod.metadata.finalizers.first { return "it waits for the finalizer \(finalizer)" }
    return pod.metadata.deletionGracePeriodSeconds.map {
      "it is being deleted: its containers have \(counted(Int($0), "second")) to end"
    }
  }

  /// What is said of a container that the pod does not have; nil when it has it.
  static func lack(of container: String, _ pod: Pod) -> String? {
    if pod.container(container) != nil || pod.status(ofContainer: container) != nil { return nil }
    let names = (pod.spec.initContainers + pod.spec.containers).compactMap(\.name)
    return "pod \(pod.name) has no container \(container), but \(names.joined(separator: ", "))"
  }

  /// The last warning about the pod, else the last thing that happened to it.
  static func lastEvent(_ events: [CountedEvent]) -> String? {
    let event = events.last { $0.event.type == "Warning" } ?? events.last
    return event.map { "event \($0.reason): \($0.event.message ?? "")" }
  }

  static func missing(_ kind: ObservedKind, _ name: String, _ observation: Observation) -> String {
    let others = observation.objects(kind).map(\.name)
    if others.isEmpty { return "there is no \(kind.word) \(name), nor any other" }
    return
      "there is no \(kind.word) \(name); there \(others.count == 1 ? "is" : "are") \(others.joined(separator: ", "))"
  }

  /// The names of its containers, in their order.
  static func containers(_ pod: Pod) -> [String] { pod.spec.containers.compactMap(\.name) }
}

extension Finding {
  /// The object that a condition speaks of is not there.
  static func missing(
    _ kind: ObservedKind, _ name: String, expected: String, _ observation: Observation
  ) -> Finding {
    Finding(
      .notYet, expected: expected, found: PodExplanation.missing(kind, name, observation),
      look: "kubectl get \(kind.resource.plural)")
  }
}

extension Pod {
  var allContainerStatuses: [ContainerStatus] {
    status.containerStatuses + status.initContainerStatuses + status.ephemeralContainerStatuses
  }

  func status(ofContainer name: String) -> ContainerStatus? { allContainerStatuses.first { $0.name == name } }

  func container(_ name: String) -> Container? { (spec.containers + spec.initContainers).first { $0.name == name } }
}

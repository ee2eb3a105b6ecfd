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

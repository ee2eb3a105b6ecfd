internal import KubernetesAPI
internal import ObjectSchema

/// Why a pod is as it is: a chain of causes, and what to try next.
public struct Explanation: Sendable, Equatable {
  /// How the pod stands, in a sentence.
  public var statement: String
  /// Each is the cause of the one before it.
  public var causes: [String] = []
  /// Commands, the most telling first.
  public var next: [String] = []

  public var lines: [String] {
    [statement] + causes.map { "  because " + $0 } + (next.isEmpty ? [] : ["  try     " + next[0]])
      + next.dropFirst().map { "  or      " + $0 }
  }
}

extension PodStory {
  /// Goes from the outside to the inside: what stops the pod as a whole comes before what stops a container.
  public func why() -> Explanation {
    ending() ?? failure() ?? placement() ?? admission() ?? nodeTrouble() ?? containerTrouble() ?? unready() ?? fine()
  }

  private var name: String { "pod \(pod.name)" }
  private var inNamespace: String { pod.namespace == "default" ? "" : " -n \(pod.namespace)" }

  private func command(_ text: String) -> String { "kubectl \(text)\(inNamespace)" }

  private var describe: String { command("describe pod \(pod.name)") }

  // MARK: The pod as a whole

  private func ending() -> Explanation? {
    guard let deadline = pod.metadata.deletionTimestamp else { return nil }
    let grace = pod.metadata.deletionGracePeriodSeconds ?? 30
    var result = Explanation(statement: "\(name) is being deleted.")
    if !pod.metadata.finalizers.isEmpty {
      result.causes = [
        "its object stays until somebody removes the finalizers: \(pod.metadata.finalizers.joined(separator: ", "))"
      ]
      result.next = [command("get pod \(pod.name) -o jsonpath={.metadata.finalizers}")]
      return result
    }
    let running = allStatuses.filter { $0.state.running != nil }.compactMap(\.name)
    if running.isEmpty {
      result.causes = ["its containers have ended, and the kubelet is about to remove the object"]
    } else {
      result.causes = [
        "\(listed(running)) \(running.count == 1 ? "has" : "have") been asked to end and may take \(grace) s for it",
        "a program that is the first in its container ignores SIGTERM unless it handles it; it is killed "
          + (deadline > now ? "in \(max(0, (deadline - now).components.seconds)) s" : "now"),
      ]
    }
    result.next = [command("get pod \(pod.name) --watch"), command("delete pod \(pod.name) --now")]
    return result
  }

  private func failure() -> Explanation? {
    guard pod.status.phase == "Failed", let reason = pod.status.reason, !reason.isEmpty else { return nil }
    var result = Explanation(statement: "\(name) has failed: \(reason).")
    let message = pod.status.message ?? ""
    switch reason {
    case "Evicted": result.causes = ["the kubelet ended it to protect the node: \(message)"]
    case "DeadlineExceeded":
      result.causes = [
        "it was active for longer than its activeDeadlineSeconds, \(pod.spec.activeDeadlineSeconds ?? 0) s"
      ]
    default: result.causes = message.isEmpty ? [] : [message]
    }
    result.next = [describe]
    return result
  }

  private func placement() -> Explanation? {
    guard (pod.spec.nodeName ?? "").isEmpty else { return nil }
    var result = Explanation(statement: "\(name) is Pending: no node has been chosen for it.")
    guard let message = condition("PodScheduled")?.message, !message.isEmpty else {
      result.causes = ["the scheduler has not looked at it yet"]
      if !pod.spec.schedulingGates.isEmpty { result.causes = ["it has scheduling gates, which somebody has to remove"] }
      result.next = [describe]
      return result
    }
    result.causes = ["the scheduler found no place: \(message)"]
    for (sign, cause, next) in Self.placementCauses where message.contains(sign) {
      result.causes.append(cause)
      result.next.append(command(next))
    }
    if result.next.isEmpty { result.next = [describe] }
    return result
  }

  private static let placementCauses: [(sign: String, cause: String, next: String)] = [
    ("Insufficient", "the requests of its containers are more than any node has left", "describe nodes"),
    (
      "didn't match Pod's node affinity/selector", "no node has the labels that its nodeSelector or affinity asks for",
      "get nodes --show-labels"
    ),
    (
      "untolerated taint", "the nodes have taints, and it has no toleration for them",
      "get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints"
    ),
    ("were unschedulable", "a node was cordoned: nothing new goes there", "get nodes"),
    ("didn't have free ports", "another pod has taken the hostPort that it wants", "get pods -A -o wide"),
    ("persistentvolumeclaim", "the claim that it names is not there", "get pvc"),
  ]

  private func admission() -> Explanation? {
    guard let event = event("FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"),
      !allStatuses.contains(where: { $0.state.running != nil || $0.state.terminated != nil })
    else { return nil }
    var result = Explanation(statement: "\(name) waits: its containers cannot be made yet.")
    result.causes = ["\(event.reason ?? ""): \(event.message ?? "")"]
    if (event.message ?? "").contains("not found") {
      result.causes.append("what it names does not exist in the namespace \(pod.namespace); the kubelet keeps trying")
    }
    result.next = [describe, command("get configmaps,secrets")]
    return result
  }

  private func nodeTrouble() -> Explanation? {
    guard let node, let ready = node.status.conditions.first(where: { $0.type == "Ready" }), ready.status != "True"
    else {
      return nil
    }
    return Explanation(
      statement: "\(name) is on the node \(node.name), which is not ready.",
      causes: [ready.message ?? "nothing is known of the node"],
      next: ["kubectl describe node \(node.name)", "podium node list"])
  }

  // MARK: Containers

  private func containerTrouble() -> Explanation? {
    for status in pod.status.initContainerStatuses {
      if let trouble = trouble(of: status, isInit: true) { return trouble }
    }
    for status in pod.status.containerStatuses {
      if let trouble = trouble(of: status, isInit: false) { return trouble }
    }
    return nil
  }

  private func trouble(of status: ContainerStatus, isInit: Bool) -> Explanation? {
    let container = status.name ?? ""
    let subject = isInit ? "init container \(container)" : "container \(container)"
    if let waiting = status.state.waiting, let reason = waiting.reason, reason != "PodInitializing" {
      return wait(status, subject, reason, waiting.message ?? "", isInit)
    }
    if let end = status.state.terminated, (end.exitCode ?? 0) != 0 {
      var result = Explanation(statement: "\(name) \(standing): its \(subject) has failed.")
      result.causes = causes(of: end, status)
      if isInit { result.causes.append("the containers after it are started only when it has succeeded") }
      result.next = [logs(container), describe]
      return result
    }
    if isInit, status.state.running != nil, !isSidecar(container) {
      return Explanation(
        statement: "\(name) is Pending: its \(subject) still works.",
        causes: ["the containers after it are started only when it has succeeded"],
        next: [logs(container), describe])
    }
    return nil
  }

  private var standing: String {
    switch pod.status.phase {
    case "Failed": "has failed"
    case "Running": "is not well"
    default: "is \(pod.status.phase ?? "Pending")"
    }
  }

  private func isSidecar(_ name: String) -> Bool {
    pod.spec.initContainers.contains { $0.name == name && $0.restartPolicy == "Always" }
  }

  private func wait(
    _ status: ContainerStatus, _ subject: String, _ reason: String, _ message: String, _ isInit: Bool
  ) -> Explanation {
    let container = status.name ?? ""
    let image = (pod.spec.initContainers + pod.spec.containers).first { $0.name == container }?.image ?? ""
    var result = Explanation(statement: "\(name) \(standing): its \(subject) waits with \(reason).")
    result.next = [describe]
    switch reason {
    case "CrashLoopBackOff":
      result.statement =
        "\(name) \(standing): its \(subject) ends again and again (\(status.restartCount ?? 0) restarts)."
      result.causes = status.lastEnd.map { causes(of: $0, status) } ?? []
      result.causes.append("the kubelet waits longer before each restart, from 10 s up to 5 minutes")
      result.next = [logs(container, isFormer: true), describe]
    case "ErrImagePull", "ImagePullBackOff":
      result.causes = ["the image \(image) cannot be had"]
      if let event = event("Failed", container: container, saying: "Failed to pull image") {
        result.causes.append(event.message ?? "")
      }
      result.next = ["podium images ls", command("set image pod/\(pod.name) \(container)=IMAGE"), describe]
    case "ErrImageNeverPull":
      result.causes = ["the image \(image) is not on the node, and imagePullPolicy Never forbids asking for it"]
      result.next = ["podium images pull \(image)"]
    case "InvalidImageName": result.causes = ["\"\(image)\" cannot be the name of an image"]
    case "CreateContainerConfigError", "CreateContainerError":
      result.causes = [message]
      if message.contains("not found") {
        result.causes.append("its environment or its volumes name something that the namespace does not have")
        result.next = [command("get configmaps,secrets"), describe]
      }
    case "RunContainerError", "StartError": result.causes = [message, "the program of the image could not be started"]
    case "ContainerCreating":
      result.statement = "\(name) is Pending: its containers are being made."
      if let event = event("Pulling", container: container) {
        result.causes = [(event.message ?? "") + ", begun \(ago(event.lastSeen))"]
      }
    default: result.causes = message.isEmpty ? [] : [message]
    }
    return result
  }

  /// From the exit code back to what brought it about.
  private func causes(of end: ContainerStateTerminated, _ status: ContainerStatus) -> [String] {
    let container = status.name ?? ""
    let code = end.exitCode ?? 0
    if end.reason == "OOMKilled" {
      let limit = (pod.spec.initContainers + pod.spec.containers).first { $0.name == container }?
        .resources.limits["memory"]
      return [
        "it ended \(ago(end.finishedAt)) with exit code \(code), OOMKilled",
        "it used more memory than its limit" + (limit.map { " of \($0)" } ?? "") + ", and the kernel killed it",
      ]
    }
    let killing = event("Killing", container: container)?.message ?? ""
    let meaning = code == 0 && killing.contains("probe") ? "it was asked to end" : ExitCode.meaning(code)
    var causes = ["it ended \(ago(end.finishedAt)) with exit code \(code): \(meaning)"]
    if killing.contains("liveness probe") {
      causes.append("its liveness probe had failed, so the kubelet ended it to start it anew")
      if let probe = event("Unhealthy", container: container, saying: "Liveness probe failed") {
        causes.append("the probe said: \(probe.message ?? "")")
      }
      return causes
    }
    if killing.contains("startup probe") {
      causes.append("its startup probe did not succeed in time")
      return causes
    }
    if let message = end.message, !message.isEmpty { causes.append("it left the message: \(message.firstLine)") }
    if let words = lastWords[container], !words.isEmpty {
      causes.append("its last words were: \(words.joined(separator: " / "))")
    }
    return causes
  }

  private func logs(_ container: String, isFormer: Bool = false) -> String {
    let choice = pod.spec.containers.count + pod.spec.initContainers.count > 1 ? " -c \(container)" : ""
    return command("logs \(pod.name)\(choice)\(isFormer ? " --previous" : "")")
  }

  // MARK: Readiness

  private func unready() -> Explanation? {
    guard pod.status.phase == "Running", condition("Ready")?.status != "True" else { return nil }
    var result = Explanation(statement: "\(name) runs and is not ready: services send it nothing.")
    result.next = [describe]
    guard let status = pod.status.containerStatuses.first(where: { $0.ready != true }) else {
      let gates = pod.spec.readinessGates.compactMap(\.conditionType).filter { condition($0)?.status != "True" }
      if !gates.isEmpty { result.causes = ["nobody has set the conditions of its readiness gates: \(listed(gates))"] }
      return result
    }
    let container = status.name ?? ""
    if status.started == false {
      result.causes = ["container \(container) has not started up: its startup probe has not succeeded yet"]
      if let event = event("Unhealthy", container: container, saying: "Startup probe") {
        result.causes.append(said(event))
      }
    } else if let event = event("Unhealthy", container: container, saying: "Readiness probe") {
      result.causes = ["the readiness probe of container \(container) fails", said(event)]
    } else {
      result.causes = ["the readiness probe of container \(container) has not succeeded yet"]
    }
    result.next = [describe, logs(container), command("exec \(pod.name) -c \(container) -- ps aux")]
    return result
  }

  private func said(_ event: Event) -> String {
    let often = event.occurrences > 1 ? ", \(event.occurrences) times, the last time" : ""
    return "the kubelet said\(often) \(ago(event.lastSeen)): \((event.message ?? "").firstLine)"
  }

  private func fine() -> Explanation {
    switch pod.status.phase {
    case "Succeeded":
      return Explanation(
        statement:
          "\(name) has done its work: all of its containers ended with exit code 0, and none is to be restarted.")
    case "Running":
      var result = Explanation(statement: "\(name) runs and is ready: nothing is wrong with it now.")
      for status in pod.status.containerStatuses {
        guard let count = status.restartCount, count > 0, let end = status.lastState.terminated else { continue }
        result.statement =
          "\(name) runs and is ready; container \(status.name ?? "") has been restarted \(count) time\(count == 1 ? "" : "s")."
        result.causes = causes(of: end, status)
        result.next = [logs(status.name ?? "", isFormer: true)]
        break
      }
      return result
    default:
      return Explanation(
        statement: "\(name) is \(pod.status.phase ?? "Pending"): its node has just begun.", next: [describe])
    }
  }

  private func listed(_ names: [String]) -> String { names.joined(separator: ", ") }
}

extension String {
  fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}

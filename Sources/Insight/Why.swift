public import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// Why a pod is as it is: a chain of causes, and what to try next.
public struct Explanation: Sendable, Equatable {
  /// How the pod stands, in a sentence.
  public var statement: String
  /// Each is the cause of the one before it.
  public var causes: [String] = []
  /// What follows from it.
  public var effects: [String] = []
  /// Commands, the most telling first.
  public var next: [String] = []

  /// Whether there is nothing to mend.
  public var isWell = false

  public init(
    statement: String, causes: [String] = [], effects: [String] = [], next: [String] = [], isWell: Bool = false
  ) {
    self.statement = statement
    self.causes = causes
    self.effects = effects
    self.next = next
    self.isWell = isWell
  }

  /// - Parameters:
  ///   - width: Where sentences are broken; commands never are.
  ///   - isSpoken: For those who hear it: each line begins with what it is.
  public func lines(width: Int = .max, isSpoken: Bool = false) -> [String] {
    if isSpoken {
      return [statement] + causes.map { "because: " + $0 } + effects.map { "so: " + $0 } + next.map { "try: " + $0 }
    }
    return Self.broken(statement, width, hanging: 0)
      + causes.flatMap { Self.broken("  because " + $0, width, hanging: 10) }
      + effects.flatMap { Self.broken("  so      " + $0, width, hanging: 10) }
      + next.enumerated().map { ($0 == 0 ? "  try     " : "  or      ") + $1 }
  }

  public var document: Document {
    [
      "statement": .string(statement), "causes": .list(causes.map(Document.string)),
      "effects": .list(effects.map(Document.string)),
      "next": .list(next.map(Document.string)), "isWell": .bool(isWell),
    ]
  }

  /// Broken at blanks, the further lines indented; a word that is too long for a line stays whole.
  static func broken(_ text: String, _ width: Int, hanging: Int) -> [String] {
    guard text.count > width else { return [text] }
    var lines: [String] = []
    // The label in front stays as it is.
    var line = String(text.prefix(hanging))
    for word in text.dropFirst(hanging).split(separator: " ") {
      let isEmpty = line.last ?? " " == " "
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: hanging) + word
      } else {
        line += (isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
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
      result.next = [command("get pod \(pod.name) -o jsonpath='{.metadata.finalizers}'")]
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
    if pod.status.phase == "Running", event("DeadlineExceeded") != nil {
      return Explanation(
        statement: "\(name) is being ended.",
        causes: ["it was active for longer than its activeDeadlineSeconds, \(pod.spec.activeDeadlineSeconds ?? 0) s"],
        next: [describe])
    }
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
      result.next = [describe]
      return result
    }
    result.causes = ["the scheduler found no place: \(message)"]
    if message.contains("Insufficient") { result.causes += asked }
    if !pod.spec.schedulingGates.isEmpty {
      result.causes.append("somebody has to remove its gates: \(listed(pod.spec.schedulingGates.compactMap(\.name)))")
      result.next = [command("get pod \(pod.name) -o jsonpath='{.spec.schedulingGates}'"), describe]
    }
    for (sign, cause, next) in Self.placementCauses where message.contains(sign) {
      result.causes.append(cause)
      result.next.append(command(next))
    }
    if result.next.isEmpty { result.next = [describe] }
    return result
  }

  /// What its containers ask for, and what there is.
  private var asked: [String] {
    func text(_ amounts: [String: Quantity]) -> String {
      ["cpu", "memory"].compactMap { name in amounts[name].map { "\(name) \($0)" } }.joined(separator: ", ")
    }
    let asking = pod.spec.containers.filter { !text($0.resources.requests).isEmpty }
    return asking.map { "container \($0.name ?? "") asks for \(text($0.resources.requests))" }
      + nodes.prefix(3).map { "the node \($0.name) has \(text($0.status.allocatable)) for all of its pods" }
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
    let isSidecar = isInit && isSidecar(container)
    let isInit = isInit && !isSidecar
    let subject = isSidecar ? "sidecar \(container)" : isInit ? "init container \(container)" : "container \(container)"
    if let waiting = status.state.waiting, let reason = waiting.reason, reason != "PodInitializing" {
      return wait(status, subject, reason, waiting.message ?? "", isInit)
    }
    if let end = status.state.terminated, (end.exitCode ?? 0) != 0 {
      var result = Explanation(statement: "\(name) \(standing): its \(subject) has failed.")
      result.causes = causes(of: end, status)
      result.next = next(after: end, status)
      if isInit { result.effects = ["the containers after it are not started: they wait for its success"] }
      return result
    }
    if let running = status.state.running, let ended = beingEnded(container, since: running.startedAt, status) {
      return ended
    }
    if isInit, status.state.running != nil {
      return Explanation(
        statement: "\(name) is Pending: its \(subject) still works.",
        effects: ["the containers after it are not started: they wait for its success"],
        next: [logs(container), describe])
    }
    return nil
  }

  /// A container that still runs, although the kubelet has asked it to end.
  private func beingEnded(_ container: String, since start: Timestamp?, _ status: ContainerStatus) -> Explanation? {
    guard let killing = event("Killing", container: container), let message = killing.message,
      let time = killing.lastSeen, let start,
      // Times are whole seconds: in the same one, only what has never been restarted is clear.
      time.seconds > start.seconds || time.seconds == start.seconds && status.restartCount == 0
    else { return nil }
    var result = Explanation(
      statement: "\(name) runs, and its container \(container) is being ended to be started anew.")
    for kind in ["liveness", "startup"] where message.contains("\(kind) probe") {
      result.causes = ["its \(kind) probe has failed too often"] + failure(of: kind, container)
    }
    result.effects = [
      "it was asked to end \(ago(time)), and is killed when its \(pod.spec.terminationGracePeriodSeconds ?? 30) s are over"
    ]
    result.next = [describe, logs(container)]
    return result
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
      result.effects = ["the kubelet waits longer before each restart, from 10 s up to 5 minutes"]
      if isInit { result.effects.append("the containers after it are not started: they wait for its success") }
      result.next = status.lastEnd.map { next(after: $0, status) } ?? [describe]
    case "ErrImagePull", "ImagePullBackOff":
      result.causes = ["the image \(image) cannot be had"]
      let said = event("Failed", container: container, saying: "Failed to pull image")?.message ?? message
      let name = image.split(separator: "/").last ?? ""
      if said.contains("pull access denied") {
        result.causes.append("its registry has no such image, or does not show it to strangers")
      } else if said.contains("not found"), let colon = name.lastIndex(of: ":") {
        result.causes.append("its registry has no tag \(name[name.index(after: colon)...]) of it")
        result.next = [
          command(
            "set image pod/\(pod.name) \(container)=\(image.dropLast(name.distance(from: colon, to: name.endIndex)))")
        ]
      }
      if !said.isEmpty { result.causes.append("the kubelet said: \(said.firstLine)") }
      result.next += ["podium images ls", command("edit pod \(pod.name)"), describe]
    case "ErrImageNeverPull":
      result.causes = ["the image \(image) is not on the node, and imagePullPolicy Never forbids asking for it"]
      result.next = ["podium images pull \(image)", "podium images ls"]
    case "InvalidImageName":
      result.causes = ["\"\(image)\" cannot be the name of an image"]
      result.next = [command("edit pod \(pod.name)"), describe]
    case "CreateContainerConfigError", "CreateContainerError":
      result.causes = [message]
      if let match = message.firstMatch(of: /find key \S+ in (ConfigMap|Secret) [^\/]*\/(\S+)/) {
        let kind = match.1.lowercased()
        result.causes.append("the \(kind) is there, and has other keys")
        result.next = [command("describe \(kind) \(match.2)"), describe]
      }
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
    if let program = end.missingProgram {
      return [
        "its program could not be started: \(end.message?.firstLine ?? "")",
        "the image has no program \(program), or not where PATH names it",
      ]
    }
    if ["StartError", "ContainerCannotRun"].contains(end.reason ?? "") {
      let said = end.message?.firstLine ?? ""
      return ["its program could not be started: \(said)"]
        + (said.contains("permission denied") ? ["the file is there, but nobody may execute it: is it a program?"] : [])
    }
    if end.reason == "ContainerStatusUnknown" {
      return [
        "nobody saw its end: it was gone when its node came back",
        "a node that loses its power, or whose first process is killed, loses all that runs on it",
      ]
    }
    let killing = event("Killing", container: container)?.message ?? ""
    let wasAsked = killing.contains("probe") || killing.contains("FailedPostStartHook")
    let meaning =
      switch code {
      case 137 where wasAsked: "it had not ended within its grace period, and was killed"
      case 0 where wasAsked, 143 where wasAsked: "it was asked to end"
      default: ExitCode.meaning(code)
      }
    var causes = ["it ended \(ago(end.finishedAt)) with exit code \(code): \(meaning)"]
    if killing.contains("definition changed") {
      return ["its image was changed, so the kubelet ended it and started it anew"]
    }
    for kind in ["liveness", "startup"] where killing.contains("\(kind) probe") {
      causes.append("the kubelet ended it to start it anew, since its \(kind) probe had failed too often")
      return causes + failure(of: kind, container)
    }
    if killing.contains("FailedPostStartHook") {
      causes.append("the kubelet ended it, since its postStart hook had failed")
      if let hook = event("FailedPostStartHook", container: container) { causes.append((hook.message ?? "").firstLine) }
      return causes
    }
    if let message = end.message, !message.isEmpty { causes.append("it left the message: \(message.firstLine)") }
    if let words = lastWords[container], !words.isEmpty {
      causes.append("its last words were: \(words.joined(separator: " / "))")
    }
    return causes
  }

  /// What looks further into such an end.
  private func next(after end: ContainerStateTerminated, _ status: ContainerStatus) -> [String] {
    let container = status.name ?? ""
    let spec = (pod.spec.initContainers + pod.spec.containers).first { $0.name == container }
    let isFormer = status.state.terminated == nil
    if end.missingProgram != nil || ["StartError", "ContainerCannotRun"].contains(end.reason ?? "") {
      return [command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].command}'"), describe]
    }
    if end.reason == "ContainerStatusUnknown" { return ["kubectl describe node \(pod.spec.nodeName ?? "")", describe] }
    var next = [logs(container, isFormer: isFormer), describe]
    let killing = event("Killing", container: container)?.message ?? ""
    if killing.contains("probe") {
      let probe = killing.contains("startup") ? "startupProbe" : "livenessProbe"
      next.insert(command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].\(probe)}'"), at: 0)
    } else if killing.contains("FailedPostStartHook") {
      next.insert(command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].lifecycle.postStart}'"), at: 0)
    } else if end.reason == "OOMKilled" {
      next = [command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].resources}'"), next[0], describe]
    } else if spec != nil, end.exitCode == 127 || end.exitCode == 126 {
      next.append(command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].command}'"))
    }
    return next
  }

  /// What a failed probe said, and what that usually means.
  private func failure(of kind: String, _ container: String) -> [String] {
    let title = kind.prefix(1).uppercased() + kind.dropFirst() + " probe"
    guard let event = event("Unhealthy", container: container, saying: title), let message = event.message else {
      return []
    }
    let said = message.firstLine
    let text = said.hasPrefix(title + " failed: ") ? String(said.dropFirst(title.count + 9)) : said
    var causes = ["the probe said\(often(event)): \(text)"]
    if text.contains("connection refused") {
      causes.append("nobody in the pod listens at the port that the probe asks")
    } else if let code = text.firstMatch(of: /statuscode: (\d+)/) {
      causes.append(
        code.1 == "404"
          ? "the program answers, but has nothing at the path that the probe asks for"
          : "the program answers, and says by its status \(code.1) that it is not well")
    } else if text.contains("deadline exceeded") || text.contains("timed out") || text.contains("timeout") {
      causes.append("the answer took longer than the probe's timeoutSeconds")
    }
    return causes
  }

  private func often(_ event: Event) -> String { event.occurrences > 1 ? " (\(event.occurrences) times)" : "" }

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
    let kind = status.started == false ? "startup" : "readiness"
    let said = failure(of: kind, container)
    let since = said.isEmpty ? "has not succeeded yet" : "fails"
    result.causes = ["the \(kind) probe of container \(container) \(since)"] + said
    if kind == "startup" { result.effects = ["no other probe of it is asked before that one has succeeded"] }
    result.next = [
      command("get pod \(pod.name) -o jsonpath='{.spec.containers[*].\(kind)Probe}'"), logs(container), describe,
    ]
    return result
  }

  private func fine() -> Explanation {
    switch pod.status.phase {
    case "Succeeded":
      return Explanation(
        statement:
          "\(name) has done its work: all of its containers ended with exit code 0, and none is to be restarted.",
        isWell: true)
    case "Running":
      var result = Explanation(statement: "\(name) runs and is ready: nothing is wrong with it now.", isWell: true)
      for status in pod.status.containerStatuses {
        guard let count = status.restartCount, count > 0, let end = status.lastState.terminated else { continue }
        result.statement =
          "\(name) runs and is ready; container \(status.name ?? "") has been restarted \(count) time\(count == 1 ? "" : "s")."
        result.causes = causes(of: end, status)
        result.next = next(after: end, status)
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

extension ContainerStateTerminated {
  /// The program that the image does not have, if that was the trouble.
  fileprivate var missingProgram: String? {
    guard let message, ["StartError", "ContainerCannotRun"].contains(reason ?? "") else { return nil }
    return message.firstMatch(of: /exec: "([^"]*)": (?:executable file not found|stat .*no such file)/).map {
      String($0.1)
    }
  }
}

extension String {
  fileprivate var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}

internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl drain`: no new pods for a node, and none of those that are there.
enum Drain {
  static let chunkSize = SharedFlags.chunkSize
  static let deletesEmptyDirs = Flag.boolean(
    "delete-emptydir-data", "Also pods with an emptyDir, whose content is lost then.")
  static let disablesEviction = Flag.boolean("disable-eviction", "Delete pods instead of asking for their eviction.")
  static let force = Flag.boolean("force", "Also pods that nobody will make anew.")
  static let gracePeriod = Flag.number(
    "grace-period", default: -1, "Seconds that each pod may take to end; below 0 its own value counts.")
  static let ignoresDaemonSets = Flag.boolean("ignore-daemonsets", "Leave pods of daemon sets where they are.")
  static let podSelector = Flag.text("pod-selector", "Only pods whose labels match.")
  static let skipWait = Flag.number(
    "skip-wait-for-delete-timeout", default: 0, "Do not wait for pods that are ending for more than so many seconds.")
  static let timeout = Flag.duration("timeout", "Give up after this time; 0 waits for ever.")

  static let command = Command(
    name: "drain", group: .cluster,
    summary: "Drain node in preparation for maintenance",
    examples: [
      Example("As far as others will make its pods anew", "kubectl drain podium"),
      Example("Everything", "kubectl drain podium --force --ignore-daemonsets --delete-emptydir-data"),
    ],
    usage: "drain NODE [options]",
    flags: [
      chunkSize.row, deletesEmptyDirs.row, disablesEviction.row, SharedFlags.dryRun.row, force.row, gracePeriod.row,
      ignoresDaemonSets.row, podSelector.row, SharedFlags.selector.row, skipWait.row, timeout.row,
    ],
    arguments: .nodes,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let dryRun = try await DryRun(invocation)
    let nodes = try await NodeScheduling.nodes(invocation)
    for node in nodes { try await NodeScheduling.mark(node, isUnschedulable: true, dryRun, invocation) }
    var fatal: [any Error] = []
    var remaining: [String] = []
    for node in nodes {
      let name = node["metadata"]?["name"]?.stringValue ?? ""
      do {
        try await Draining(invocation: invocation, node: name, dryRun: dryRun).run()
        try await invocation.io.print("node/\(name) drained\(dryRun.suffix)\n")
      } catch let error where !(error is CancellationError) && (error as? StatusError)?.isConnectionFailure != true {
        let told = told(error)
        await invocation.io.printError(
          "error: unable to drain node \"\(name)\" due to error: \(told), continuing command...\n")
        fatal.append(error)
        remaining.append(name)
      }
    }
    if !remaining.isEmpty {
      await invocation.io.printError(
        "There are pending nodes to be drained:\n" + remaining.map { " \($0)\n" }.joined())
    }
    try Failures.throwIfAny(fatal)
    return 0
  }

  /// Several problems stand in brackets.
  private static func told(_ error: any Error) -> String {
    let texts = ((error as? Failures)?.errors ?? [error]).map { error -> String in
      (error as? Failure)?.text ?? (error as? StatusError)?.message ?? "\(error)"
    }
    return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
  }
}

/// The emptying of one node.
private struct Draining {
  let invocation: Invocation
  let node: String
  let dryRun: DryRun

  private enum Verdict {
    case goes, stays
    case goesWithWarning(String)
    case staysWithWarning(String)
    case refuses(String)
  }

  func run() async throws {
    let pods = try await chosenPods()
    if dryRun == .client {
      for pod in pods { try await invocation.io.print("evicting pod \(pod.namespace)/\(pod.name) (dry run)\n") }
      return
    }
    let limit = invocation[Drain.timeout]
    let isDone: Bool? = try await TimeLimit.run(limit == .zero ? .seconds(1 << 30) : limit) {
      for pod in pods { try await evict(pod) }
      if dryRun == .none { for pod in pods { try await waitForEnd(of: pod) } }
      return true
    }
    if isDone == nil { throw Failure("global timeout reached: \(limit)") }
  }

  /// The pods that have to go; refuses when one of them must not.
  private func chosenPods() async throws -> [Pod] {
    let selector = invocation[Drain.podSelector]
    let selection = Selection(
      labelSelector: selector.isEmpty ? nil : selector, fieldSelector: "spec.nodeName=\(node)")
    var going: [Pod] = []
    var refusals: [(reason: String, pods: [String])] = []
    var warnings: [(reason: String, pods: [String])] = []
    func note(_ reason: String, _ pod: Pod, in list: inout [(reason: String, pods: [String])]) {
      let name = "\(pod.namespace)/\(pod.name)"
      if let index = list.firstIndex(where: { $0.reason == reason }) {
        list[index].pods.append(name)
      } else {
        list.append((reason, [name]))
      }
    }
    for pod in try await invocation.client.list(Pod.self, selection).items {
      switch verdict(pod) {
      case .goes: going.append(pod)
      case .stays: break
      case .goesWithWarning(let reason):
        going.append(pod)
        note(reason, pod, in: &warnings)
      case .staysWithWarning(let reason): note(reason, pod, in: &warnings)
      case .refuses(let reason): note(reason, pod, in: &refusals)
      }
    }
    try Failures.throwIfAny(
      refusals.map { Failure(whole: "cannot delete \($0.reason): \($0.pods.joined(separator: ", "))") })
    if !warnings.isEmpty {
      let text = warnings.map { "\($0.reason): \($0.pods.joined(separator: ", "))" }.joined(separator: "; ")
      await invocation.io.printError("Warning: \(text)\n")
    }
    return going
  }

  private func verdict(_ pod: Pod) -> Verdict {
    let hasEnded = pod.status.phase == "Succeeded" || pod.status.phase == "Failed"
    let owner = pod.metadata.ownerReferences.first { $0.controller == true }
    if owner?.kind == "DaemonSet", !hasEnded {
      return invocation[Drain.ignoresDaemonSets]
        ? .staysWithWarning("ignoring DaemonSet-managed Pods")
        : .refuses("cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)")
    }
    if pod.metadata.annotations["kubernetes.io/config.mirror"] != nil { return .stays }
    var warning: String?
    if !hasEnded, pod.spec.volumes.contains(where: { $0.emptyDir != nil }) {
      guard invocation[Drain.deletesEmptyDirs] else {
        return .refuses("cannot delete Pods with local storage (use --delete-emptydir-data to override)")
      }
      warning = "deleting Pods with local storage"
    }
    if !hasEnded, owner == nil {
      guard invocation[Drain.force] else {
        return .refuses("cannot delete Pods that declare no controller (use --force to override)")
      }
      warning = "deleting Pods that declare no controller"
    }
    return warning.map { .goesWithWarning($0) } ?? .goes
  }

  private func evict(_ pod: Pod) async throws {
    var options = DeleteOptions()
    if invocation[Drain.gracePeriod] >= 0 { options.gracePeriodSeconds = Int64(invocation[Drain.gracePeriod]) }
    if dryRun == .server { options.dryRun = ["All"] }
    let kind = ResourceKind(Pod.resource)
    if invocation[Drain.disablesEviction] {
      try? await invocation.io.print("pod/\(pod.name) deleted\(dryRun.suffix)\n")
      _ = try await invocation.calls.delete(kind, pod.namespace, pod.name, options)
      return
    }
    try await invocation.io.print("evicting pod \(pod.namespace)/\(pod.name)\(dryRun.suffix)\n")
    let eviction: Document = [
      "apiVersion": "policy/v1", "kind": "Eviction",
      "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace)], "deleteOptions": options.document(),
    ]
    let path = kind.path(namespace: pod.namespace, name: pod.name, subresource: "eviction")
    do {
      _ = try await invocation.calls.send("POST", path, body: eviction.json())
    } catch let error as StatusError where error.isNotFound {
      return
    }
  }

  private func waitForEnd(of pod: Pod) async throws {
    try await Disappearance(invocation: invocation, limit: .seconds(1 << 30)).wait(
      for: ResourceKind(Pod.resource), pod.namespace, pod.name, uid: pod.uid)
    try await invocation.io.print("pod/\(pod.name) evicted\n")
  }
}

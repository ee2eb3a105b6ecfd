internal import Documents
internal import KubernetesAPI

/// `kubectl delete`: ends objects, and waits until they are gone.
enum Delete {
  static let all = Flag.boolean("all", "All objects of the type in the namespace.")
  static let now = Flag.boolean("now", "Give it one second to end.")
  static let wait = Flag.boolean("wait", default: true, "Return only when the objects are gone.")
  static let interactive = Flag.boolean("interactive", short: "i", "Ask before anything is deleted.")
  static let ignoreNotFound = Flag.boolean(
    "ignore-not-found", "It is no error when the object is not there; always so with --all.")
  static let output = Flag.text("output", short: "o", values: .oneOf(["name"]), "name: print type/name only.")

  static let command = Command(
    name: "delete", group: .intermediate,
    summary: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    details: [
      "A pod gets its grace period to end by itself; --grace-period and --now change it. "
        + "With --force the object is removed at once, while its processes may still run for a moment."
    ],
    examples: [
      Example("One pod", "kubectl delete pod web"),
      Example("The objects of a manifest", "kubectl delete -f pod.yaml"),
      Example("By label", "kubectl delete pods -l app=web"),
      Example("Without waiting for its end", "kubectl delete pod web --now --wait=false"),
    ],
    usage: "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]",
    flags: [
      all.row, SharedFlags.allNamespaces.row, SharedFlags.cascade.row, SharedFlags.dryRun.row,
      SharedFlags.fieldSelector.row, SharedFlags.filename.row, SharedFlags.force.row, SharedFlags.gracePeriod.row,
      ignoreNotFound.row, interactive.row, SharedFlags.kustomize.row, now.row, output.row, SharedFlags.recursive.row,
      SharedFlags.selector.row, SharedFlags.timeout.row, wait.row,
    ],
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.refuseKustomize()
    let dryRun = try await DryRun(invocation)
    let policy = try propagationPolicy(invocation)
    if !invocation[output].isEmpty, invocation[output] != "name" {
      throw Failure("unexpected -o output mode: \(invocation[output]). We only support '-o name'")
    }
    var grace = invocation[SharedFlags.gracePeriod]
    let isForced = invocation[SharedFlags.force]
    if invocation[now] {
      if grace != -1 { throw Failure("--now and --grace-period cannot be specified together") }
      grace = 1
    }
    if grace == 0, !isForced { grace = 1 }
    if isForced, grace < 0 { grace = 0 }
    if isForced, grace > 0 { throw Failure("--force and --grace-period greater than 0 cannot be specified together") }
    let targets = try await select(invocation)
    if invocation.isNamespaceGiven, targets.contains(where: { !$0.kind.isNamespaced }) {
      await invocation.io.printError(
        "Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n")
    }
    if isForced {
      await invocation.io.printError(
        "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n"
      )
    }
    if targets.isEmpty {
      try await invocation.io.print("No resources found\n")
      return 0
    }
    if invocation[interactive], try await !isConfirmed(targets, invocation) { return 0 }
    let deletion = Deletion(
      invocation: invocation, dryRun: dryRun, grace: grace, isForced: isForced, policy: policy,
      toleratesAbsence: invocation[ignoreNotFound] || invocation[all])
    try await deletion.run(targets)
    return 0
  }

  static func propagationPolicy(_ invocation: Invocation) throws -> String {
    switch invocation[SharedFlags.cascade] {
    case "background", "true": return "Background"
    case "foreground": return "Foreground"
    case "orphan", "false": return "Orphan"
    case let other:
      throw Failure("invalid cascade value (\(other)). Must be \"background\", \"foreground\", or \"orphan\"")
    }
  }

  private static func select(_ invocation: Invocation) async throws -> [ResourceRequest] {
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure.nothingNamed
    }
    let selectsByField = !invocation.selectionQuery.isEmpty
    if invocation[all], selectsByField {
      throw Failure("setting 'all' parameter but found a non empty selector. ")
    }
    if invocation[all], invocation.arguments.count > 1 {
      throw Failure("name cannot be provided when a selector is specified")
    }
    let selected = try await SelectedResources.resolve(invocation)
    let namesNothing = selected.requests.contains { $0.name == nil }
    if namesNothing, !invocation[all], !selectsByField {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    return try await selected.expanded(invocation)
  }

  private static func isConfirmed(_ targets: [ResourceRequest], _ invocation: Invocation) async throws -> Bool {
    try await invocation.io.print("You are about to delete the following \(targets.count) resource(s):\n")
    for target in targets { try await invocation.io.print("\(target.kind.resultName)/\(target.name ?? "")\n") }
    try await invocation.io.print("Do you want to continue? (y/N): ")
    var answer: [UInt8] = []
    while !answer.contains(0x0A), let chunk = try await invocation.io.read() { answer += chunk }
    let word = String(decoding: answer.prefix { $0 != 0x0A }, as: UTF8.self).lowercased()
    if word == "y" || word == "yes" { return true }
    try await invocation.io.print("deletion is cancelled\n")
    return false
  }
}

/// The deleting of objects, and the wait for their end.
struct Deletion {
  let invocation: Invocation
  let dryRun: DryRun
  let grace: Int
  let isForced: Bool
  let policy: String
  let toleratesAbsence: Bool

  func run(_ targets: [ResourceRequest]) async throws {
    var errors: [any Error] = []
    var going: [(target: ResourceRequest, uid: String?)] = []
    for target in targets {
      do {
        let uid = try await delete(target)
        going.append((target, uid))
        try await tell(target)
      } catch let error as StatusError where error.isNotFound && toleratesAbsence {
        continue
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(target.source.map { error.prefixed("error when deleting \"\($0)\"") } ?? error)
      }
    }
    if dryRun == .none, invocation[Delete.wait] {
      let timeout = invocation[SharedFlags.timeout]
      let week = Duration.seconds(7 * 24 * 3600)
      let disappearance = Disappearance(invocation: invocation, limit: timeout == .zero ? week : timeout)
      for (target, uid) in going {
        do {
          try await disappearance.wait(for: target.kind, target.namespace, target.name ?? "", uid: uid)
        } catch let failure as Failure {
          errors.append(failure)
        }
      }
    }
    try Failures.throwIfAny(errors)
  }

  /// Answers the identity of the object that is being deleted.
  private func delete(_ target: ResourceRequest) async throws -> String? {
    let name = target.name ?? ""
    if dryRun == .client {
      let object = try await invocation.calls.get(target.kind, target.namespace, name)
      return object["metadata"]?["uid"]?.stringValue
    }
    var options = DeleteOptions()
    options.kind = "DeleteOptions"
    options.apiVersion = "v1"
    if grace >= 0 { options.gracePeriodSeconds = Int64(grace) }
    options.propagationPolicy = policy
    if dryRun == .server { options.dryRun = ["All"] }
    let answer = try await invocation.calls.delete(target.kind, target.namespace, name, options)
    if answer["kind"]?.stringValue == "Status" { return answer["details"]?["uid"]?.stringValue }
    return answer["metadata"]?["uid"]?.stringValue
  }

  private func tell(_ target: ResourceRequest) async throws {
    let name = target.name ?? ""
    if invocation[Delete.output] == "name" {
      return try await invocation.io.print("\(target.kind.resultName)/\(name)\n")
    }
    let verb = isForced && grace == 0 ? "force deleted" : "deleted"
    try await invocation.io.print("\(target.kind.resultName) \"\(name)\" \(verb)\(dryRun.suffix)\n")
  }
}

/// Waits until an object is gone, by watching it.
struct Disappearance {
  let invocation: Invocation
  let limit: Duration

  func wait(for kind: ResourceKind, _ namespace: String?, _ name: String, uid: String?) async throws {
    let isGone = try await TimeLimit.run(limit) {
      while true {
        try Task.checkCancellation()
        if try await watchUntilGone(kind, namespace, name, uid) { return true }
      }
    }
    if isGone == nil {
      throw Failure("timed out waiting for the condition on \(kind.qualifiedName)/\(name)")
    }
  }

  private func watchUntilGone(
    _ kind: ResourceKind, _ namespace: String?, _ name: String, _ uid: String?
  ) async throws -> Bool {
    let query = [QueryItem("fieldSelector", "metadata.name=\(name)")]
    let list = try await invocation.calls.list(kind, namespace, query: query)
    let present = list["items"]?.listValue?.first
    guard let present, uid == nil || present["metadata"]?["uid"]?.stringValue == uid else { return true }
    let events = try await invocation.calls.watch(
      kind, namespace, after: list["metadata"]?["resourceVersion"]?.stringValue ?? "", query: query)
    defer { events.cancel() }
    for try await event in events {
      if try GetWatch.read(event)?.0 == .deleted { return true }
    }
    return false
  }
}

/// Work that must be done within a time.
enum TimeLimit {
  /// Nil when the time was over first; the work is cancelled then.
  static func run<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}

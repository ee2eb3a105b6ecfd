internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl rollout`: how a new version of pods comes in place of the old one.
enum Rollout {
  private static let kinds = ["deployments", "daemonsets", "statefulsets"]

  static let revision = Flag.number("revision", default: 0, "Only this revision; 0 means the newest.")
  static let toRevision = Flag.number("to-revision", default: 0, "The revision to go back to; 0 means the one before.")
  static let timeout = Flag.duration("timeout", "Stop waiting after this time; 0 waits for ever.")
  static let watch = Flag.boolean("watch", short: "w", default: true, "Stay until the rollout is done.")
  private static let fieldManager = SharedFlags.fieldManager("kubectl-rollout")
  private static let selection = [
    SharedFlags.filename.row, SharedFlags.kustomize.row, SharedFlags.recursive.row, SharedFlags.selector.row,
  ]

  static let command = Command(
    name: "rollout", group: .deploy,
    summary: "Manage the rollout of a resource",
    examples: [
      Example("Begin all pods anew", "kubectl rollout restart deployment/web"),
      Example("Wait until they are there", "kubectl rollout status deployment/web"),
      Example("Back to what was before", "kubectl rollout undo deployment/web"),
    ],
    usage: "rollout SUBCOMMAND [options]",
    subcommands: [history, pause, restart, resume, status, undo])

  // MARK: Changing the object

  private static let pause = Command(
    name: "pause", summary: "Mark the provided resource as paused",
    details: ["Changes of a paused deployment wait until it is resumed."],
    examples: [Example("Hold the next template back", "kubectl rollout pause deployment/web")],
    usage: "rollout pause RESOURCE [options]", flags: [fieldManager.row] + selection + SharedFlags.objectOutput,
    arguments: .resources(of: Rollout.kinds),
    run: { try await pauseOrResume($0, isPaused: true) })

  private static let resume = Command(
    name: "resume", summary: "Resume a paused resource",
    examples: [Example("Go on", "kubectl rollout resume deployment/web")],
    usage: "rollout resume RESOURCE [options]", flags: [fieldManager.row] + selection + SharedFlags.objectOutput,
    arguments: .resources(of: Rollout.kinds),
    run: { try await pauseOrResume($0, isPaused: false) })

  private static let restart = Command(
    name: "restart", summary: "Restart a resource",
    examples: [Example("All pods of a deployment, one after the other", "kubectl rollout restart deployment/web")],
    usage: "rollout restart RESOURCE [options]", flags: [fieldManager.row] + selection + SharedFlags.objectOutput,
    arguments: .resources(of: Rollout.kinds),
    run: { invocation in
      let time = invocation.context.now().text
      return try await change(invocation, verb: "restarted") { object, kind in
        guard ["Deployment", "DaemonSet", "StatefulSet"].contains(kind.kind) else {
          throw Failure("restarting is not supported")
        }
        if object["spec"]?["paused"]?.boolValue == true {
          throw Failure("can't restart paused deployment (run rollout resume first)")
        }
        return [
          "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string(time)]]]]
        ]
      }
    })

  private static func pauseOrResume(_ invocation: Invocation, isPaused: Bool) async throws -> Int32 {
    try await change(invocation, verb: isPaused ? "paused" : "resumed") { object, kind in
      guard kind.kind == "Deployment" else {
        throw Failure(isPaused ? "pausing is not supported" : "resuming is not supported")
      }
      if (object["spec"]?["paused"]?.boolValue ?? false) == isPaused {
        throw Failure(isPaused ? "is already paused" : "is not paused")
      }
      return ["spec": ["paused": isPaused ? true : .null]]
    }
  }

  /// Patches each object with what the body makes of it.
  private static func change(
    _ invocation: Invocation, verb: String, _ patch: (Document, ResourceKind) throws -> Document
  ) async throws -> Int32 {
    let (found, missing) = try await objects(invocation)
    var errors = missing
    if found.isEmpty, errors.isEmpty { await sayNothingFound(invocation) }
    for (request, object) in found {
      let name = request.name ?? ""
      do {
        let result = try await invocation.calls.patch(
          request.kind, request.namespace, name, contentType: PatchType.strategic.rawValue,
          try patch(object, request.kind).json(), query: [QueryItem("fieldManager", invocation[fieldManager])])
        if var printer = try invocation.objectPrinter() {
          try await invocation.io.print(try printer.text(result))
        } else {
          try await invocation.io.print("\(request.kind.resultName)/\(name) \(verb)\n")
        }
      } catch let failure as Failure {
        errors.append(Failure("error: \(request.kind.qualifiedName) \"\(name)\" \(failure.text.dropFirst(7))"))
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(Failure("failed to patch: \(error.message)"))
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  private static func objects(
    _ invocation: Invocation
  ) async throws -> (found: [(request: ResourceRequest, object: Document)], missing: [any Error]) {
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure("required resource not specified")
    }
    try invocation.refuseKustomize()
    var found: [(ResourceRequest, Document)] = []
    var missing: [any Error] = []
    for request in try await SelectedResources.resolve(invocation).expanded(invocation) {
      do {
        found.append((request, try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")))
      } catch let error as StatusError where !error.isConnectionFailure {
        missing.append(error)
      }
    }
    return (found, missing)
  }

  private static func sayNothingFound(_ invocation: Invocation) async {
    await invocation.io.printError("No resources found in \(invocation.namespace) namespace.\n")
  }

  // MARK: Watching

  private static let status = Command(
    name: "status", summary: "Show the status of the rollout",
    examples: [Example("Until all pods are of the new version", "kubectl rollout status deployment/web")],
    usage: "rollout status (TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: [revision.row, timeout.row, watch.row] + selection, arguments: .resources(of: Rollout.kinds),
    run: { invocation in
      if invocation[revision] < 0 {
        throw Failure("revision must be a positive integer: \(invocation[revision])")
      }
      let (found, missing) = try await objects(invocation)
      try Failures.throwIfAny(missing)
      if found.isEmpty { await sayNothingFound(invocation) }
      for (request, _) in found {
        guard ["Deployment", "DaemonSet", "StatefulSet"].contains(request.kind.kind) else {
          throw Failure("no status viewer has been implemented for \(request.kind.kind)")
        }
        let limit = invocation[timeout] == .zero ? Duration.seconds(1 << 30) : invocation[timeout]
        let outcome: Bool? = try await TimeLimit.run(limit) {
          try await follow(request, invocation)
          return true
        }
        if outcome == nil { throw Failure("timed out waiting for the condition") }
      }
      return 0
    })

  private static func follow(_ request: ResourceRequest, _ invocation: Invocation) async throws {
    let query = [QueryItem("fieldSelector", "metadata.name=\(request.name ?? "")")]
    /// Whether there is nothing left to wait for.
    func isDone(_ object: Document) async throws -> Bool {
      let (text, isDone) = try RolloutProgress(object, revision: invocation[revision]).report()
      try await invocation.io.print(text)
      return isDone || !invocation[watch]
    }
    while true {
      let list = try await invocation.calls.list(request.kind, request.namespace, query: query)
      guard let object = list["items"]?.listValue?.first else { throw Failure("object has been deleted") }
      if try await isDone(object) { return }
      let events = try await invocation.calls.watch(
        request.kind, request.namespace, after: list["metadata"]?["resourceVersion"]?.stringValue ?? "", query: query)
      defer { events.cancel() }
      for try await event in events {
        guard let (type, object) = try GetWatch.read(event) else { continue }
        if type == .deleted { throw Failure("object has been deleted") }
        if try await isDone(object) { return }
      }
    }
  }

  // MARK: Earlier versions

  private static let history = Command(
    name: "history", summary: "View rollout history",
    examples: [Example("All revisions", "kubectl rollout history deployment/web")],
    usage: "rollout history (TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: [revision.row] + selection + SharedFlags.objectOutput, arguments: .resources(of: Rollout.kinds),
    run: { invocation in
      let (found, missing) = try await objects(invocation)
      try Failures.throwIfAny(missing)
      for (request, object) in found {
        guard request.kind.kind == "Deployment" else {
          throw Failure("no history viewer has been implemented for \"\(request.kind.groupKind)\"")
        }
        let revisions = try await RolloutRevision.all(of: object, invocation)
        let chosen = Int64(invocation[revision])
        let text = try history(revisions, chosen)
        let suffix = chosen > 0 ? "with revision #\(chosen)" : ""
        try await invocation.io.print("\(request.kind.resultName)/\(request.name ?? "") \(suffix)\n\(text)\n")
      }
      return 0
    })

  private static func history(_ revisions: [RolloutRevision], _ chosen: Int64) throws -> String {
    if revisions.isEmpty { return "No rollout history found." }
    if chosen > 0 {
      guard let revision = revisions.first(where: { $0.number == chosen }) else {
        throw Failure("unable to find the specified revision")
      }
      return revision.template.yaml()
    }
    var text = AlignedText(padding: 2)
    text.write("REVISION\tCHANGE-CAUSE\n")
    for revision in revisions { text.write("\(revision.number)\t\(revision.cause ?? "<none>")\n") }
    return text.take()
  }

  private static let undo = Command(
    name: "undo", summary: "Undo a previous rollout",
    examples: [
      Example("To the version before", "kubectl rollout undo deployment/web"),
      Example("To a certain one", "kubectl rollout undo deployment/web --to-revision=3"),
    ],
    usage: "rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: [SharedFlags.dryRun.row, toRevision.row] + selection + SharedFlags.objectOutput,
    arguments: .resources(of: Rollout.kinds),
    run: { invocation in
      let dryRun = try await DryRun(invocation)
      let (found, missing) = try await objects(invocation)
      try Failures.throwIfAny(missing)
      for (request, object) in found { try await undo(request, object, dryRun, invocation) }
      return 0
    })

  private static func undo(
    _ request: ResourceRequest, _ object: Document, _ dryRun: DryRun, _ invocation: Invocation
  ) async throws {
    guard request.kind.kind == "Deployment" else {
      throw Failure("no rollbacker has been implemented for \"\(request.kind.groupKind)\"")
    }
    let name = request.name ?? ""
    let revisions = try await RolloutRevision.all(of: object, invocation)
    let wanted = Int64(invocation[toRevision])
    let target = wanted == 0 ? revisions.dropLast().last : revisions.first { $0.number == wanted }
    guard let target else {
      throw Failure(
        wanted == 0
          ? "no rollout history found for deployment \"\(name)\""
          : "unable to find specified revision \(wanted) in history")
    }
    if object["spec"]?["paused"]?.boolValue == true {
      throw Failure(
        "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
    }
    var verb = "rolled back"
    if target.template == object["spec"]?["template"] {
      verb = "skipped rollback (current template already matches revision \(wanted))"
    } else if dryRun != .client {
      let patch: Document = [["op": "replace", "path": "/spec/template", "value": target.template]]
      _ = try await invocation.calls.patch(
        request.kind, request.namespace, name, contentType: PatchType.json.rawValue, patch.json(),
        query: dryRun == .server ? [QueryItem("dryRun", "All")] : [])
    }
    try await invocation.io.print("\(request.kind.resultName)/\(name) \(verb)\(dryRun.suffix)\n")
  }
}

/// How far the pods of an object have come to what it says.
private struct RolloutProgress {
  let object: Document
  let revision: Int

  init(_ object: Document, revision: Int) {
    self.object = object
    self.revision = revision
  }

  private func number(_ part: String, _ field: String) -> Int64 { object[part]?[field]?.integerValue ?? 0 }
  private var name: String { object["metadata"]?["name"]?.stringValue ?? "" }

  func report() throws -> (text: String, isDone: Bool) {
    let kind = object["kind"]?.stringValue ?? ""
    if kind == "Deployment", revision > 0 {
      let own = object["metadata"]?["annotations"]?[RolloutRevision.annotation]?.stringValue ?? ""
      if own != String(revision) {
        throw Failure("desired revision (\(revision)) is different from the running revision (\(own))")
      }
    }
    let waiting =
      kind == "DaemonSet"
      ? "daemon set spec update" : kind == "StatefulSet" ? "statefulset spec update" : "deployment spec update"
    if number("metadata", "generation") > number("status", "observedGeneration") {
      return ("Waiting for \(waiting) to be observed...\n", false)
    }
    switch kind {
    case "DaemonSet": return daemonSet
    case "StatefulSet": return statefulSet
    default: return try deployment()
    }
  }

  private func deployment() throws -> (String, Bool) {
    let conditions = object["status"]?["conditions"]?.listValue ?? []
    if conditions.contains(where: { $0["type"] == "Progressing" && $0["reason"] == "ProgressDeadlineExceeded" }) {
      throw Failure("deployment \"\(name)\" exceeded its progress deadline")
    }
    let wanted = object["spec"]?["replicas"]?.integerValue ?? 1
    let (updated, all) = (number("status", "updatedReplicas"), number("status", "replicas"))
    let available = number("status", "availableReplicas")
    let start = "Waiting for deployment \"\(name)\" rollout to finish: "
    if updated < wanted { return (start + "\(updated) out of \(wanted) new replicas have been updated...\n", false) }
    if all > updated { return (start + "\(all - updated) old replicas are pending termination...\n", false) }
    if available < updated { return (start + "\(available) of \(updated) updated replicas are available...\n", false) }
    return ("deployment \"\(name)\" successfully rolled out\n", true)
  }

  private var daemonSet: (String, Bool) {
    let wanted = number("status", "desiredNumberScheduled")
    let (updated, available) = (number("status", "updatedNumberScheduled"), number("status", "numberAvailable"))
    let start = "Waiting for daemon set \"\(name)\" rollout to finish: "
    if updated < wanted { return (start + "\(updated) out of \(wanted) new pods have been updated...\n", false) }
    if available < wanted { return (start + "\(available) of \(wanted) updated pods are available...\n", false) }
    return ("daemon set \"\(name)\" successfully rolled out\n", true)
  }

  private var statefulSet: (String, Bool) {
    let wanted = object["spec"]?["replicas"]?.integerValue ?? 1
    let ready = number("status", "readyReplicas")
    if ready < wanted { return ("Waiting for \(wanted - ready) pods to be ready...\n", false) }
    return (
      "statefulset rolling update complete \(number("status", "currentReplicas")) pods at revision \(object["status"]?["currentRevision"]?.stringValue ?? "")...\n",
      true
    )
  }
}

/// A version of a deployment's pods that is kept as a replica set.
private struct RolloutRevision {
  static let annotation = "deployment.kubernetes.io/revision"

  var number: Int64
  var cause: String?
  /// Without the label that tells the replica sets apart.
  var template: Document

  /// The oldest first.
  static func all(of deployment: Document, _ invocation: Invocation) async throws -> [RolloutRevision] {
    guard let kind = try await invocation.discovery.find(apiVersion: "apps/v1", kind: "ReplicaSet") else { return [] }
    let uid = deployment["metadata"]?["uid"]
    let sets = try await invocation.calls.listAll(kind, deployment["metadata"]?["namespace"]?.stringValue)
    return sets.compactMap { set -> RolloutRevision? in
      let metadata = set["metadata"]
      guard metadata?["ownerReferences"]?.listValue?.contains(where: { $0["uid"] == uid }) == true,
        let number = metadata?["annotations"]?[annotation]?.stringValue.flatMap({ Int64($0) }),
        var template = set["spec"]?["template"]
      else { return nil }
      var inner = template["metadata"] ?? [:]
      var labels = inner["labels"] ?? [:]
      labels["pod-template-hash"] = nil
      inner["labels"] = labels
      template["metadata"] = inner
      let cause = metadata?["annotations"]?["kubernetes.io/change-cause"]?.stringValue
      return RolloutRevision(number: number, cause: cause, template: template)
    }.sorted { $0.number < $1.number }
  }
}

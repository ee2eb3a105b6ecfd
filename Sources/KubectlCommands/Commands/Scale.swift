internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl scale`: how many there shall be.
enum Scale {
  static let replicas = Flag.number("replicas", default: 0, "How many there shall be; has to be given.")
  static let currentReplicas = Flag.number(
    "current-replicas", default: -1, "Only when there are so many now; -1 does not ask.")
  static let resourceVersion = Flag.text("resource-version", "Only when the object still has this version.")
  static let all = Flag.boolean("all", "All objects of the type in the namespace.")
  static let timeout = Flag.duration("timeout", "Stop waiting for the new number after this time; 0 does not wait.")

  static let command = Command(
    name: "scale", group: .deploy,
    summary: "Set a new size for a deployment, replica set, or replication controller",
    examples: [
      Example("Three of them", "kubectl scale deployment/web --replicas=3"),
      Example("Only when there are two", "kubectl scale deployment/web --current-replicas=2 --replicas=3"),
    ],
    usage:
      "scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]",
    flags: [
      all.row, currentReplicas.row, SharedFlags.dryRun.row, SharedFlags.filename.row, SharedFlags.kustomize.row,
      SharedFlags.recursive.row, replicas.row, resourceVersion.row, SharedFlags.selector.row, timeout.row,
    ] + SharedFlags.objectOutput,
    arguments: .resources(of: ["deployments", "replicasets", "replicationcontrollers", "statefulsets"]),
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.isGiven(replicas) { throw Failure.missingFlags(["replicas"], invocation) }
    try invocation.refuseKustomize()
    if invocation[replicas] < 0 {
      throw Failure("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    }
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    let dryRun = try await DryRun(invocation)
    let selected = try await SelectedResources.resolve(invocation)
    if selected.requests.contains(where: { $0.name == nil }), !invocation[all], invocation.selectionQuery.isEmpty {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    var found: [(request: ResourceRequest, object: Document)] = []
    var errors: [any Error] = []
    for request in try await selected.expanded(invocation) {
      do {
        found.append((request, try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")))
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(error)
      }
    }
    if found.isEmpty {
      let reason = errors.map { ($0 as? StatusError)?.message ?? "\($0)" }.joined(separator: ", ")
      throw Failure("no objects passed to scale" + (reason.isEmpty ? "" : " \(reason)"))
    }
    if !invocation[resourceVersion].isEmpty, found.count > 1 {
      throw Failure("cannot use --resource-version with multiple resources")
    }
    for (request, object) in found {
      if dryRun != .client { try await scale(request, dryRun, invocation) }
      if invocation[timeout] != .zero, dryRun == .none { try await wait(for: request, invocation) }
      if var printer = try invocation.objectPrinter() {
        try await invocation.io.print(try printer.text(object))
      } else {
        try await invocation.io.print("\(request.kind.resultName)/\(request.name ?? "") scaled\(dryRun.suffix)\n")
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  private static func scale(_ request: ResourceRequest, _ dryRun: DryRun, _ invocation: Invocation) async throws {
    let calls = invocation.calls
    let path = request.kind.path(namespace: request.namespace, name: request.name, subresource: "scale")
    let query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
    let wanted = invocation[replicas]
    if invocation[currentReplicas] < 0, invocation[resourceVersion].isEmpty {
      let patch: Document = ["spec": ["replicas": .integer(wanted)]]
      _ = try await calls.send(
        "PATCH", path, query: query, contentType: PatchType.merge.rawValue, body: patch.json())
      return
    }
    var scale = try await calls.send("GET", path)
    let now = scale["spec"]?["replicas"]?.integerValue ?? 0
    if invocation[currentReplicas] >= 0, now != Int64(invocation[currentReplicas]) {
      throw Failure("Expected replicas to be \(invocation[currentReplicas]), was \(now)")
    }
    let version = scale["metadata"]?["resourceVersion"]?.stringValue ?? ""
    if !invocation[resourceVersion].isEmpty, version != invocation[resourceVersion] {
      throw Failure("Expected resource version to be \(invocation[resourceVersion]), was \(version)")
    }
    scale["spec"] = ["replicas": .integer(wanted)]
    _ = try await calls.send("PUT", path, query: query, body: scale.json())
  }

  private static func wait(for request: ResourceRequest, _ invocation: Invocation) async throws {
    let path = request.kind.path(namespace: request.namespace, name: request.name, subresource: "scale")
    let wanted = Int64(invocation[replicas])
    let reached: Bool? = try await TimeLimit.run(invocation[timeout]) {
      while try await invocation.calls.send("GET", path)["status"]?["replicas"]?.integerValue ?? 0 != wanted {
        try await Task.sleep(for: .milliseconds(200))
      }
      return true
    }
    if reached == nil { throw Failure("timed out waiting for the condition") }
  }
}

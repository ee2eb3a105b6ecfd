internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// What the subcommands of `kubectl set` have in common: objects that hold a pod's spec, which is changed in place.
struct PodTemplateChange {
  /// What has a pod template, or is a pod.
  static let kinds = [
    "pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs",
  ]

  static let all = Flag.boolean("all", "All objects of the type in the namespace.")
  static let local = Flag.boolean("local", "Work on the manifest given with -f and ask no server.")

  static func flags(manager: String) -> [FlagRow] {
    [
      all.row, SharedFlags.dryRun.row, SharedFlags.fieldManager(manager).row, SharedFlags.filename.row,
      SharedFlags.kustomize.row, local.row, SharedFlags.recursive.row, SharedFlags.selector.row,
    ] + SharedFlags.objectOutput
  }

  let invocation: Invocation
  let manager: String
  /// What results say: `image updated`.
  let verb: String
  /// What a refusal is told behind.
  let attempt: String

  struct Target {
    let kind: ResourceKind
    let namespace: String?
    let object: Document

    var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
  }

  /// The objects that the words name, as they are now.
  func targets(_ words: [String]) async throws -> [Target] {
    try invocation.refuseKustomize()
    let dryRun = try await DryRun(invocation)
    if invocation[Self.all], invocation.isGiven(SharedFlags.selector) {
      throw Failure("cannot set --all and --selector at the same time")
    }
    if invocation[Self.local] {
      if dryRun == .server {
        throw Failure("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")
      }
      if !invocation.isGiven(SharedFlags.filename) {
        throw Failure(
          "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
        )
      }
      var targets: [Target] = []
      for manifest in try await invocation.manifestFiles.read(invocation[SharedFlags.filename]) {
        let object = try await ManifestObject(manifest, invocation)
        targets.append(Target(kind: object.kind, namespace: object.namespace, object: object.document))
      }
      return targets
    }
    let selected = try await SelectedResources.resolve(invocation.with(arguments: words))
    if selected.requests.contains(where: { $0.name == nil }), !invocation[Self.all],
      invocation.selectionQuery.isEmpty
    {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    var targets: [Target] = []
    for request in try await selected.expanded(invocation) {
      let object = try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")
      targets.append(Target(kind: request.kind, namespace: request.namespace, object: object))
    }
    return targets
  }

  /// Changes the spec of the pods of each object, sends what is different, and tells of it.
  func apply(
    to targets: [Target], problems: [any Error] = [], _ change: (inout Document, Target) async throws -> Void
  ) async throws -> Int32 {
    let dryRun = try await DryRun(invocation)
    var errors = problems
    for target in targets {
      guard let path = Self.path(of: target.kind), var spec = path.reduce(target.object, { $0?[$1] }) else {
        errors.append(
          Failure(
            whole:
              "error: \(target.kind.plural)/\(target.name) the object is not a pod or does not have a pod template: *\(target.kind.version).\(target.kind.kind)\n"
          ))
        continue
      }
      do {
        try await change(&spec, target)
        let changed = Self.setting(path[...], of: target.object, to: spec)
        if changed == target.object { continue }
        try await send(changed, target, dryRun)
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(Failure("\(attempt) \(error.message)"))
      } catch let failure as Failure {
        errors.append(failure)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  private func send(_ changed: Document, _ target: Target, _ dryRun: DryRun) async throws {
    var result = changed
    if dryRun != .client, !invocation[Self.local] {
      var query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
      query.append(QueryItem("fieldManager", invocation[SharedFlags.fieldManager(manager)]))
      let patch = ThreeWayPatch.make(
        original: target.object, modified: changed, current: target.object, schema: target.kind.schema)
      let type: PatchType = target.kind.schema == nil ? .merge : .strategic
      result = try await invocation.calls.patch(
        target.kind, target.namespace, target.name, contentType: type.rawValue, patch.json(), query: query)
    }
    if var printer = try invocation.objectPrinter() {
      return try await invocation.io.print(try printer.text(result))
    }
    try await invocation.io.print("\(target.kind.resultName)/\(target.name) \(verb)\(dryRun.suffix)\n")
  }

  /// Where an object of the kind holds the spec of its pods.
  static func path(of kind: ResourceKind) -> [String]? {
    switch kind.kind {
    case "Pod": ["spec"]
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController":
      ["spec", "template", "spec"]
    case "CronJob": ["spec", "jobTemplate", "spec", "template", "spec"]
    default: nil
    }
  }

  private static func setting(_ path: ArraySlice<String>, of object: Document, to value: Document) -> Document {
    guard let key = path.first else { return value }
    var object = object
    object[key] = setting(path.dropFirst(), of: object[key] ?? [:], to: value)
    return object
  }

  /// Changes the containers of a spec whose names match; tells whether there were any.
  @discardableResult
  static func changeContainers(
    of spec: inout Document, named pattern: String, _ change: (inout Document) -> Void
  ) -> Bool {
    var hasFound = false
    for list in ["initContainers", "containers"] {
      guard var containers = spec[list]?.listValue else { continue }
      for index in containers.indices where matches(containers[index]["name"]?.stringValue ?? "", pattern) {
        hasFound = true
        change(&containers[index])
      }
      spec[list] = .list(containers)
    }
    return hasFound
  }

  /// A `*` at either end stands for anything.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    if pattern == "*" { return true }
    if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast()) }
    if pattern.hasPrefix("*") { return name.hasSuffix(pattern.dropFirst()) }
    return name == pattern
  }
}

/// `kubectl set`.
enum SetCommand {
  static let command = Command(
    name: "set", group: .beginner,
    summary: "Set specific features on objects",
    examples: [
      Example("Another image", "kubectl set image deployment/web nginx=nginx:1.27"),
      Example("An environment variable", "kubectl set env deployment/web COLOR=blue"),
    ],
    usage: "set SUBCOMMAND [options]",
    subcommands: [
      SetEnv.command, SetImage.command, SetResources.command, SetSelector.command, SetServiceAccount.command,
    ])
}

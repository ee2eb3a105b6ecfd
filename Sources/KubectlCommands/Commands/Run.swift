internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl run`: a pod from an image, without a manifest.
enum Run {
  static let annotations = Flag.texts("annotations", "An annotation KEY=VALUE; may be given several times.")
  static let attach = Flag.boolean(
    "attach", "Wait until the pod runs, then show what it prints; so by default with -i.")
  static let asCommand = Flag.boolean(
    "command", "The words behind -- replace the image's command; without this they are its arguments.")
  static let env = Flag.texts("env", "An environment variable NAME=VALUE; may be given several times.")
  static let expose = Flag.boolean("expose", "Make a service for the pod as well; needs --port.")
  static let fieldManager = SharedFlags.fieldManager("kubectl-run")
  static let generator = Flag.text("generator", "A word of old commands; a pod is made in any case.")
  static let image = Flag.text("image", values: .image, "The image of the container.")
  static let pullPolicy = Flag.text(
    "image-pull-policy", values: .oneOf(["Always", "IfNotPresent", "Never"]), "When the image is pulled.")
  static let labels = Flag.text("labels", short: "l", "Labels KEY=VALUE, joined with commas, instead of run=NAME.")
  static let leavesInputOpen = Flag.boolean("leave-stdin-open", "Input stays open when the first attach ends.")
  static let overrides = Flag.text("overrides", "JSON that is merged over the generated pod.")
  static let overrideType = Flag.text(
    "override-type", default: "merge", values: .oneOf(["merge", "strategic", "json"]), "How --overrides is merged.")
  static let podRunningTimeout = Flag.duration(
    "pod-running-timeout", default: "1m0s", "How long to wait for the pod to run before attaching.")
  static let port = Flag.text("port", "The port on which the container listens.")
  static let privileged = Flag.boolean("privileged", "Run the container with all privileges.")
  static let quiet = Flag.boolean("quiet", short: "q", "No remarks of kubectl's own.")
  static let restart = Flag.text(
    "restart", default: "Always", values: .oneOf(["Always", "OnFailure", "Never"]),
    "What happens when the container ends: Always, OnFailure or Never starts it again.")
  static let remove = Flag.boolean("rm", "Delete the pod when it ends; needs --attach or -i.")
  static let stdin = Flag.boolean("stdin", short: "i", "Give the container an input, and connect to it.")
  static let tty = Flag.boolean("tty", short: "t", "Give the container a terminal.")

  static let command = Command(
    name: "run", group: .beginner,
    summary: "Run a particular image on the cluster",
    details: ["Makes one pod with one container. Everything behind -- goes to the container."],
    examples: [
      Example("A web server", "kubectl run web --image=nginx"),
      Example("A command of one's own", "kubectl run say --image=busybox --restart=Never -- echo hello"),
      Example("A shell for a while", "kubectl run try -it --rm --image=busybox --restart=Never -- sh"),
      Example("Only the manifest", "kubectl run web --image=nginx --port=80 --dry-run=client -o yaml"),
    ],
    usage: "run NAME --image=image [--env=\"key=value\"] [--port=port] [--command] -- [COMMAND] [args...] [options]",
    flags: [
      annotations.row, attach.row, SharedFlags.cascade.row, asCommand.row, SharedFlags.dryRun.row, env.row, expose.row,
      fieldManager.row, SharedFlags.force.row, hidden(generator.row), SharedFlags.gracePeriod.row, image.row,
      pullPolicy.row, labels.row, leavesInputOpen.row, overrides.row, overrideType.row, podRunningTimeout.row,
      port.row, privileged.row, quiet.row, restart.row, remove.row, SharedFlags.saveConfig.row, stdin.row,
      SharedFlags.timeout.row, tty.row,
    ] + SharedFlags.objectOutput,
    run: run)

  private static func hidden(_ row: FlagRow) -> FlagRow {
    var row = row
    row.isHidden = true
    return row
  }

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.isGiven(image) { throw Failure.missingFlags(["image"], invocation) }
    let dryRun = try await DryRun(invocation)
    let attaches = invocation[attach] || invocation[stdin]
    let words = try podNameAndWords(invocation)
    try check(invocation, attaches: attaches, dryRun)
    if invocation.isGiven(generator) {
      await invocation.io.printError(
        "Flag --generator has been deprecated, has no effect and will be removed in the future.\n")
    }
    var document = try pod(named: words.name, words.rest, invocation)
    if !invocation[overrides].isEmpty { document = try overridden(document, invocation) }
    let namespace = document["metadata"]?["namespace"]?.stringValue ?? invocation.namespace
    var creation = try Creation(
      invocation, dryRun: dryRun, validation: nil, manager: invocation[fieldManager])
    if invocation[expose] {
      try await creation.create(service(for: document), ResourceKind(Service.resource), namespace)
    }
    if attaches, dryRun == .none {
      return try await RunAttached(invocation: invocation, document: document, namespace: namespace).run()
    }
    try await creation.create(document, ResourceKind(Pod.resource), namespace)
    return 0
  }

  /// The service of `--expose`, which finds the pod by its labels.
  private static func service(for pod: Document) -> Document {
    let port = pod["spec"]?["containers"]?.listValue?.first?["ports"]?.listValue?.first?["containerPort"] ?? .null
    var metadata: Document = ["creationTimestamp": .null, "name": pod["metadata"]?["name"] ?? .null]
    metadata["namespace"] = pod["metadata"]?["namespace"]
    return [
      "apiVersion": "v1", "kind": "Service", "metadata": metadata,
      "spec": [
        "ports": [["port": port, "protocol": "TCP", "targetPort": port]],
        "selector": pod["metadata"]?["labels"] ?? [:],
      ], "status": ["loadBalancer": [:]],
    ]
  }

  private static func podNameAndWords(_ invocation: Invocation) throws -> (name: String, rest: [String]) {
    let beforeDashes = invocation.argumentsBeforeDashes ?? invocation.arguments.count
    guard let name = invocation.arguments.first, beforeDashes > 0 else {
      throw Failure("NAME is required for run", helpFor: invocation.path)
    }
    return (name, Array(invocation.arguments.dropFirst()))
  }

  private static func check(_ invocation: Invocation, attaches: Bool, _ dryRun: DryRun) throws {
    let imageName = invocation[image]
    if imageName.isEmpty { throw Failure("--image is required") }
    if imageName.contains(where: \.isWhitespace) {
      throw Failure("Invalid image name \"\(imageName)\": invalid reference format")
    }
    if invocation[tty], !invocation[stdin] {
      throw Failure("-i/--stdin is required for containers with -t/--tty=true", helpFor: invocation.path)
    }
    if invocation[expose], invocation[port].isEmpty {
      throw Failure("--port must be set when exposing a service", helpFor: invocation.path)
    }
    if invocation[remove], !attaches {
      throw Failure("--rm should only be used for attached containers", helpFor: invocation.path)
    }
    if attaches, dryRun != .none {
      throw Failure(
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        helpFor: invocation.path)
    }
    switch invocation[restart] {
    case "Always", "OnFailure", "Never": break
    case let other: throw Failure("invalid restart policy: \(other)", helpFor: invocation.path)
    }
    switch invocation[pullPolicy] {
    case "", "Always", "IfNotPresent", "Never": break
    case let other: throw Failure("invalid image pull policy: \(other)", helpFor: invocation.path)
    }
    if !invocation[port].isEmpty, Int32(invocation[port]) == nil {
      throw Failure("strconv.Atoi: parsing \"\(invocation[port])\": invalid syntax")
    }
  }

  /// The pod as a document, with the empty fields that kubectl writes.
  private static func pod(named name: String, _ words: [String], _ invocation: Invocation) throws -> Document {
    var container: Document = ["image": .string(invocation[image]), "name": .string(name), "resources": [:]]
    if !words.isEmpty { container[invocation[asCommand] ? "command" : "args"] = .list(words.map { .string($0) }) }
    let variables = try invocation[env].map { pair -> Document in
      guard let equals = pair.firstIndex(of: "="), EnvironmentName.problem(String(pair[..<equals])) == nil else {
        throw Failure("invalid env: \(pair)")
      }
      return ["name": .string(String(pair[..<equals])), "value": .string(String(pair[pair.index(after: equals)...]))]
    }
    if !variables.isEmpty { container["env"] = .list(variables) }
    if let port = Int32(invocation[port]) { container["ports"] = [["containerPort": .integer(port)]] }
    if !invocation[pullPolicy].isEmpty { container["imagePullPolicy"] = .string(invocation[pullPolicy]) }
    if invocation[privileged] { container["securityContext"] = ["privileged": true] }
    if invocation[stdin] {
      container["stdin"] = true
      if !invocation[leavesInputOpen] { container["stdinOnce"] = true }
    }
    if invocation[tty] { container["tty"] = true }
    var metadata: Document = ["creationTimestamp": .null, "labels": try labels(of: name, invocation)]
    for pair in invocation[annotations] where !pair.contains("=") {
      throw Failure("invalid annotations format: \(pair)")
    }
    let notes = try pairs(invocation[annotations], "annotation")
    if !notes.isEmpty { metadata["annotations"] = .map(notes) }
    metadata["name"] = .string(name)
    if invocation.isNamespaceGiven { metadata["namespace"] = .string(invocation.namespace) }
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
      "spec": [
        "containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": .string(invocation[restart]),
      ], "status": [:],
    ]
  }

  private static func labels(of name: String, _ invocation: Invocation) throws -> Document {
    let given = invocation[labels].split(separator: ",").map(String.init)
    return given.isEmpty ? ["run": .string(name)] : .map(try pairs(given, "label"))
  }

  private static func pairs(_ texts: [String], _ what: String) throws -> DocumentMap {
    var map = DocumentMap()
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else { throw Failure("unexpected \(what) spec: \(text)") }
      map[String(text[..<equals])] = .string(String(text[text.index(after: equals)...]))
    }
    return map
  }

  private static func overridden(_ pod: Document, _ invocation: Invocation) throws -> Document {
    let type = invocation[overrideType]
    guard ["json", "merge", "strategic"].contains(type) else { throw Failure("invalid override type: \(type)") }
    do {
      let patch = try Document.parse(json: invocation[overrides])
      return type == "json" ? try JSONPatch(patch).applied(to: pod) : MergePatch.apply(patch, to: pod)
    } catch {
      throw Failure("Invalid JSON Patch")
    }
  }
}

/// A JSON merge patch: maps are merged, null takes away, everything else replaces.
enum MergePatch {
  static func apply(_ patch: Document, to target: Document) -> Document {
    guard let changes = patch.mapValue else { return patch }
    var result = target.mapValue ?? DocumentMap()
    for entry in changes.entries {
      result[entry.key] = entry.value.isNull ? nil : apply(entry.value, to: result[entry.key] ?? .null)
    }
    return .map(result)
  }
}

internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// `kubectl debug`: one more container for a pod, a changed copy of a pod, or a pod that looks at its node.
enum Debug {
  static let argumentsOnly = Flag.boolean(
    "arguments-only", "The words behind -- are arguments of the image's command, not a command.")
  static let attach = Flag.boolean("attach", "Connect to the container once it runs; so by default with -i.")
  static let container = Flag.text("container", short: "c", "The name of the container.")
  static let copyTo = Flag.text("copy-to", "Make a copy of the pod with this name, and leave the pod itself alone.")
  static let env = Flag.texts("env", "An environment variable NAME=VALUE; may be given several times.")
  static let image = Flag.text("image", values: .image, "The image of the container.")
  static let pullPolicy = Flag.text(
    "image-pull-policy", values: .oneOf(["Always", "IfNotPresent", "Never"]), "When the image is pulled.")
  static let keepAnnotations = Flag.boolean("keep-annotations", "The copy keeps the annotations.")
  static let keepInit = Flag.boolean("keep-init-containers", default: true, "The copy keeps the init containers.")
  static let keepLabels = Flag.boolean("keep-labels", "The copy keeps the labels, so services may find it.")
  static let keepLiveness = Flag.boolean("keep-liveness", "The copy keeps the liveness probes.")
  static let keepReadiness = Flag.boolean("keep-readiness", "The copy keeps the readiness probes.")
  static let keepStartup = Flag.boolean("keep-startup", "The copy keeps the startup probes.")
  static let profile = Flag.text(
    "profile", default: "legacy",
    values: .oneOf(["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin"]),
    "What the container may do: legacy, general, baseline, netadmin, restricted or sysadmin.")
  static let quiet = Flag.boolean("quiet", short: "q", "No remarks of kubectl's own.")
  static let replace = Flag.boolean("replace", "With --copy-to: delete the pod itself.")
  static let sameNode = Flag.boolean("same-node", "With --copy-to: on the node of the pod.")
  static let setImage = Flag.list(
    "set-image", "With --copy-to: other images for containers, NAME=IMAGE with commas between; * stands for all.")
  static let shareProcesses = Flag.boolean(
    "share-processes", default: true, "With --copy-to: the containers see each other's processes.")
  static let stdin = Flag.boolean("stdin", short: "i", "Give the container an input, and connect to it.")
  static let target = Flag.text("target", values: .container, "See the processes of this container of the pod.")
  static let tty = Flag.boolean("tty", short: "t", "Give the container a terminal.")

  static let command = Command(
    name: "debug", group: .debugging,
    summary: "Create debugging sessions for troubleshooting workloads and nodes",
    examples: [
      Example("Tools beside a pod's containers", "kubectl debug web -it --image=busybox --target=web"),
      Example("A copy that does something else", "kubectl debug web -it --copy-to=web-debug --container=web -- sh"),
      Example("A copy with another image", "kubectl debug web --copy-to=web-debug --set-image=*=busybox"),
      Example("A look at a node; its files are in /host", "kubectl debug node/podium -it --image=busybox"),
    ],
    usage: "debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
    flags: [
      argumentsOnly.row, attach.row, container.row, copyTo.row, env.row, SharedFlags.filename.row, image.row,
      pullPolicy.row, keepAnnotations.row, keepInit.row, keepLabels.row, keepLiveness.row, keepReadiness.row,
      keepStartup.row, profile.row, quiet.row, replace.row, sameNode.row, setImage.row, shareProcesses.row, stdin.row,
      target.row, tty.row,
    ],
    arguments: .pods,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let session = try DebugSession(invocation)
    try await session.check()
    for target in session.targets {
      try await session.run(on: target)
    }
    return 0
  }
}

/// What is to be debugged, and how.
private struct DebugSession {
  let invocation: Invocation
  let targets: [String]
  let words: [String]
  let images: [String: String]

  private var isQuiet: Bool { invocation[Debug.quiet] }
  private var copyName: String { invocation[Debug.copyTo] }
  private var image: String { invocation[Debug.image] }
  private var attaches: Bool {
    invocation.isGiven(Debug.attach) ? invocation[Debug.attach] : invocation[Debug.stdin]
  }

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let count = invocation.argumentsBeforeDashes ?? invocation.arguments.count
    targets = Array(invocation.arguments.prefix(count))
    words = Array(invocation.arguments.dropFirst(count))
    for pair in invocation[Debug.env] where !pair.contains("=") {
      throw Failure.flag(
        "invalid argument \"\(pair)\" for \"--env\" flag: \(pair) must be formatted as key=value", ["debug"])
    }
    var images: [String: String] = [:]
    for pair in invocation[Debug.setImage] {
      guard let equals = pair.firstIndex(of: "=") else {
        throw Failure.flag(
          "invalid argument \"\(pair)\" for \"--set-image\" flag: \(pair) must be formatted as key=value", ["debug"])
      }
      images[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    self.images = images
  }

  func check() async throws {
    if invocation.isGiven(Debug.attach), attaches, image.isEmpty, invocation[Debug.container].isEmpty {
      throw Failure("you must specify --container or create a new container using --image in order to attach.")
    }
    guard ["legacy", "general", "baseline", "restricted", "netadmin", "sysadmin"].contains(invocation[Debug.profile])
    else { throw Failure("unknown profile: \(invocation[Debug.profile])") }
    if copyName.isEmpty {
      if invocation[Debug.replace] { throw Failure("--replace may only be used with --copy-to.") }
      if invocation[Debug.sameNode] { throw Failure("--same-node may only be used with --copy-to.") }
      if !images.isEmpty { throw Failure("--set-image may only be used with --copy-to.") }
      if image.isEmpty { throw Failure("you must specify --image when not using --copy-to.") }
    } else {
      if image.isEmpty, images.isEmpty, words.isEmpty {
        throw Failure("you must specify --image, --set-image or command arguments.")
      }
      if !words.isEmpty, invocation[Debug.container].isEmpty, image.isEmpty {
        throw Failure("you must specify an existing container or a new image when specifying args.")
      }
    }
    if image.contains(where: \.isWhitespace) {
      throw Failure("invalid image name \"\(image)\": invalid reference format")
    }
    if targets.isEmpty { throw Failure("NAME or filename is required for debug") }
    if !["", "Always", "IfNotPresent", "Never"].contains(invocation[Debug.pullPolicy]) {
      throw Failure("invalid image pull policy: \(invocation[Debug.pullPolicy])")
    }
    if !invocation[Debug.target].isEmpty {
      if !copyName.isEmpty {
        throw Failure("--target is incompatible with --copy-to. Use --share-processes instead.")
      }
      if !isQuiet {
        try await invocation.io.print(
          "Targeting container \"\(invocation[Debug.target])\". If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n"
        )
      }
    }
    if invocation[Debug.tty], !invocation[Debug.stdin] {
      throw Failure("-i/--stdin is required for containers with -t/--tty=true")
    }
    if invocation[Debug.profile] == "legacy" {
      await invocation.io.printError(
        "--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example \"--profile=general\".\n"
      )
    }
  }

  func run(on target: String) async throws {
    let parts = target.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let kind = parts.count == 2 ? try await invocation.discovery.find(parts[0]) : ResourceKind(Pod.resource)
    let object = try await invocation.calls.get(
      kind, kind.isNamespaced ? invocation.namespace : nil, parts[parts.count - 1])
    let made: (pod: Document, container: String)
    switch kind.kind {
    case "Node": made = try await debugNode(object)
    case "Pod": made = copyName.isEmpty ? try await addContainer(to: object) : try await copy(object)
    default:
      throw Failure(
        "\"\(kind.group.isEmpty ? "" : kind.group)/\(kind.version), Kind=\(kind.kind)\" not supported by debug")
    }
    if attaches, !made.container.isEmpty { try await attach(Pod.decode(made.pod).value, made.container) }
  }

  // MARK: The three ways

  private func addContainer(to pod: Document) async throws -> (pod: Document, container: String) {
    let name = try await newContainerName(besides: pod)
    var container = newContainer(name)
    if !invocation[Debug.target].isEmpty { container["targetContainerName"] = .string(invocation[Debug.target]) }
    DebugProfile(invocation[Debug.profile]).allow(&container)
    let patch: Document = ["spec": ["ephemeralContainers": [container]]]
    let answer = try await invocation.calls.patch(
      ResourceKind(Pod.resource), pod["metadata"]?["namespace"]?.stringValue,
      pod["metadata"]?["name"]?.stringValue ?? "",
      subresource: "ephemeralcontainers", contentType: PatchType.strategic.rawValue, patch.json(), query: [])
    return (answer, name)
  }

  private func debugNode(_ node: Document) async throws -> (pod: Document, container: String) {
    let nodeName = node["metadata"]?["name"]?.stringValue ?? ""
    let container = invocation[Debug.container].isEmpty ? "debugger" : invocation[Debug.container]
    let name = "node-debugger-\(nodeName)-\(RandomName.suffix())"
    if !isQuiet {
      try await invocation.io.print("Creating debugging pod \(name) with container \(container) on node \(nodeName).\n")
    }
    var content = newContainer(container)
    let profile = DebugProfile(invocation[Debug.profile])
    if profile.name != "general" { profile.allow(&content) }
    var spec: Document = [
      "nodeName": .string(nodeName), "restartPolicy": "Never", "tolerations": [["operator": "Exists"]],
    ]
    if profile.seesNodeFiles {
      content["volumeMounts"] = [["mountPath": "/host", "name": "host-root"]]
      spec["volumes"] = [["hostPath": ["path": "/"], "name": "host-root"]]
    }
    if profile.sharesNodeNamespaces {
      for field in ["hostIPC", "hostNetwork", "hostPID"] { spec[field] = true }
    }
    spec["containers"] = [content]
    let pod: Document = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["labels": ["app.kubernetes.io/managed-by": "kubectl-debug"], "name": .string(name)], "spec": spec,
    ]
    let made = try await invocation.calls.create(ResourceKind(Pod.resource), invocation.namespace, pod, query: [])
    return (made, container)
  }

  private func copy(_ pod: Document) async throws -> (pod: Document, container: String) {
    var spec = pod["spec"] ?? [:]
    spec["ephemeralContainers"] = nil
    if invocation.isGiven(Debug.shareProcesses) {
      spec["shareProcessNamespace"] = .bool(invocation[Debug.shareProcesses])
    }
    if !invocation[Debug.sameNode] { spec["nodeName"] = nil }
    var containers = spec["containers"]?.listValue ?? []
    for index in containers.indices {
      let name = containers[index]["name"]?.stringValue ?? ""
      if let image = images[name] ?? images["*"] { containers[index]["image"] = .string(image) }
    }
    var name = invocation[Debug.container]
    var index = containers.firstIndex { $0["name"]?.stringValue == name }
    if index == nil, image.isEmpty {
      if images.isEmpty { throw Failure("you must specify image when creating new container") }
      name = ""
    } else {
      if index == nil {
        name = try await newContainerName(besides: pod)
        containers.append(["name": .string(name), "terminationMessagePolicy": "File"])
        index = containers.count - 1
      }
      change(&containers[index ?? 0])
    }
    let profile = DebugProfile(invocation[Debug.profile])
    if let index, !name.isEmpty { profile.allow(&containers[index]) }
    var metadata: Document = ["name": .string(copyName)]
    if profile.isLegacy {
      metadata["annotations"] = pod["metadata"]?["annotations"]
    } else if !name.isEmpty {
      strip(&containers, &spec)
      if spec["shareProcessNamespace"] == nil { spec["shareProcessNamespace"] = true }
      if invocation[Debug.keepLabels] { metadata["labels"] = pod["metadata"]?["labels"] }
      if invocation[Debug.keepAnnotations] { metadata["annotations"] = pod["metadata"]?["annotations"] }
    }
    if name.isEmpty {
      // Nothing but images is changed: the profile has no container to be applied to.
      metadata["annotations"] = pod["metadata"]?["annotations"]
      metadata["labels"] = pod["metadata"]?["labels"]
    }
    spec["containers"] = .list(containers)
    let namespace = pod["metadata"]?["namespace"]?.stringValue
    let copy: Document = ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec]
    let made = try await invocation.calls.create(ResourceKind(Pod.resource), namespace, copy, query: [])
    if invocation[Debug.replace] {
      var options = DeleteOptions()
      options.gracePeriodSeconds = 0
      _ = try await invocation.calls.delete(
        ResourceKind(Pod.resource), namespace, pod["metadata"]?["name"]?.stringValue ?? "", options)
    }
    return (made, name)
  }

  private func strip(_ containers: inout [Document], _ spec: inout Document) {
    for index in containers.indices {
      if !invocation[Debug.keepLiveness] { containers[index]["livenessProbe"] = nil }
      if !invocation[Debug.keepReadiness] { containers[index]["readinessProbe"] = nil }
      if !invocation[Debug.keepStartup] { containers[index]["startupProbe"] = nil }
    }
    if !invocation[Debug.keepInit] { spec["initContainers"] = nil }
  }

  private var variables: Document? {
    let entries = invocation[Debug.env].map { pair -> Document in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return ["name": .string(parts[0]), "value": .string(parts.count == 2 ? parts[1] : "")]
    }
    return entries.isEmpty ? nil : .list(entries)
  }

  private func newContainer(_ name: String) -> Document {
    var container: Document = ["name": .string(name), "resources": [:], "terminationMessagePolicy": "File"]
    change(&container)
    return container
  }

  /// Lays what the flags say over a container.
  private func change(_ container: inout Document) {
    if !words.isEmpty {
      let list = Document.list(words.map { .string($0) })
      if invocation[Debug.argumentsOnly] {
        container["args"] = list
      } else {
        container["command"] = list
        container["args"] = nil
      }
    }
    if let variables { container["env"] = variables }
    if !image.isEmpty { container["image"] = .string(image) }
    if !invocation[Debug.pullPolicy].isEmpty { container["imagePullPolicy"] = .string(invocation[Debug.pullPolicy]) }
    container["stdin"] = invocation[Debug.stdin] ? true : nil
    container["tty"] = invocation[Debug.tty] ? true : nil
  }

  private func newContainerName(besides pod: Document) async throws -> String {
    if !invocation[Debug.container].isEmpty { return invocation[Debug.container] }
    let lists = ["containers", "initContainers", "ephemeralContainers"].flatMap {
      pod["spec"]?[$0]?.listValue ?? []
    }
    var name = ""
    repeat { name = "debugger-\(RandomName.suffix())" } while lists.contains { $0["name"]?.stringValue == name }
    if !isQuiet { try await invocation.io.print("Defaulting debug container name to \(name).\n") }
    return name
  }

  // MARK: Connecting

  private func attach(_ made: Pod, _ container: String) async throws {
    let pod = try await waitUntilStarted(made, container)
    let statuses =
      pod.status.containerStatuses + pod.status.initContainerStatuses + pod.status.ephemeralContainerStatuses
    if statuses.first(where: { $0.name == container })?.state.terminated != nil {
      return try await printLog(pod, container)
    }
    let session = RemoteSession(
      invocation: invocation, pod: pod, container: container, wantsInput: invocation[Debug.stdin],
      wantsTerminal: invocation[Debug.tty], isQuiet: isQuiet)
    if !isQuiet {
      await invocation.io.printError("If you don't see a command prompt, try pressing enter.\n")
    }
    do {
      if case .failed(let error)? = try await session.run(subresource: "attach") { throw error }
    } catch let error as StatusError where !error.isConnectionFailure {
      await invocation.io.printError(
        "warning: couldn't attach to pod/\(pod.name), falling back to streaming logs: \(error.message)\n")
      try await printLog(pod, container)
    }
    if !isQuiet, invocation[Debug.stdin], invocation[Debug.tty] { try await tellHowToReturn(pod, container) }
  }

  private func tellHowToReturn(_ pod: Pod, _ container: String) async throws {
    let line = "'kubectl attach \(pod.name) -c \(container) -i -t'"
    if pod.spec.ephemeralContainers.contains(where: { $0.name == container }) {
      try await invocation.io.print(
        "Session ended, the ephemeral container will not be restarted but may be reattached using \(line) if it is still running\n"
      )
    } else if pod.spec.restartPolicy == "Always" {
      try await invocation.io.print("Session ended, resume using \(line) command when the pod is running\n")
    }
  }

  private func printLog(_ pod: Pod, _ container: String) async throws {
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "log")
    let stream = try await invocation.client.stream(
      "GET", path, query: [QueryItem("container", container), QueryItem("follow", "true")], accept: "*/*")
    defer { stream.cancel() }
    while let chunk = try await stream.next() { try await invocation.io.write(chunk) }
  }

  private func waitUntilStarted(_ made: Pod, _ container: String) async throws -> Pod {
    let selection = Selection(fieldSelector: "metadata.name=\(made.name)")
    var told: Set<String> = []
    while true {
      let list = try await invocation.client.list(Pod.self, namespace: made.namespace, selection)
      guard let pod = list.items.first else { throw StatusError.notFound("pods", made.name) }
      if try await hasStarted(pod, container, &told) { return pod }
      let events = try await invocation.client.watch(
        Pod.self, namespace: made.namespace, after: list.resourceVersion, selection)
      defer { events.cancel() }
      for try await event in events {
        if event.type == .deleted { throw StatusError.notFound("pods", made.name) }
        if try await hasStarted(event.object, container, &told) { return event.object }
      }
    }
  }

  private func hasStarted(_ pod: Pod, _ container: String, _ told: inout Set<String>) async throws -> Bool {
    let statuses =
      pod.status.containerStatuses + pod.status.initContainerStatuses + pod.status.ephemeralContainerStatuses
    guard let state = statuses.first(where: { $0.name == container })?.state else { return false }
    if state.running != nil || state.terminated != nil { return true }
    if !isQuiet, let message = state.waiting?.message, !message.isEmpty, told.insert(message).inserted {
      await invocation.io.printError("Warning: container \(container): \(message)\n")
    }
    return false
  }
}

/// What a container for debugging is allowed, by the name of a profile.
private struct DebugProfile {
  let name: String

  init(_ name: String) { self.name = name }

  var isLegacy: Bool { name == "legacy" }
  var seesNodeFiles: Bool { ["legacy", "general", "sysadmin"].contains(name) }
  var sharesNodeNamespaces: Bool { seesNodeFiles || name == "netadmin" }

  func allow(_ container: inout Document) {
    switch name {
    case "general": add(["SYS_PTRACE"], to: &container)
    case "netadmin": add(["NET_ADMIN", "NET_RAW"], to: &container)
    case "sysadmin":
      var security = container["securityContext"] ?? [:]
      security["privileged"] = true
      container["securityContext"] = security
    case "baseline": container["securityContext"] = nil
    case "restricted":
      container["securityContext"] = [
        "allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]], "runAsNonRoot": true,
        "seccompProfile": ["type": "RuntimeDefault"],
      ]
    default: return
    }
  }

  private func add(_ capabilities: [String], to container: inout Document) {
    var security = container["securityContext"] ?? [:]
    var own = security["capabilities"] ?? [:]
    own["add"] = .list((own["add"]?.listValue ?? []) + capabilities.map { .string($0) })
    security["capabilities"] = own
    container["securityContext"] = security
  }
}

/// The letters behind generated names: no vowels, and nothing that looks like another.
enum RandomName {
  static func suffix() -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).map { _ in letters.randomElement() ?? "x" })
  }
}

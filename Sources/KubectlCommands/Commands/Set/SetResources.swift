internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl set resources`.
enum SetResources {
  private static let manager = "kubectl-set"
  static let containers = Flag.text(
    "containers", short: "c", default: "*", values: .container, "The containers that are meant; * stands for anything.")
  static let limits = Flag.text("limits", "What a container may use, such as cpu=200m,memory=64Mi.")
  static let requests = Flag.text("requests", "What a container is promised, such as cpu=100m.")

  static let command = Command(
    name: "resources",
    summary: "Update resource requests/limits on objects with pod templates",
    examples: [Example("Limits", "kubectl set resources deployment/web --limits=cpu=200m,memory=64Mi")],
    usage: "resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]",
    flags: [containers.row, limits.row, requests.row] + PodTemplateChange.flags(manager: manager),
    arguments: .resources(of: PodTemplateChange.kinds),
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let change = PodTemplateChange(
      invocation: invocation, manager: manager, verb: "resource requirements updated",
      attempt: "failed to patch resources update to pod template")
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    let targets = try await change.targets(invocation.arguments)
    if invocation[limits].isEmpty, invocation[requests].isEmpty {
      throw Failure("you must specify an update to requests or limits (in the form of --requests/--limits)")
    }
    let wanted = [("limits", try quantities(invocation[limits])), ("requests", try quantities(invocation[requests]))]
    var missing: [any Error] = []
    let code = try await change.apply(to: targets) { spec, _ in
      let hasFound = PodTemplateChange.changeContainers(of: &spec, named: invocation[containers]) { container in
        var resources = container["resources"] ?? [:]
        for (part, amounts) in wanted where !amounts.isEmpty {
          var present = resources[part] ?? [:]
          for (name, amount) in amounts { present[name] = .string(amount) }
          resources[part] = present
        }
        container["resources"] = resources
      }
      if !hasFound { missing.append(Failure("unable to find container named \(invocation[containers])")) }
    }
    try Failures.throwIfAny(missing)
    return code
  }

  private static func quantities(_ text: String) throws -> [(String, String)] {
    try text.split(separator: ",").map { pair in
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw Failure("Invalid argument syntax \(pair), expected <resource>=<value>") }
      guard let quantity = Quantity(parts[1]) else {
        throw Failure(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      }
      return (parts[0], quantity.text)
    }
  }
}

/// `kubectl set serviceaccount`.
enum SetServiceAccount {
  private static let manager = "kubectl-set"

  static let command = Command(
    name: "serviceaccount", aliases: ["sa"],
    summary: "Update the service account of a resource",
    examples: [Example("Another identity", "kubectl set serviceaccount deployment/web robot")],
    usage: "serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]",
    flags: PodTemplateChange.flags(manager: manager),
    arguments: .resources,
    run: { invocation in
      guard let account = invocation.arguments.last else { throw Failure("serviceaccount is required") }
      let change = PodTemplateChange(
        invocation: invocation, manager: manager, verb: "serviceaccount updated",
        attempt: "failed to patch ServiceAccountName")
      let words = Array(invocation.arguments.dropLast())
      if words.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
      return try await change.apply(to: try await change.targets(words)) { spec, _ in
        spec["serviceAccountName"] = .string(account)
        spec["serviceAccount"] = .string(account)
      }
    })
}

/// `kubectl set selector`: which pods belong to a service.
enum SetSelector {
  private static let manager = "kubectl-set"

  static let command = Command(
    name: "selector",
    summary: "Set the selector on a resource",
    examples: [Example("Other pods for a service", "kubectl set selector service web app=web,tier=front")],
    usage: "selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]",
    flags: [MetadataChange.resourceVersion.row] + PodTemplateChange.flags(manager: manager),
    arguments: .resources,
    run: { invocation in
      guard let expression = invocation.arguments.last(where: { $0.contains("=") }) else {
        throw Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
      }
      let selector = try LabelPairs.parse(expression)
      let change = PodTemplateChange(
        invocation: invocation, manager: manager, verb: "selector updated", attempt: "failed to patch selector")
      let words = invocation.arguments.filter { $0 != expression }
      for target in try await change.targets(words) {
        guard target.kind.kind == "Service" else {
          throw Failure("setting a selector is only supported for Services")
        }
        let dryRun = try await DryRun(invocation)
        var result = target.object
        if dryRun != .client {
          let query = dryRun == .server ? [QueryItem("dryRun", "All")] : []
          var document = target.object
          var spec = document["spec"] ?? [:]
          spec["selector"] = selector
          document["spec"] = spec
          result = try await invocation.calls.replace(
            target.kind, target.namespace, target.name, document, query: query)
        }
        if var printer = try invocation.objectPrinter() {
          try await invocation.io.print(try printer.text(result))
        } else {
          try await invocation.io.print("\(target.kind.resultName)/\(target.name) selector updated\(dryRun.suffix)\n")
        }
      }
      return 0
    })
}

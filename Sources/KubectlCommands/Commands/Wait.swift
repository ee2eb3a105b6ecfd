internal import Documents
internal import KubernetesAPI

/// `kubectl wait`: returns when something has come true.
enum Wait {
  static let all = Flag.boolean("all", "All objects of the type in the namespace.")
  static let condition = Flag.text(
    "for",
    values: .oneOf([
      "condition=Ready", "condition=ContainersReady", "condition=Initialized", "condition=PodScheduled",
      "condition=Available", "condition=Complete", "condition=Failed", "condition=", "delete", "create", "jsonpath=",
    ]),
    "What to wait for: condition=NAME[=VALUE], delete, create, or jsonpath='{PATH}'[=VALUE].")
  static let timeout = Flag.duration(
    "timeout", default: "30s", "Give up after this time; 0 looks once, below 0 waits a week.")
  static let local = Flag.boolean("local", "Look into the manifest given with -f and ask no server.")

  static let command = Command(
    name: "wait", group: .advanced,
    summary: "Experimental: Wait for a specific condition on one or many resources",
    details: ["The objects are waited for one after the other; the time counts for all together."],
    examples: [
      Example("Until a pod is ready", "kubectl wait --for=condition=Ready pod/web --timeout=60s"),
      Example("Until it is gone", "kubectl wait --for=delete pod/web"),
      Example("Until a field has a value", "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web"),
    ],
    usage: "wait (-f FILENAME | TYPE/NAME | TYPE [(-l label | --all)]) --for=CONDITION [options]",
    flags: [
      all.row, SharedFlags.allNamespaces.row, SharedFlags.fieldSelector.row, SharedFlags.filename.row, condition.row,
      local.row, SharedFlags.recursive.row, SharedFlags.selector.row, timeout.row,
    ] + SharedFlags.objectOutput,
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let goal = try WaitGoal(invocation[condition])
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure(
        "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'"
      )
    }
    let selected = try await SelectedResources.resolve(invocation)
    if selected.requests.contains(where: { $0.name == nil }), !invocation[all], invocation.selectionQuery.isEmpty {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    let requests = try await selected.expanded(invocation)
    if requests.isEmpty {
      if case .deletion = goal { return 0 }
      throw Failure("no matching resources found")
    }
    let printer = try invocation.objectPrinter()
    var limit = invocation[timeout]
    if limit < .zero { limit = .seconds(7 * 24 * 3600) }
    let deadline = ContinuousClock.now + limit
    var errors: [any Error] = []
    for request in requests {
      do {
        let waiting = Waiting(goal: goal, request: request, invocation: invocation)
        // The time counts for all together: when it is over, the rest is not even looked at.
        if limit > .zero, ContinuousClock.now >= deadline { throw waiting.timeout }
        guard let object = try await waiting.run(limit: max(.zero, deadline - .now)) else { continue }
        if var printer {
          try await invocation.io.print(try printer.text(object))
        } else {
          let result = "\(request.kind.resultName)/\(request.name ?? "")"
          try await invocation.io.print("\(result) condition met\n")
        }
      } catch let failure as Failure {
        errors.append(failure)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }
}

/// What `--for` asks.
enum WaitGoal: Sendable {
  case deletion
  case creation
  case condition(String, is: String)
  case field(JSONPath, is: String?)

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch parts[0].lowercased() {
    case "delete": self = .deletion
    case "create": self = .creation
    case "condition" where parts.count == 2:
      let pair = parts[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      self = .condition(pair[0], is: pair.count == 2 ? pair[1] : "true")
    case "jsonpath" where parts.count == 2 && parts[1].isEmpty: throw Failure("jsonpath expression cannot be empty")
    case "jsonpath" where parts.count == 2: self = try Self.field(parts[1])
    default: throw Failure("unrecognized condition: \"\(text)\"")
    }
  }

  /// `{.path}`, `{.path}=value`; an equals sign inside of the braces belongs to the path.
  private static func field(_ text: String) throws -> WaitGoal {
    var path = text
    var value: String?
    if let brace = text.lastIndex(of: "}") {
      let rest = text[text.index(after: brace)...]
      path = String(text[...brace])
      if rest.hasPrefix("=") {
        value = String(rest.dropFirst())
        if value == "" {
          throw Failure(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3")
        }
      }
    } else if let equals = text.firstIndex(of: "=") {
      path = String(text[..<equals])
      value = String(text[text.index(after: equals)...])
    }
    do {
      return .field(try JSONPath(relaxed: path), is: value.map { $0.trimmingQuotes() })
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Whether the object is as it should be.
  func isMet(by object: Document) throws -> Bool {
    switch self {
    case .deletion: return false
    case .creation: return true
    case .condition(let type, let value):
      let conditions = object["status"]?["conditions"]?.listValue ?? []
      return conditions.contains {
        $0["type"]?.stringValue?.lowercased() == type.lowercased()
          && $0["status"]?.stringValue?.lowercased() == value.lowercased()
      }
    case .field(let path, let value):
      let found = try path.find(in: object).flatMap { $0 }
      guard let value else { return !found.isEmpty }
      if found.count > 1 { throw Failure("given jsonpath expression matches more than one value") }
      return found.first?.plainText == value
    }
  }
}

extension String {
  fileprivate func trimmingQuotes() -> String {
    guard count >= 2, let first, first == last, first == "'" || first == "\"" else { return self }
    return String(dropFirst().dropLast())
  }
}

/// The wait for one object.
private struct Waiting {
  let goal: WaitGoal
  let request: ResourceRequest
  let invocation: Invocation

  var timeout: Failure {
    if case .creation = goal { return Failure("timed out waiting for the condition") }
    return Failure("timed out waiting for the condition on \(request.kind.qualifiedName)/\(request.name ?? "")")
  }

  /// Answers the object as it was when the goal was met; nil when there never was one that could be deleted.
  func run(limit: Duration) async throws -> Document? {
    switch try await look() {
    case .met(let object): return object
    case .neverThere: return nil
    case .notYet: break
    }
    // Whoever gives no time asks how it is now.
    if invocation[Wait.timeout] == .zero, case .notYet = try await look() {
      throw Failure("condition not met for \(request.kind.qualifiedName)/\(request.name ?? "")")
    }
    guard let object = try await TimeLimit.run(limit, { try await watch() }) else { throw timeout }
    return object
  }

  private enum Glance {
    case met(Document)
    case notYet, neverThere
  }

  private func look() async throws -> Glance {
    do {
      let object = try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")
      return try goal.isMet(by: object) ? .met(object) : .notYet
    } catch let error as StatusError where error.isNotFound {
      switch goal {
      case .deletion: return .neverThere
      case .creation: return .notYet
      default: throw error
      }
    }
  }

  private func watch() async throws -> Document {
    let query = [QueryItem("fieldSelector", "metadata.name=\(request.name ?? "")")]
    while true {
      try Task.checkCancellation()
      let list = try await invocation.calls.list(request.kind, request.namespace, query: query)
      let present = list["items"]?.listValue?.first
      if let present, try goal.isMet(by: present) { return present }
      if present == nil, case .deletion = goal { return [:] }
      let events = try await invocation.calls.watch(
        request.kind, request.namespace, after: list["metadata"]?["resourceVersion"]?.stringValue ?? "",
        query: query)
      defer { events.cancel() }
      for try await event in events {
        guard let (type, object) = try GetWatch.read(event) else { continue }
        if type == .deleted {
          if case .deletion = goal { return object }
        } else if try goal.isMet(by: object) {
          return object
        }
      }
    }
  }
}

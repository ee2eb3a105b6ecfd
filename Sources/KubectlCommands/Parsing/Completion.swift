internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// One way to go on with a word.
public struct KubectlCompletion: Sendable, Equatable {
  public var text: String
  public var description: String

  public init(_ text: String, _ description: String = "") {
    self.text = text
    self.description = description
  }
}

extension Kubectl {
  /// What the last word may become; the words in front of it say what makes sense there.
  public static func complete(_ words: [String], context: KubectlContext) async -> [KubectlCompletion] {
    await CompletionSearch(words: words, context: context).run()
  }
}

/// Finds completions in the command table, in the registry of kinds and in the cluster.
private struct CompletionSearch {
  let earlier: [String]
  let last: String
  let context: KubectlContext

  init(words: [String], context: KubectlContext) {
    earlier = Array(words.dropLast())
    last = words.last ?? ""
    self.context = context
  }

  func run() async -> [KubectlCompletion] {
    if earlier.contains("--") { return [] }
    let parser = CommandLineParser(root: CommandTable.root, globalFlags: SharedFlags.global)
    let (command, path, rest) = parser.find(earlier)
    let flags = command.flags + SharedFlags.global
    let (arguments, given, open) = scan(rest, flags)
    var found: [KubectlCompletion]
    if let open {
      found = await values(of: open, prefix: "", last, given)
    } else if last.hasPrefix("--"), let equals = last.firstIndex(of: "=") {
      let name = last[last.index(last.startIndex, offsetBy: 2)..<equals]
      guard let flag = flags.first(where: { $0.name == name }) else { return [] }
      let typed = String(last[last.index(after: equals)...])
      found = await values(of: flag, prefix: String(last[...equals]), typed, given)
    } else if last.hasPrefix("-") {
      found = flags.filter { !$0.isHidden }.map {
        KubectlCompletion("--\($0.name)" + ($0.bareValue == nil ? "=" : ""), $0.summary)
      }
    } else if arguments.isEmpty, !command.subcommands.isEmpty {
      found = commands(in: command)
      if !path.isEmpty { found += await self.arguments(of: command, arguments, given) }
    } else {
      found = await self.arguments(of: command, arguments, given)
    }
    return found.filter { $0.text.hasPrefix(last) }
  }

  /// Separates arguments from flags; `open` is a flag that still waits for its value.
  private func scan(
    _ rest: [String], _ flags: [FlagRow]
  ) -> (arguments: [String], given: [String: String], open: FlagRow?) {
    var arguments: [String] = []
    var given: [String: String] = [:]
    var open: FlagRow?
    for word in rest {
      if let flag = open {
        given[flag.name] = word
        open = nil
      } else if word.hasPrefix("--") {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
        guard let flag = flags.first(where: { $0.name == parts.first }) else { continue }
        if parts.count == 2 { given[flag.name] = parts[1] } else if flag.bareValue == nil { open = flag }
      } else if word.hasPrefix("-"), let letter = word.last {
        guard word.count == 2 || !word.contains("="), let flag = flags.first(where: { $0.shorthand == letter }) else {
          continue
        }
        if flag.bareValue == nil { open = flag }
      } else {
        arguments.append(word)
      }
    }
    return (arguments, given, open)
  }

  private func commands(in command: Command) -> [KubectlCompletion] {
    command.subcommands.filter { !$0.isHidden }.map { KubectlCompletion($0.name, $0.summary) }
  }

  // MARK: Arguments

  private func arguments(
    of command: Command, _ arguments: [String], _ given: [String: String]
  ) async -> [KubectlCompletion] {
    switch command.arguments {
    case .none: return []
    case .shells: return arguments.isEmpty ? ShellCompletion.shells.map { KubectlCompletion($0) } : []
    case .command: return commands(in: CommandTable.root)
    case .contexts: return arguments.isEmpty ? contexts() : []
    case .pods: return arguments.isEmpty ? await names(of: Pod.resource, given) : []
    case .copies:
      return await names(of: Pod.resource, given).map { KubectlCompletion($0.text + ":", $0.description) } + files(last)
    case .nodes: return await names(of: Node.resource, given).filter { !arguments.contains($0.text) }
    case .fieldPath: return arguments.isEmpty ? fieldPaths() : []
    case .resources:
      if let type = arguments.first, !type.contains("/") {
        guard let resource = Resource.find(word: type) else { return [] }
        return await names(of: resource, given).filter { !arguments.contains($0.text) }
      }
      if let slash = last.firstIndex(of: "/") {
        let type = String(last[..<slash])
        guard let resource = Resource.find(word: type) else { return [] }
        return await names(of: resource, given).map { KubectlCompletion("\(type)/\($0.text)", $0.description) }
      }
      return arguments.isEmpty ? types() : []
    }
  }

  /// The kinds whose objects can be asked for, each by one word.
  private static let kinds = Resource.all.filter { resource in
    // What is measured has the names of what it is measured of.
    resource.verbs.contains("get") && !resource.isStoredInAnotherForm && resource.group != PodMetrics.resource.group
  }

  private func types() -> [KubectlCompletion] {
    // `pods,no` completes the part behind the last comma.
    let comma = last.lastIndex(of: ",").map { String(last[...$0]) } ?? ""
    return Self.kinds.flatMap { resource in
      ([resource.plural] + resource.shortNames).map { KubectlCompletion(comma + $0, resource.schema.summary) }
    }
  }

  private func fieldPaths() -> [KubectlCompletion] {
    let parts = last.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else { return Self.kinds.map { KubectlCompletion($0.plural, $0.schema.summary) } }
    guard var schema = Resource.find(word: parts[0])?.schema else { return [] }
    for name in parts[1..<(parts.count - 1)] {
      guard let next = schema.field(name).flatMap({ Explanation.schema($0.type) }) else { return [] }
      schema = next
    }
    let start = parts.dropLast().joined(separator: ".")
    return schema.fields.map { KubectlCompletion("\(start).\($0.name)", $0.summary) }
  }

  // MARK: Values of flags

  private func values(
    of flag: FlagRow, prefix: String, _ typed: String, _ given: [String: String]
  ) async -> [KubectlCompletion] {
    let found: [KubectlCompletion]
    switch flag.values {
    case .any: found = []
    case .oneOf(let values): found = values.map { KubectlCompletion($0) }
    case .file: found = files(typed)
    case .namespace: found = await names(of: Namespace.resource, given)
    case .container: found = await containers(given)
    case .context: found = contexts()
    }
    return found.map { KubectlCompletion(prefix + $0.text, $0.description) }
  }

  private func contexts() -> [KubectlCompletion] {
    let places = context.configPlaces(nil)
    let files = places.flatMap { try? ConfigFiles($0, workingDirectory: context.workingDirectory) }
    return files?.entries(.contexts).map { KubectlCompletion($0.name, $0.content["cluster"]?.stringValue ?? "") }
      ?? [KubectlCompletion(context.cluster.contextName)]
  }

  private func files(_ typed: String) -> [KubectlCompletion] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let roots = folder.hasPrefix("/") ? [""] : ([context.workingDirectory] + context.searchFolders).map { $0 + "/" }
    var seen: Set<String> = []
    return roots.flatMap { root -> [KubectlCompletion] in
      let names = (try? Files.list(root + folder)) ?? []
      return names.filter { !$0.hasPrefix(".") && seen.insert($0).inserted }.map { name in
        KubectlCompletion(folder + name + (Files.isDirectory(root + folder + name) ? "/" : ""))
      }
    }
  }

  private func containers(_ given: [String: String]) async -> [KubectlCompletion] {
    guard let name = earlier.dropFirst().first(where: { !$0.hasPrefix("-") }) else { return [] }
    let namespace = namespace(given)
    guard let pod = try? await context.cluster.client.get(Pod.self, name, namespace: namespace) else { return [] }
    return (pod.spec.containers + pod.spec.initContainers).map { KubectlCompletion($0.name ?? "", $0.image ?? "") }
  }

  private func namespace(_ given: [String: String]) -> String {
    let flags = SharedFlags.namespace.row
    let short = earlier.firstIndex(of: "-n").map { earlier.index(after: $0) }.flatMap {
      $0 < earlier.endIndex ? earlier[$0] : nil
    }
    return given[flags.name] ?? short ?? context.cluster.namespace
  }

  private func names(of resource: Resource, _ given: [String: String]) async -> [KubectlCompletion] {
    let path = ResourceKind(resource).path(namespace: namespace(given))
    guard let answer = try? await context.cluster.client.send("GET", path, query: [QueryItem("limit", "500")]),
      let items = try? Document.parse(json: answer)["items"]?.listValue
    else { return [] }
    return items.compactMap { $0["metadata"]?["name"]?.stringValue }.map { KubectlCompletion($0, resource.kind) }
  }
}

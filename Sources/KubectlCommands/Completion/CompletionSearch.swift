internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import SystemIO

/// Finds completions in the command table, in the registry of kinds, in the catalogue of the cluster and among files.
struct CompletionSearch {
  private let earlier: [String]
  private let last: String
  private let context: KubectlContext

  init(words: [String], context: KubectlContext) {
    earlier = Array(words.dropLast())
    last = words.last ?? ""
    self.context = context
  }

  func run() async -> [KubectlCompletion] {
    if earlier.contains("--") { return [] }
    let parser = CommandLineParser(root: CommandTable.root, globalFlags: SharedFlags.global)
    let (command, path, rest) = parser.find(earlier)
    let line = TypedLine(rest, flags: command.flags + SharedFlags.global)
    var found: [KubectlCompletion]
    if let open = line.open {
      found = await values(of: open, last, command, line)
    } else if last.hasPrefix("--"), let equals = last.firstIndex(of: "=") {
      let name = last[last.index(last.startIndex, offsetBy: 2)..<equals]
      guard let flag = line.flags.first(where: { $0.name == name }) else { return [] }
      let start = String(last[...equals])
      found = await values(of: flag, String(last[last.index(after: equals)...]), command, line).map {
        KubectlCompletion(start + $0.text, $0.description, goesOn: $0.goesOn)
      }
    } else if last.hasPrefix("-") {
      found = flags(line)
    } else if line.arguments.isEmpty, !command.subcommands.isEmpty {
      found = commands(in: command)
      if !path.isEmpty { found += await arguments(of: command, line) }
    } else {
      found = await arguments(of: command, line)
    }
    return found.filter { $0.text.hasPrefix(last) }
  }

  private func commands(in command: Command) -> [KubectlCompletion] {
    command.subcommands.filter { !$0.isHidden }.map { KubectlCompletion($0.name, $0.summary) }
  }

  /// What was given already is not offered again, unless it may be given several times.
  private func flags(_ line: TypedLine) -> [KubectlCompletion] {
    line.flags.filter { flag in
      !flag.isHidden && (line.given[flag.name] == nil || flag.kind == .list || flag.kind == .texts)
    }.map { flag in
      KubectlCompletion(
        "--\(flag.name)" + (flag.bareValue == nil ? "=" : ""), flag.summary, goesOn: flag.bareValue == nil)
    }
  }

  // MARK: Arguments

  private func arguments(of command: Command, _ line: TypedLine) async -> [KubectlCompletion] {
    let arguments = line.arguments
    switch command.arguments {
    case .none: return []
    case .shells: return arguments.isEmpty ? ShellCompletion.shells.map { KubectlCompletion($0) } : []
    case .contexts: return arguments.isEmpty ? contexts(line) : []
    case .command: return commands(in: CommandTable.root)
    case .pods:
      if !arguments.isEmpty { return [] }
      return last.contains("/") ? await typedNames(line) : await names(of: Pod.resource, last, line)
    case .copies:
      return await names(of: Pod.resource, last, line).map {
        KubectlCompletion($0.text + ":", $0.description, goesOn: true)
      } + files(last)
    case .nodes: return await names(of: Node.resource, last, line).filter { !arguments.contains($0.text) }
    case .fieldPath: return arguments.isEmpty ? fieldPaths() : []
    case .resources(let kinds, let then):
      let subject = Subject(line)
      if subject.isComplete, let then { return await details(then, of: subject, line) }
      if let resource = subject.typed {
        let more = await names(of: resource, last, line).filter { !arguments.contains($0.text) }
        // The names may have ended: what follows them begins.
        guard let then, arguments.count > 1 else { return more }
        return more + (await details(then, of: Subject(line, endsNames: true), line))
      }
      if last.contains("/") { return await typedNames(line) }
      return arguments.isEmpty ? types(kinds) : []
    }
  }

  /// Which objects the arguments name so far.
  private struct Subject {
    /// Of `TYPE NAME`.
    var typed: Resource?
    var resource: Resource?
    var names: [String] = []
    /// Whether no name can follow any more.
    var isComplete = false

    init(_ line: TypedLine, endsNames: Bool = false) {
      for argument in line.arguments {
        if argument.contains("=") || argument.hasSuffix("-") {
          isComplete = true
        } else if let slash = argument.firstIndex(of: "/") {
          resource = Resource.find(word: String(argument[..<slash]))
          names.append(String(argument[argument.index(after: slash)...]))
          isComplete = true
        } else if resource == nil {
          resource = Resource.find(word: argument)
          typed = resource
        } else {
          names.append(argument)
        }
      }
      if endsNames { isComplete = true }
    }
  }

  private func details(
    _ detail: ArgumentKind.Detail, of subject: Subject, _ line: TypedLine
  ) async -> [KubectlCompletion] {
    guard let resource = subject.resource else { return [] }
    let objects = await objects(of: resource, "", line)
    let own = objects.filter { subject.names.contains($0.name) }
    switch detail {
    case .labels:
      if last.contains("=") { return labelValues(last, objects) }
      return removals(own.flatMap { Array($0.labels.keys) })
        + labelKeys(objects).map { KubectlCompletion($0.text + "=", $0.description, goesOn: true) }
    case .annotations:
      return removals(own.flatMap(\.annotations))
        + Set(objects.flatMap(\.annotations)).sorted().map { KubectlCompletion($0 + "=", goesOn: true) }
    case .images:
      guard let equals = last.firstIndex(of: "=") else {
        return own.flatMap(\.containers).map { KubectlCompletion($0.name + "=", "now \($0.image)", goesOn: true) }
      }
      let start = String(last[...equals])
      return (await images(line)).map { KubectlCompletion(start + $0.text, $0.description) }
    }
  }

  private func removals(_ keys: [String]) -> [KubectlCompletion] {
    Set(keys).sorted().map { KubectlCompletion($0 + "-", "take it away") }
  }

  /// The kinds whose objects can be asked for, each by one word.
  private static let kinds = Resource.all.filter { resource in
    // What is measured has the names of what it is measured of.
    resource.verbs.contains("get") && !resource.isStoredInAnotherForm && resource.group != PodMetrics.resource.group
  }

  private func types(_ wanted: [String]) -> [KubectlCompletion] {
    // `pods,no` completes the part behind the last comma.
    let comma = last.lastIndex(of: ",").map { String(last[...$0]) } ?? ""
    let kinds = Self.kinds.filter { wanted.isEmpty || wanted.contains($0.plural) }
    return kinds.flatMap { resource in
      ([resource.plural] + resource.shortNames).map { KubectlCompletion(comma + $0, resource.schema.summary) }
    }
  }

  /// `pod/we` and the like.
  private func typedNames(_ line: TypedLine) async -> [KubectlCompletion] {
    guard let slash = last.firstIndex(of: "/") else { return [] }
    let type = String(last[..<slash])
    guard let resource = Resource.find(word: type) else { return [] }
    return await names(of: resource, String(last[last.index(after: slash)...]), line).map {
      KubectlCompletion("\(type)/\($0.text)", $0.description)
    }
  }

  private func fieldPaths() -> [KubectlCompletion] {
    guard let dot = last.firstIndex(of: ".") else {
      return Self.kinds.map { KubectlCompletion($0.plural, $0.schema.summary, goesOn: true) }
    }
    let type = last[..<dot]
    return fields(String(last[dot...]), of: Resource.find(word: String(type))).map {
      KubectlCompletion(type + $0.text, $0.description, goesOn: $0.goesOn)
    }
  }

  /// `.spec.con`: the fields that may follow the last dot.
  private func fields(_ path: String, of resource: Resource?) -> [KubectlCompletion] {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false).dropFirst().map(String.init)
    guard var schema = resource?.schema, !parts.isEmpty else { return [] }
    for name in parts.dropLast() {
      guard let next = schema.field(String(name.prefix { $0 != "[" })).flatMap({ Explanation.schema($0.type) }) else {
        return []
      }
      schema = next
    }
    let start = parts.dropLast().map { ".\($0)" }.joined()
    return schema.fields.map { field in
      KubectlCompletion("\(start).\(field.name)", field.summary, goesOn: Explanation.schema(field.type) != nil)
    }
  }

  // MARK: Values of flags

  private func values(
    of flag: FlagRow, _ typed: String, _ command: Command, _ line: TypedLine
  ) async -> [KubectlCompletion] {
    switch flag.values {
    case .any: return []
    case .oneOf(let values): return values.map { KubectlCompletion($0, goesOn: $0.hasSuffix("=")) }
    case .file: return files(typed)
    case .namespace: return await names(of: Namespace.resource, typed, line)
    case .container: return await containers(line)
    case .context: return contexts(line)
    case .image: return await images(line)
    case .fieldPath:
      return typed.hasPrefix(".")
        ? fields(typed, of: resource(of: command, line)) : fields(".", of: resource(of: command, line))
    case .labelKeys:
      return labelKeys(await objects(of: resource(of: command, line), "", line)).map { key in
        KubectlCompletion(beforeLastComma(typed) + key.text, key.description)
      }
    case .selector:
      let start = beforeLastComma(typed)
      let term = String(typed.dropFirst(start.count))
      let objects = await objects(of: resource(of: command, line), "", line)
      let found =
        term.contains("=")
        ? labelValues(term, objects)
        : labelKeys(objects).map { KubectlCompletion($0.text + "=", $0.description, goesOn: true) }
      return found.map { KubectlCompletion(start + $0.text, $0.description, goesOn: $0.goesOn) }
    }
  }

  private func beforeLastComma(_ text: String) -> String { text.lastIndex(of: ",").map { String(text[...$0]) } ?? "" }

  /// What the command works on.
  private func resource(of command: Command, _ line: TypedLine) -> Resource {
    switch command.arguments {
    case .nodes: Node.resource
    case .resources, .fieldPath:
      line.arguments.first.flatMap { Resource.find(word: String($0.prefix { $0 != "/" && $0 != "," })) } ?? Pod.resource
    default: Pod.resource
    }
  }

  private func labelKeys(_ objects: [KnownObject]) -> [KubectlCompletion] {
    var values: [String: Set<String>] = [:]
    for object in objects { for (key, value) in object.labels { values[key, default: []].insert(value) } }
    return values.sorted { $0.key < $1.key }.map { key, values in
      KubectlCompletion(key, values.sorted().prefix(5).joined(separator: ", ") + (values.count > 5 ? ", …" : ""))
    }
  }

  /// `app=we`, `app==we` and `app!=we`.
  private func labelValues(_ term: String, _ objects: [KnownObject]) -> [KubectlCompletion] {
    guard let equals = term.lastIndex(of: "=") else { return [] }
    let key = String(term.prefix { $0 != "=" && $0 != "!" })
    var counts: [String: Int] = [:]
    for object in objects { if let value = object.labels[key] { counts[value, default: 0] += 1 } }
    return counts.sorted { $0.key < $1.key }.map { value, count in
      KubectlCompletion(term[...equals] + value, count == 1 ? "1 object" : "\(count) objects")
    }
  }

  private func files(_ typed: String) -> [KubectlCompletion] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    var place = folder
    if place.hasPrefix("~/"), let home = context.variable("HOME") { place = home + place.dropFirst() }
    let roots = place.hasPrefix("/") ? [""] : ([context.workingDirectory] + context.searchFolders).map { $0 + "/" }
    var seen: Set<String> = []
    let found = roots.flatMap { root -> [KubectlCompletion] in
      let names = (try? Files.list(root + place)) ?? []
      return names.filter { !$0.hasPrefix(".") && seen.insert($0).inserted }.map { name in
        let isFolder = Files.isDirectory(root + place + name)
        return KubectlCompletion(folder + name + (isFolder ? "/" : ""), goesOn: isFolder)
      }
    }
    return found.sorted { $0.text < $1.text }
  }

  private func contexts(_ line: TypedLine) -> [KubectlCompletion] {
    let places = context.configPlaces(line.given["kubeconfig"])
    let files = places.flatMap { try? ConfigFiles($0, workingDirectory: context.workingDirectory) }
    return files?.entries(.contexts).map { KubectlCompletion($0.name, $0.content["cluster"]?.stringValue ?? "") }
      ?? [KubectlCompletion(context.cluster.contextName)]
  }

  // MARK: The cluster

  private func containers(_ line: TypedLine) async -> [KubectlCompletion] {
    guard let first = line.arguments.first else { return [] }
    let subject = Subject(line)
    let (resource, name) = subject.resource.map { ($0, subject.names.first) } ?? (Pod.resource, first)
    guard let name else { return [] }
    let objects = await objects(of: resource, name, line)
    return objects.first { $0.name == name }?.containers.map { KubectlCompletion($0.name, $0.image) } ?? []
  }

  private func images(_ line: TypedLine) async -> [KubectlCompletion] {
    let containers = await objects(of: Pod.resource, "", line).flatMap(\.containers)
    return Set(containers.map(\.image)).sorted().map { KubectlCompletion($0) }
  }

  private func names(of resource: Resource, _ prefix: String, _ line: TypedLine) async -> [KubectlCompletion] {
    await objects(of: resource, prefix, line).map { KubectlCompletion($0.name, $0.summary) }
  }

  private func objects(of resource: Resource, _ prefix: String, _ line: TypedLine) async -> [KnownObject] {
    let kind = ResourceKind(resource)
    let namespace = line.given[SharedFlags.namespace.row.name] ?? context.cluster.namespace
    let namesAnother = ["context", "kubeconfig", "server"].contains { line.given[$0] != nil }
    if let catalogue = context.catalogue, !namesAnother {
      return await catalogue.objects(of: kind, namespace: namespace, prefix: prefix) ?? []
    }
    return await context.askedOnce(kind, namespace: namespace, line).filter { $0.name.hasPrefix(prefix) }
  }
}

extension KubectlContext {
  /// What a program that lives only for one question knows: one list, for which nobody waits long.
  fileprivate func askedOnce(_ kind: ResourceKind, namespace: String, _ line: TypedLine) async -> [KnownObject] {
    var flags = ConnectionFlags()
    flags.context = line.given["context"]
    flags.kubeconfig = line.given["kubeconfig"]
    flags.server = line.given["server"]
    let cluster = flags.isEmpty ? cluster : (try? chosenCluster(flags)) ?? cluster
    return await withTaskGroup(of: [KnownObject].self) { race in
      race.addTask { (try? await ObjectCatalogue.list(kind, namespace: namespace, cluster.client)) ?? [] }
      race.addTask {
        try? await Task.sleep(for: .seconds(2))
        return []
      }
      let first = await race.next() ?? []
      race.cancelAll()
      return first
    }
  }
}

internal import Documents

/// `kubectl set env`.
enum SetEnv {
  private static let manager = "kubectl-set"
  static let containers = Flag.text(
    "containers", short: "c", default: "*", values: .container, "The containers that are meant; * stands for anything.")
  static let env = Flag.texts("env", short: "e", "An environment variable NAME=VALUE; may be given several times.")
  static let from = Flag.text("from", "Take the entries of this object, such as configmap/NAME or secret/NAME.")
  static let keys = Flag.list("keys", "With --from: only these entries.")
  static let list = Flag.boolean("list", "Print what is set, instead of changing it.")
  static let overwrite = Flag.boolean("overwrite", default: true, "Existing values may be replaced.")
  static let prefix = Flag.text("prefix", "Put this in front of the names.")
  static let resolve = Flag.boolean("resolve", "With --list: show the values behind references.")

  static let command = Command(
    name: "env",
    summary: "Update environment variables on a pod template",
    details: ["A variable is set with NAME=VALUE and taken away with NAME-."],
    examples: [
      Example("Set one", "kubectl set env deployment/web COLOR=blue"),
      Example("Take it away", "kubectl set env deployment/web COLOR-"),
      Example("All entries of a ConfigMap", "kubectl set env deployment/web --from=configmap/settings"),
      Example("Show what is set", "kubectl set env deployment/web --list"),
    ],
    usage: "env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    flags: [containers.row, env.row, from.row, keys.row, list.row, overwrite.row, prefix.row, resolve.row]
      + PodTemplateChange.flags(manager: manager),
    arguments: .resources(of: PodTemplateChange.kinds),
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let isChange: (String) -> Bool = { $0.contains("=") && !$0.hasPrefix("=") || $0.hasSuffix("-") && $0.count > 1 }
    let start = invocation.arguments.firstIndex(where: isChange) ?? invocation.arguments.count
    let words = Array(invocation.arguments[..<start])
    guard invocation.arguments[start...].allSatisfy(isChange) else {
      throw Failure(
        "all resources must be specified before environment changes: \(invocation.arguments.joined(separator: " "))")
    }
    if words.isEmpty, !invocation.isGiven(SharedFlags.filename) {
      throw Failure("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    }
    if invocation[list], !invocation[SharedFlags.output].isEmpty {
      throw Failure("--list and --output may not be specified together")
    }
    if !invocation[keys].isEmpty, invocation[from].isEmpty {
      throw Failure("when specifying --keys, a configmap or secret must be provided with --from")
    }
    var set: [Document] = []
    var removed: [String] = []
    for word in invocation[env] + invocation.arguments[start...] {
      if let equals = word.firstIndex(of: "=") {
        if let problem = EnvironmentName.problem(String(word[..<equals])) { throw Failure(problem) }
        set.append([
          "name": .string(String(word[..<equals])), "value": .string(String(word[word.index(after: equals)...])),
        ])
      } else {
        removed.append(String(word.dropLast()))
      }
    }
    set += try await references(invocation)
    if !invocation[prefix].isEmpty {
      for index in set.indices {
        set[index]["name"] = .string(invocation[prefix] + (set[index]["name"]?.stringValue ?? ""))
      }
    }
    return try await change(words, set: set, removed: removed, invocation)
  }

  private static func change(
    _ words: [String], set: [Document], removed: [String], _ invocation: Invocation
  ) async throws -> Int32 {
    let change = PodTemplateChange(
      invocation: invocation, manager: manager, verb: "env updated",
      attempt: "failed to patch env update to pod template:")
    let targets = try await change.targets(words)
    return try await change.apply(to: targets) { spec, target in
      let before = spec
      let hasFound = PodTemplateChange.changeContainers(of: &spec, named: invocation[containers]) { container in
        var variables = container["env"]?.listValue ?? []
        variables.removeAll { variable in removed.contains(variable["name"]?.stringValue ?? "") }
        for variable in set {
          if let index = variables.firstIndex(where: { $0["name"] == variable["name"] }) {
            variables[index] = variable
          } else {
            variables.append(variable)
          }
        }
        container["env"] = variables.isEmpty && container["env"] == nil ? nil : .list(variables)
      }
      if !hasFound {
        await invocation.io.printError(
          "Warning: \(target.kind.kind)/\(target.name) does not have any containers matching \"\(invocation[containers])\"\n"
        )
      }
      if !invocation[overwrite] { try checkNothingIsOverwritten(before, set, target, invocation) }
      if invocation[list] {
        try await printList(spec, target, invocation)
        spec = before
      } else if hasFound, set.isEmpty, removed.isEmpty {
        spec = before
      }
    }
  }

  private static func checkNothingIsOverwritten(
    _ spec: Document, _ set: [Document], _ target: PodTemplateChange.Target, _ invocation: Invocation
  ) throws {
    for list in ["initContainers", "containers"] {
      for container in spec[list]?.listValue ?? [] {
        for variable in container["env"]?.listValue ?? [] {
          guard let name = variable["name"]?.stringValue, set.contains(where: { $0["name"]?.stringValue == name })
          else {
            continue
          }
          let value = variable["value"]?.stringValue ?? ""
          throw Failure(
            whole:
              "error: \(target.kind.plural)/\(target.name) '\(name)' already has a value (\(value)), and --overwrite is false\n"
          )
        }
      }
    }
  }

  /// Variables that point to the entries of the object of `--from`.
  private static func references(_ invocation: Invocation) async throws -> [Document] {
    if invocation[from].isEmpty { return [] }
    let resolved = try await ResourceArguments.resolve([invocation[from]], invocation.discovery)
    var variables: [Document] = []
    for target in resolved.targets {
      for name in target.names {
        let object = try await invocation.calls.get(target.kind, invocation.namespace, name)
        let reference: String
        switch target.kind.kind {
        case "ConfigMap": reference = "configMapKeyRef"
        case "Secret": reference = "secretKeyRef"
        default: throw Failure("unsupported resource specified in --from")
        }
        for key in object["data"]?.mapValue?.sorted().keys ?? []
        where invocation[keys].isEmpty || invocation[keys].contains(key) {
          let letters = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
          if String(letters) != key {
            await invocation.io.printError("Warning: key \(key) transferred to \(String(letters))\n")
          }
          variables.append([
            "name": .string(String(letters)),
            "valueFrom": .map(DocumentMap([(reference, ["key": .string(key), "name": .string(name)])])),
          ])
        }
      }
    }
    return variables
  }

  private static func printList(
    _ spec: Document, _ target: PodTemplateChange.Target, _ invocation: Invocation
  ) async throws {
    for list in ["containers", "initContainers"] {
      for container in spec[list]?.listValue ?? [] {
        let name = container["name"]?.stringValue ?? ""
        guard PodTemplateChange.matches(name, invocation[containers]) else { continue }
        try await invocation.io.print("# \(target.kind.kind) \(target.name), container \(name)\n")
        for variable in container["env"]?.listValue ?? [] {
          try await invocation.io.print(try await line(variable, target, invocation))
        }
      }
    }
  }

  private static func line(
    _ variable: Document, _ target: PodTemplateChange.Target, _ invocation: Invocation
  ) async throws -> String {
    let name = variable["name"]?.stringValue ?? ""
    guard let source = variable["valueFrom"] else { return "\(name)=\(variable["value"]?.stringValue ?? "")\n" }
    func remark(_ words: String) -> String { "# \(name) from \(words)\n" }
    for (field, kindWord, shown) in [
      ("configMapKeyRef", "configmaps", "configmap"), ("secretKeyRef", "secrets", "secret"),
    ] {
      guard let reference = source[field] else { continue }
      let object = reference["name"]?.stringValue ?? ""
      let key = reference["key"]?.stringValue ?? ""
      if invocation[resolve], let kind = try? await invocation.discovery.find(kindWord),
        let found = try? await invocation.calls.get(kind, target.namespace, object),
        let text = found["data"]?[key]?.stringValue
      {
        let value = field == "secretKeyRef" ? String(decoding: Base64.decode(text) ?? [], as: UTF8.self) : text
        return "\(name)=\(value)\n"
      }
      return remark("\(shown) \(object), key \(key)")
    }
    if let path = source["fieldRef"]?["fieldPath"]?.stringValue { return remark("field path \(path)") }
    let resource = source["resourceFieldRef"]
    let container = resource?["containerName"]?.stringValue ?? ""
    return remark("resource field \(container).\(resource?["resource"]?.stringValue ?? "")")
  }
}

/// What kubectl lets a variable be called; servers are less strict.
enum EnvironmentName {
  /// Nil when the name is fine.
  static func problem(_ name: String) -> String? {
    if name.wholeMatch(of: /[-._a-zA-Z][-._a-zA-Z0-9]*/) != nil { return nil }
    return
      "\"\(name)\" is not a valid key name: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
  }
}

internal import Documents

/// `kubectl config set` and `unset`: any one value, by the path to it.
enum ConfigProperty {
  static let rawBytes = Flag.boolean(
    "set-raw-bytes", "The value of a field that holds bytes is those bytes themselves, not base64.")

  static let setCommand = Command(
    name: "set", summary: "Set an individual value in a kubeconfig file",
    details: [
      "The property is a path with dots, whose second part is the name of an entry. Bytes are given as base64."
    ],
    examples: [
      Example("Where a cluster is", "kubectl config set clusters.lab.server https://127.0.0.1:6443"),
      Example("The namespace of a context", "kubectl config set contexts.podium.namespace shop"),
    ],
    usage: "config set PROPERTY_NAME PROPERTY_VALUE [options]", flags: [rawBytes.row], isOffline: true,
    run: { invocation in
      try await invocation.requireArguments(2)
      return try await change(invocation, to: invocation.arguments[1])
    })

  static let unsetCommand = Command(
    name: "unset", summary: "Unset an individual value in a kubeconfig file",
    examples: [
      Example("No context is in use", "kubectl config unset current-context"),
      Example("The default namespace again", "kubectl config unset contexts.podium.namespace"),
    ],
    usage: "config unset PROPERTY_NAME [options]", isOffline: true,
    run: { invocation in
      try await invocation.requireArguments(1)
      return try await change(invocation, to: nil)
    })

  private static func change(_ invocation: Invocation, to value: String?) async throws -> Int32 {
    let property = invocation.arguments[0]
    let path = property.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var files = try await invocation.configFiles()
    switch path[0] {
    case "current-context" where path.count == 1: files.setCurrentContext(value ?? "")
    case "preferences" where path == ["preferences", "colors"]:
      let colours = try value.map { Document.bool(try boolean($0)) }
      files.changeDefault { $0["preferences"] = colours.map { ["colors": $0] } ?? [:] }
    case let word:
      guard let section = ConfigSection(rawValue: word) else {
        throw Failure("unable to parse \(word) after [] at api.Config")
      }
      try change(section, Array(path.dropFirst()), to: value, &files, rawBytes: invocation[rawBytes])
    }
    return try await invocation.write(files, "Property \"\(property)\" \(value == nil ? "unset" : "set").")
  }

  private static func change(
    _ section: ConfigSection, _ path: [String], to value: String?, _ files: inout ConfigFiles, rawBytes: Bool
  ) throws {
    guard let name = path.first else {
      if value != nil { throw Failure("can't set a map to a value: \(section.rawValue)") }
      for entry in files.entries(section) { files.set(section, entry.name, nil) }
      return
    }
    let known = files.entry(section, name)
    guard let field = path.dropFirst().first else {
      if value != nil { throw Failure("can't set a map to a value: \(section.rawValue).\(name)") }
      if known != nil { files.set(section, name, nil) }
      return
    }
    guard path.count == 2, let kind = fields[section]?[field] else {
      throw Failure("unable to parse \(path.dropFirst().joined(separator: ".")) after [\(section.rawValue) \(name)]")
    }
    var content: Document = known ?? empty(section)
    switch (kind, value) {
    case (_, nil): content[field] = nil
    case (.boolean, let value?): content[field] = try boolean(value) ? true : nil
    case (.text, let value?): content[field] = .string(value)
    case (.bytes, let value?):
      if rawBytes {
        content[field] = .string(Base64.encode(Array(value.utf8)))
      } else {
        guard Base64.decode(value) != nil else {
          throw Failure("error decoding input value: illegal base64 data at input byte \(value.count / 4 * 4)")
        }
        content[field] = .string(value)
      }
    }
    files.set(section, name, content)
  }

  private enum Kind { case text, boolean, bytes }

  private static let fields: [ConfigSection: [String: Kind]] = [
    .clusters: [
      "server": .text, "tls-server-name": .text, "insecure-skip-tls-verify": .boolean, "certificate-authority": .text,
      "certificate-authority-data": .bytes, "proxy-url": .text, "disable-compression": .boolean,
    ],
    .contexts: ["cluster": .text, "user": .text, "namespace": .text],
    .users: [
      "client-certificate": .text, "client-certificate-data": .bytes, "client-key": .text, "client-key-data": .bytes,
      "token": .text, "tokenFile": .text, "username": .text, "password": .text, "as": .text, "as-uid": .text,
    ],
  ]

  private static func empty(_ section: ConfigSection) -> Document {
    switch section {
    case .clusters: ["server": ""]
    case .contexts: ["cluster": "", "user": ""]
    case .users: [:]
    }
  }

  private static func boolean(_ text: String) throws -> Bool {
    guard let value = FlagText.boolean(text) else {
      throw Failure("strconv.ParseBool: parsing \"\(text)\": invalid syntax")
    }
    return value
  }
}

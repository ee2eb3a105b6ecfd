internal import Documents
internal import SystemIO

/// `kubectl config view`: all files as one.
enum ConfigView {
  static let minify = Flag.boolean("minify", "Only what belongs to the current context.")
  static let raw = Flag.boolean("raw", "Show secrets as they are.")
  static let flatten = Flag.boolean("flatten", "Put the contents of named files in.")
  static let merge = Flag.boolean("merge", default: true, "Merge the files; false shows the first one only.")

  static let command = Command(
    name: "view", summary: "Display merged kubeconfig settings or a specified kubeconfig file",
    details: ["Secrets are left out unless --raw or --flatten asks for them."],
    examples: [
      Example("All settings", "kubectl config view"),
      Example("Those of the context that is in use", "kubectl config view --minify"),
      Example("The namespace that commands work in", "kubectl config view --minify -o jsonpath={..namespace}"),
    ],
    usage: "config view [flags] [options]",
    flags: [flatten.row, merge.row, minify.row, raw.row] + SharedFlags.objectOutput,
    isOffline: true, run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.requireNoArguments()
    var printer = try invocation.objectPrinter() ?? ObjectPrinter(.yaml)
    let files = try await invocation.configFiles()
    var document = files.merged
    if invocation.isGiven(SharedFlags.context) {
      document["current-context"] = .string(invocation[SharedFlags.context])
    }
    if invocation[minify] { try keepCurrent(&document) }
    if invocation[flatten] { try flattened(&document, files) }
    if !invocation[raw], !invocation[flatten] { redact(&document) }
    if case .json = printer.format {
      try await invocation.io.print(inOrder(document).jsonText(indentedBy: 4) + "\n")
      return 0
    }
    // It is no object of a cluster, and has no name.
    if case .name = printer.format {
      try await invocation.io.print("config/<unknown>\n")
      return 0
    }
    try await invocation.io.print(try printer.text(document))
    return 0
  }

  private static func keepCurrent(_ document: inout Document) throws {
    let name = document["current-context"]?.stringValue ?? ""
    if name.isEmpty { throw Failure("current-context must exist in order to minify") }
    func entry(_ section: ConfigSection, _ name: String) -> Document? {
      document[section.rawValue]?.listValue?.first { $0["name"]?.stringValue == name }
    }
    guard let context = entry(.contexts, name) else { throw Failure("cannot locate context \(name)") }
    var kept: [ConfigSection: Document] = [.contexts: context]
    for section in [ConfigSection.clusters, .users] {
      let name = context["context"]?[section.entryKey]?.stringValue ?? ""
      if let found = entry(section, name) {
        kept[section] = found
      } else if !name.isEmpty {
        throw Failure("cannot locate \(section.entryKey) \(name)")
      }
    }
    for section in ConfigSection.allCases { document[section.rawValue] = kept[section].map { [$0] } ?? .null }
  }

  // MARK: Secrets and files

  private static let files: [ConfigSection: [String]] = [
    .clusters: ["certificate-authority"], .users: ["client-certificate", "client-key"],
  ]

  private static func redact(_ document: inout Document) {
    for (section, keys) in files {
      change(section, &document) { _, content in
        for key in keys where content["\(key)-data"] != nil { content["\(key)-data"] = "DATA+OMITTED" }
        for key in ["token", "password"] where content[key]?.stringValue?.isEmpty == false { content[key] = "REDACTED" }
      }
    }
  }

  private static func flattened(_ document: inout Document, _ sources: ConfigFiles) throws {
    for (section, keys) in files {
      try change(section, &document) { name, content in
        for key in keys {
          guard let path = content[key]?.stringValue, !path.isEmpty else { continue }
          let folder = sources.origin(of: section, name).flatMap { file in
            file.lastIndex(of: "/").map { String(file[..<$0]) }
          }
          let whole = path.hasPrefix("/") ? path : (folder ?? "") + "/" + path
          do throws(SystemCallError) {
            content["\(key)-data"] = .string(Base64.encode(try Files.read(whole)))
            content[key] = nil
          } catch {
            throw Failure("open \(whole): \(error.reason.lowercased())")
          }
        }
      }
    }
  }

  private static func change(
    _ section: ConfigSection, _ document: inout Document, _ body: (String, inout Document) throws -> Void
  ) rethrows {
    guard var list = document[section.rawValue]?.listValue else { return }
    for index in list.indices {
      guard var content = list[index][section.entryKey] else { continue }
      try body(list[index]["name"]?.stringValue ?? "", &content)
      list[index][section.entryKey] = content
    }
    document[section.rawValue] = .list(list)
  }

  // MARK: JSON

  /// JSON has its fields as the type of this file lists them.
  private static let order = [
    "kind", "apiVersion", "preferences", "clusters", "name", "cluster", "server", "tls-server-name",
    "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data", "proxy-url", "users", "user",
    "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile", "username",
    "password", "exec", "command", "args", "env", "value", "apiVersion", "provideClusterInfo", "interactiveMode",
    "contexts", "context", "namespace", "current-context",
  ]

  private static func inOrder(_ document: Document) -> Document {
    switch document.content {
    case .list(let list): return .list(list.map(inOrder))
    case .map(let map):
      // In a program that gives credentials the version stands behind what is run.
      let isProgram = map["command"] != nil
      func rank(_ key: String) -> Int {
        (isProgram && key == "apiVersion" ? order.lastIndex(of: key) : order.firstIndex(of: key)) ?? order.count
      }
      // A context names its cluster and its user by fields of their own.
      let entries = map.sorted().entries.sorted { rank($0.key) < rank($1.key) }
      return .map(DocumentMap(entries.map { ($0.key, inOrder($0.value)) }))
    default: return document
    }
  }
}

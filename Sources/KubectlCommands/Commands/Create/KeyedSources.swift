internal import Documents
internal import SystemIO

/// The entries of a ConfigMap or a Secret, from `--from-literal`, `--from-file` and `--from-env-file`.
struct KeyedSources {
  static let literals = Flag.texts("from-literal", "An entry KEY=VALUE; may be given several times.")
  static let files = Flag.texts(
    "from-file", "A file as an entry, PATH or KEY=PATH, or each file of a folder; may be given several times.")
  static let environmentFiles = Flag.texts("from-env-file", "A file with a line KEY=VALUE for each entry.")
  static let flags = [literals.row, files.row, environmentFiles.row]

  enum Purpose: String {
    case configMap = "ConfigMap"
    case secret = "Secret"
  }

  let purpose: Purpose
  let name: String
  private let context: KubectlContext
  private(set) var entries: [(key: String, value: [UInt8])] = []

  init(_ purpose: Purpose, name: String, _ invocation: Invocation) throws {
    self.purpose = purpose
    self.name = name
    context = invocation.context
    let hasOthers = invocation.isGiven(Self.files) || invocation.isGiven(Self.literals)
    if invocation.isGiven(Self.environmentFiles), hasOthers {
      throw Failure("from-env-file cannot be combined with from-file or from-literal")
    }
    for source in invocation[Self.files] { try addFile(source) }
    for source in invocation[Self.literals] { try addLiteral(source) }
    for path in invocation[Self.environmentFiles] { try addEnvironment(path) }
  }

  private mutating func add(_ key: String, _ value: [UInt8]) throws {
    if let problem = Self.problem(ofKey: key) {
      let kind = purpose == .configMap ? "a valid key name for a ConfigMap:" : "valid key name for a Secret"
      throw Failure("\"\(key)\" is not \(kind) \(problem)")
    }
    if entries.contains(where: { $0.key == key }) {
      throw Failure(
        purpose == .configMap
          ? "cannot add key \"\(key)\", another key by that name already exists in Data for ConfigMap \"\(name)\""
          : "cannot add key \(key), another key by that name already exists")
    }
    entries.append((key, value))
  }

  private static func problem(ofKey key: String) -> String? {
    let isPlain = key.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "-._".unicodeScalars.contains($0)
    }
    if key.isEmpty || !isPlain {
      return
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    }
    if key.count > 253 { return "must be no more than 253 characters" }
    return key == "." ? "must not be '.'" : key.hasPrefix("..") ? "must not start with '..'" : nil
  }

  private mutating func addLiteral(_ source: String) throws {
    guard let equals = source.firstIndex(of: "="), equals != source.startIndex else {
      throw Failure("invalid literal source \(source), expected key=value")
    }
    let value = source[source.index(after: equals)...]
    let quotes: (Character) -> Bool = { $0 == "\"" || $0 == "'" }
    var bare = value.drop(while: quotes)
    while let last = bare.last, quotes(last) { bare.removeLast() }
    try add(String(source[..<equals]), Array(bare.utf8))
  }

  private mutating func addFile(_ source: String) throws {
    let parts = source.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    if parts.count > 2 { throw Failure("key names or file paths cannot contain '='") }
    if parts.count == 2, parts[0].isEmpty { throw Failure("key name for file path \(parts[1]) missing") }
    if parts.count == 2, parts[1].isEmpty { throw Failure("file path for key name \(parts[0]) missing") }
    let path = parts[parts.count - 1]
    let place = try context.place(path)
    guard Files.exists(place) else { throw Failure("error reading \(path): no such file or directory") }
    if Files.isDirectory(place) {
      if parts.count == 2 { throw Failure("cannot give a key name for a directory path") }
      for entry in try Files.list(place).sorted() where !Files.isDirectory(place + "/" + entry) {
        try add(entry, try Files.read(try context.place(place + "/" + entry)))
      }
      return
    }
    let ownName = path.split(separator: "/").last.map(String.init) ?? path
    try add(parts.count == 2 ? parts[0] : ownName, try Files.read(place))
  }

  private mutating func addEnvironment(_ path: String) throws {
    let place = try context.place(path)
    guard Files.exists(place) else { throw Failure("error reading \(path): no such file or directory") }
    for line in try Files.readText(place).split(whereSeparator: \.isNewline) {
      let text = line.drop(while: \.isWhitespace)
      if text.isEmpty || text.hasPrefix("#") { continue }
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      // A name alone stands for the variable of whoever asks.
      try add(parts[0], Array((parts.count == 2 ? parts[1] : context.variable(parts[0]) ?? "").utf8))
    }
  }
}

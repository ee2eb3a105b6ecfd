internal import Documents
internal import Glibc
internal import SystemIO

/// Kubeconfig files as documents, so that what this program does not know survives a change of what it knows.
struct ConfigFiles: Sendable {
  struct File: Sendable {
    let path: String
    var document: Document
    var isOnDisk: Bool
    fileprivate var isChanged = false
  }

  private(set) var files: [File] = []
  /// Relative paths start here.
  private let folder: String
  private let hasInitial: Bool

  init(_ places: ConfigPlaces, workingDirectory: String) throws(Failure) {
    folder = workingDirectory
    hasInitial = places.initial != nil
    for (index, path) in places.paths.enumerated() {
      let document = try Self.read(path, in: workingDirectory)
      let initial = index == 0 ? places.initial : nil
      files.append(File(path: path, document: document ?? initial ?? [:], isOnDisk: document != nil))
    }
  }

  /// What is known without any file.
  init(only document: Document) {
    folder = ""
    hasInitial = true
    files = [File(path: "", document: document, isOnDisk: false)]
  }

  private func place(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

  /// Nil when there is no such file.
  private static func read(_ path: String, in folder: String) throws(Failure) -> Document? {
    let problem = "error loading config file \"\(path)\": "
    let text: String
    do throws(SystemCallError) {
      text = try Files.readText(path.hasPrefix("/") ? path : folder + "/" + path)
    } catch {
      if error.errno == ENOENT { return nil }
      let call = error.errno == EISDIR ? "read" : "open"
      throw Failure("\(problem)\(call) \(path): \(error.reason.lowercased())")
    }
    let document: Document
    do throws(ParseError) {
      document = try Document.parse(yaml: text).first ?? [:]
    } catch {
      throw Failure("\(problem)yaml: \(error)")
    }
    if document.isNull { return [:] }
    guard document.mapValue != nil else {
      throw Failure(
        "\(problem)couldn't get version/kind; json parse error: json: cannot unmarshal \(document.kindName) into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"
      )
    }
    if let kind = document["kind"]?.stringValue, kind != "Config" {
      throw Failure(
        "\(problem)no kind \"\(kind)\" is registered for version \"\(document["apiVersion"]?.stringValue ?? "")\" in scheme \"k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50\""
      )
    }
    return document
  }

  // MARK: Reading

  /// By name; what an earlier file says of a name counts.
  func entries(_ section: ConfigSection) -> [(name: String, content: Document)] {
    var found: [String: Document] = [:]
    for file in files {
      for (name, content) in Self.entries(section, of: file.document) where found[name] == nil { found[name] = content }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  func entry(_ section: ConfigSection, _ name: String) -> Document? {
    entries(section).first { $0.name == name }?.content
  }

  var currentContext: String? {
    files.lazy.compactMap { $0.document["current-context"]?.stringValue }.first { !$0.isEmpty }
  }

  /// All files as one.
  var merged: Document {
    var whole: Document = ["kind": "Config", "apiVersion": "v1", "preferences": [:]]
    for file in files.reversed() {
      for entry in file.document.mapValue?.entries ?? [] { whole[entry.key] = entry.value }
    }
    for section in [ConfigSection.clusters, .users, .contexts] {
      let list = entries(section).map {
        Document.map(DocumentMap([("name", .string($0.name)), (section.entryKey, $0.content)]))
      }
      whole[section.rawValue] = list.isEmpty ? .null : .list(list)
    }
    whole["current-context"] = .string(currentContext ?? "")
    return whole
  }

  private static func entries(_ section: ConfigSection, of document: Document) -> [(name: String, content: Document)] {
    (document[section.rawValue]?.listValue ?? []).compactMap { entry in
      guard let name = entry["name"]?.stringValue else { return nil }
      return (name, entry[section.entryKey].map { $0.isNull ? [:] : $0 } ?? [:])
    }
  }

  /// The file that has the entry; paths in it are relative to that file's folder.
  func origin(of section: ConfigSection, _ name: String) -> String? {
    files.first { file in Self.entries(section, of: file.document).contains { $0.name == name } }.map { place($0.path) }
  }

  // MARK: Changing

  /// Where new things go, and what messages name.
  var defaultPath: String { files.indices.isEmpty ? "" : files[defaultIndex].path }

  private var defaultIndex: Int {
    hasInitial ? 0 : files.firstIndex(where: \.isOnDisk) ?? files.count - 1
  }

  /// A path as it is written there: relative when the file is in a folder above.
  func pathInDefaultFile(_ path: String) -> String {
    let home = place(defaultPath)
    guard let slash = home.lastIndex(of: "/") else { return path }
    let from = home[..<slash].split(separator: "/")
    let to = path.split(separator: "/")
    let common = zip(from, to).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: from.count - common) + to.dropFirst(common).map(String.init)).joined(
      separator: "/")
  }

  /// Writes the entry in the file where it is, else in the default one; nil removes it there.
  mutating func set(_ section: ConfigSection, _ name: String, _ content: Document?) {
    let home = files.firstIndex { file in Self.entries(section, of: file.document).contains { $0.name == name } }
    let index = home ?? defaultIndex
    var list = files[index].document[section.rawValue]?.listValue ?? []
    let position = list.firstIndex { $0["name"]?.stringValue == name }
    if let content {
      var entry: Document = position.map { list[$0] } ?? ["name": .string(name)]
      entry[section.entryKey] = content
      if let position { list[position] = entry } else { list.append(entry) }
    } else if let position {
      list.remove(at: position)
    }
    files[index].document[section.rawValue] = .list(list)
    files[index].isChanged = true
  }

  mutating func setCurrentContext(_ name: String) {
    // A file that names none is not in the way of the others.
    let index = name.isEmpty ? files.firstIndex { $0.document["current-context"]?.stringValue?.isEmpty == false } : nil
    change(index ?? defaultIndex) { $0["current-context"] = .string(name) }
  }

  /// Any other field, of the default file.
  mutating func changeDefault(_ body: (inout Document) -> Void) { change(defaultIndex, body) }

  private mutating func change(_ index: Int, _ body: (inout Document) -> Void) {
    body(&files[index].document)
    files[index].isChanged = true
  }

  /// Writes what has changed.
  func write() throws(Failure) {
    for file in files where file.isChanged {
      do throws(SystemCallError) {
        try ConfigFile(path: place(file.path)).write(Self.tidied(file.document).yaml())
      } catch {
        // The draft beside it, the lock or a folder above may be what is in the way.
        let object = error.object == place(file.path) ? file.path : error.object
        throw Failure("\(error.call) \(object): \(error.reason.lowercased())")
      }
    }
  }

  /// With what every such file has, its entries by name.
  private static func tidied(_ document: Document) -> Document {
    var document = document
    document["apiVersion"] = document["apiVersion"] ?? "v1"
    document["kind"] = document["kind"] ?? "Config"
    document["preferences"] = document["preferences"] ?? [:]
    document["current-context"] = document["current-context"] ?? ""
    for section in ConfigSection.allCases {
      let list = (document[section.rawValue]?.listValue ?? []).sorted {
        ($0["name"]?.stringValue ?? "") < ($1["name"]?.stringValue ?? "")
      }
      document[section.rawValue] = list.isEmpty ? .null : .list(list)
    }
    return document
  }
}

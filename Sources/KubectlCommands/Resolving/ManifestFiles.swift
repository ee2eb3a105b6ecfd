internal import Documents
internal import SystemIO

/// One object that a file describes, and where it stands.
struct Manifest: Sendable {
  var document: Document
  /// As errors name it: a path, or `STDIN`.
  var source: String

  var apiVersion: String { document["apiVersion"]?.stringValue ?? "" }
  var kind: String { document["kind"]?.stringValue ?? "" }
  var name: String { document["metadata"]?["name"]?.stringValue ?? "" }
  var namespace: String { document["metadata"]?["namespace"]?.stringValue ?? "" }
}

/// Reads what `-f` names: files, folders, `-` for standard input.
struct ManifestFiles {
  static let extensions = [".json", ".yaml", ".yml"]

  /// Where relative paths are looked for, in this order.
  let folders: [String]
  let isRecursive: Bool
  let io: any CommandIO
  var fetch: (@Sendable (_ url: String) async throws -> (status: Int, body: [UInt8]))?
  /// Refuses a place where the command may not read.
  var confined: @Sendable (_ place: String, _ shown: String) throws -> String = { place, _ in place }
  /// What a file of some place says here.
  var found: @Sendable (_ bytes: [UInt8], _ place: String) -> [UInt8] = { bytes, _ in bytes }

  /// Every object of every file, in order; lists are taken apart.
  func read(_ names: [String]) async throws -> [Manifest] {
    var manifests: [Manifest] = []
    for name in names {
      if name == "-" {
        let bytes = try await TypedText.read(io)
        manifests += try Self.parse(bytes, source: "STDIN", name: "STDIN")
        continue
      }
      if name.hasPrefix("http://") || name.hasPrefix("https://") {
        manifests += try Self.parse(try await fetched(name), source: name, name: name)
        continue
      }
      for file in try files(name) {
        let bytes: [UInt8]
        do {
          let place = absolute(file)
          bytes = found(try Files.read(try confined(place, file)), place)
        } catch let error as Failure {
          throw error
        } catch {
          throw Failure("open \(file): \(error)")
        }
        manifests += try Self.parse(bytes, source: file, name: file)
      }
    }
    return manifests
  }

  private func fetched(_ url: String) async throws -> [UInt8] {
    guard let fetch else {
      throw Failure("unable to read URL \"\(url)\": nothing is fetched from here; name a file instead")
    }
    let (status, body): (Int, [UInt8])
    do {
      (status, body) = try await fetch(url)
    } catch {
      let reason = "\(error)"
      if reason.hasSuffix("connection refused") {
        throw Failure(
          whole:
            "The connection to the server \(Failure.hostAndPort(url)) was refused - did you specify the right host or port?"
        )
      }
      throw Failure("Get \"\(url)\": \(reason)")
    }
    if status != 200 {
      throw Failure(
        "unable to read URL \"\(url)\", server reported \(LoggingEndpoint.statusText(status)), status code=\(status)")
    }
    return body
  }

  /// The first place where a path leads to something.
  private func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let candidates = folders.map { $0 + "/" + path }
    return candidates.first(where: Files.exists) ?? candidates.first ?? path
  }

  private func files(_ name: String) throws -> [String] {
    _ = try confined(absolute(name), name)
    guard Files.exists(absolute(name)) else { throw Failure("the path \"\(name)\" does not exist") }
    guard Files.isDirectory(absolute(name)) else { return [name] }
    let found = try manifestFiles(in: name, depth: 0)
    if found.isEmpty {
      throw Failure(
        "error reading [\(name)]: recognized file extensions are [.json .yaml .yml]")
    }
    return found
  }

  private func manifestFiles(in folder: String, depth: Int) throws -> [String] {
    var found: [String] = []
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    for entry in try Files.list(absolute(folder)) {
      let path = prefix + entry
      if Files.isDirectory(absolute(path)) {
        if isRecursive { found += try manifestFiles(in: path, depth: depth + 1) }
      } else if Self.extensions.contains(where: { entry.hasSuffix($0) }) {
        found.append(path)
      }
    }
    return found
  }

  static func parse(_ bytes: [UInt8], source: String, name: String) throws -> [Manifest] {
    let documents: [Document]
    do {
      documents = try Document.parse(yaml: bytes)
    } catch {
      throw Failure("error parsing \(name): error converting YAML to JSON: yaml: \(error)")
    }
    return documents.filter { !$0.isNull }.flatMap { document -> [Manifest] in
      guard document["kind"]?.stringValue == "List", let items = document["items"]?.listValue else {
        return [Manifest(document: document, source: source)]
      }
      return items.map { Manifest(document: $0, source: source) }
    }
  }
}

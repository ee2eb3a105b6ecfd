internal import Digests
internal import Documents
internal import Glibc
internal import SystemIO

/// The folder whose files a build may copy, and nothing beside it: what is listed here is in it, and is no link to
/// anywhere.
struct BuildContext {
  /// A file, folder or link; folders stand before what is in them.
  struct File: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
      case directory
      case regular(size: Int, isExecutable: Bool)
      case link(to: String)
    }

    /// Below the folder of the build.
    var path: String
    var kind: Kind
  }

  /// Why a source cannot be copied; the instruction's place is added by whoever knows it.
  struct Problem: Error {
    var message: String
  }

  let folder: String
  private let ignored: IgnoredFiles

  static let ignoreFile = ".containerignore"

  init(_ folder: String) {
    self.folder = folder
    let text = try? Files.read(Self.ignoreFile, beneath: folder, upTo: 1 << 20)
    ignored = IgnoredFiles(String(decoding: text ?? [], as: UTF8.self))
  }

  /// The files that a source of `COPY` stands for, sorted, each without what is in it.
  func files(matching source: String) throws -> [File] {
    let names = source.split(separator: "/").map(String.init).filter { $0 != "." }
    if names.contains("..") { throw Problem(message: "\"\(source)\" leads out of the folder \(folder)") }
    if names.isEmpty { return [File(path: "", kind: .directory)] }
    var found = [""]
    for (index, name) in names.enumerated() {
      let isLast = index == names.count - 1
      var next: [String] = []
      for parent in found {
        let hasPattern = name.contains { "*?[".contains($0) }
        let candidates = hasPattern ? try list(parent).filter { NamePattern(name).matches([$0]) } : [name]
        next += candidates.map { parent.isEmpty ? $0 : parent + "/" + $0 }
      }
      found = try next.filter { path in
        switch FileType(of: folder + "/" + path) {
        case nil: return false
        case .symbolicLink where !isLast:
          throw Problem(message: "\"\(path)\" is a link: copy from the folder that it leads to")
        case .directory: return true
        default: return isLast
        }
      }
    }
    let files = try found.filter { !ignored.contains($0) }.map(file)
    if files.isEmpty {
      let isIgnored = found.isEmpty ? "" : " that \(Self.ignoreFile) leaves"
      throw Problem(message: "there is no \"\(source)\" in the folder \(folder)\(isIgnored)")
    }
    return files
  }

  /// What is in a folder and below, sorted by path.
  func contents(of directory: File) throws -> [File] {
    var all: [File] = []
    for name in try list(directory.path).sorted() {
      let path = directory.path.isEmpty ? name : directory.path + "/" + name
      // An exception may bring back what is deeper in an ignored folder.
      if ignored.contains(path), FileType(of: folder + "/" + path) != .directory || !ignored.hasExceptions { continue }
      let file = try file(path)
      let isIgnored = ignored.contains(path)
      let below = file.kind == .directory ? try contents(of: file) : []
      if !isIgnored || !below.isEmpty { all.append(file) }
      all += below
    }
    return all
  }

  /// Where a copy of it is read.
  func source(_ file: File) -> LayerEntry.FileSource { LayerEntry.FileSource(folder: folder, path: file.path) }

  /// Other bytes for any other content.
  func digest(_ files: [File]) throws -> String {
    var digest = SHA256()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { buffer.deallocate() }
    for file in files {
      switch file.kind {
      case .directory: digest.update(Array("\(file.path)\0directory\0".utf8))
      case .link(let target): digest.update(Array("\(file.path)\0link\0\(target)\0".utf8))
      case .regular(let size, let isExecutable):
        digest.update(Array("\(file.path)\0file\0\(size)\0\(isExecutable)\0".utf8))
        let descriptor = try Files.openToRead(file.path, beneath: folder)
        defer { close(descriptor) }
        while true {
          let count = try systemCall("read", on: file.path) { read(descriptor, buffer.baseAddress!, buffer.count) }
          if count == 0 { break }
          digest.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
        }
      }
    }
    return digest.finish()
  }

  private func list(_ path: String) throws -> [String] { try Files.list(path.isEmpty ? folder : folder + "/" + path) }

  private func file(_ path: String) throws -> File {
    let place = folder + "/" + path
    var status = stat()
    try systemCall("lstat", on: place) { lstat(place, &status) }
    switch FileType(rawValue: status.st_mode & S_IFMT) {
    case .directory: return File(path: path, kind: .directory)
    case .regular:
      let isExecutable = status.st_mode & S_IXUSR != 0
      return File(path: path, kind: .regular(size: Int(status.st_size), isExecutable: isExecutable))
    case .symbolicLink: return File(path: path, kind: .link(to: try Files.linkTarget(place)))
    default: throw Problem(message: "\"\(path)\" is no file that an image can have: a device, a pipe or a socket")
    }
  }
}

/// What `.containerignore` leaves out of a build: the last line that speaks of a file counts.
struct IgnoredFiles: Sendable {
  private var rules: [(pattern: NamePattern, isException: Bool)] = []
  var hasExceptions: Bool { rules.contains(where: \.isException) }

  init(_ text: String) {
    for raw in text.split(whereSeparator: \.isNewline) {
      var line = raw.trimmingBlanks()
      if line.isEmpty || line.hasPrefix("#") { continue }
      let isException = line.hasPrefix("!")
      if isException { line = line.dropFirst() }
      rules.append((NamePattern(line), isException))
    }
  }

  /// A pattern speaks of what it names and of all that is in it.
  func contains(_ path: String) -> Bool {
    let names = path.split(separator: "/").map(String.init)
    var isIgnored = false
    for rule in rules where rule.isException == isIgnored {
      if names.indices.contains(where: { rule.pattern.matches(Array(names[...$0])) }) { isIgnored = !rule.isException }
    }
    return isIgnored
  }
}

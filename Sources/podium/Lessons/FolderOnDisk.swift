internal import Glibc
internal import LessonEngine
internal import SystemIO

/// A pack's folder. Nothing outside of it can be read by way of it but the manifests that it shares with its checkout.
struct FolderOnDisk: PackFolder {
  let path: String
  /// It came with the program, so what it names is where it should be.
  var isOurs = false

  /// The last part of the path.
  var name: String { String(path.split(separator: "/").last ?? "") }

  private static let textLimit = 4 << 20

  func readText(_ name: String) throws -> String {
    let place = try place(of: name)
    let bytes: [UInt8]?
    do throws(SystemCallError) {
      bytes = try Files.read(place.rest, beneath: place.root, upTo: Self.textLimit + 1)
    } catch {
      if error.errno != EXDEV { throw error }
      throw LessonError(file: path + "/" + name, line: 0, "a link leads out of the pack's folder")
    }
    guard let bytes else { throw LessonError(file: path + "/" + name, line: 0, "is not a file") }
    guard bytes.count <= Self.textLimit else {
      throw LessonError(file: path + "/" + name, line: 0, "is larger than \(Self.textLimit >> 20) MB")
    }
    return try PackText.read(bytes, file: path + "/" + name)
  }

  func exists(_ name: String) -> Bool {
    guard let place = try? place(of: name) else { return false }
    return (try? Files.exists(place.rest, beneath: place.root)) ?? false
  }

  func content(_ name: String) throws -> any PackBytes {
    let place = try place(of: name)
    return try FileBytes(place.rest, beneath: place.root, named: path + "/" + name)
  }

  func entries(of folder: String) throws -> [PackFolderEntry] {
    try Files.entries(folder.isEmpty ? path : path + "/" + folder).map { entry in
      let kind: PackFolderEntry.Kind =
        switch entry.kind {
        case .file: entry.isExecutable ? .executable : .file
        case .folder: .folder
        case .other: .other
        }
      return PackFolderEntry(name: entry.name, kind: kind)
    }
  }

  func filesFolder(_ name: String) throws -> String {
    let folder = path + "/" + name
    // Nothing is read from a folder that is not there.
    guard let real = Files.resolved(folder), let own = Files.resolved(path) else { return folder }
    if isOurs || Self.isInside(own, real) { return folder }
    // Hidden folders hold keys and histories, and are nobody's lesson.
    if let top = checkout(around: own), Self.isInside(top, real),
      !real.dropFirst(top.count).split(separator: "/").contains(where: { $0.hasPrefix(".") })
    {
      return folder
    }
    throw LessonError(
      file: path + "/pack.yaml", line: 0,
      "its files would be read from \(real), which is neither in the pack's folder nor in the same checkout")
  }

  private static func isInside(_ top: String, _ path: String) -> Bool { path == top || path.hasPrefix(top + "/") }

  /// The nearest folder above that is under version control; a whole home never counts.
  private func checkout(around folder: String) -> String? {
    var folder = folder[...]
    while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
      if Files.exists(folder + "/.git") {
        return Environment["HOME"].flatMap(Files.resolved) == String(folder) ? nil : String(folder)
      }
      folder = folder[..<slash]
    }
    return nil
  }

  /// The folder that the name must not leave, and the way from there.
  private func place(of name: String) throws -> (root: String, rest: String) {
    var root = path
    var parts = name.split(separator: "/").filter { $0 != "." }[...]
    while parts.first == ".." {
      root += "/.."
      parts = parts.dropFirst()
    }
    return (root, parts.joined(separator: "/"))
  }
}

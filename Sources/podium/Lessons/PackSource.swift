internal import LessonEngine
internal import SystemIO

/// Packs that somebody names by a path: a folder, or an archive that is read without unpacking it.
enum PackSource {
  static let suffix = ".podiumpack"

  /// - Parameter installed: Where the id of a pack is looked up that is no path.
  static func open(_ path: String, or installed: InstalledPacks? = nil) throws -> any PackFolder {
    if let installed, !path.contains("/"), !Files.exists(path), installed.has(path) {
      return FolderOnDisk(path: installed.folder + "/" + path)
    }
    if Files.isDirectory(path) {
      guard Files.exists(path + "/pack.yaml") else {
        throw UsageError("\(path) is no lesson pack: there is no pack.yaml in it")
      }
      return FolderOnDisk(path: path.withoutTrailingSlash)
    }
    guard Files.exists(path) else { throw UsageError("\(path) is no lesson pack: there is nothing of that name") }
    return try PackArchive.read(FileBytes(path), file: path)
  }

  /// Whether a word at the prompt means a pack on disk.
  static func isPath(_ word: String) -> Bool {
    word.hasSuffix(suffix) ? Files.exists(word) : word.contains("/") && Files.exists(word + "/pack.yaml")
  }

  static func load(_ path: String) throws -> Pack { try Pack.load(open(path)) }
}

extension String {
  fileprivate var withoutTrailingSlash: String {
    var path = self
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

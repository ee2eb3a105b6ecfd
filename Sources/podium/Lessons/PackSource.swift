internal import LessonEngine
internal import SystemIO

/// Packs that somebody names by a path: a folder, or an archive that is read without unpacking it.
enum PackSource {
  static let suffix = ".podiumpack"

  static func open(_ path: String) throws -> any PackFolder {
    if Files.isDirectory(path) {
      guard Files.exists(path + "/pack.yaml") else {
        throw UsageError("\(path) is no lesson pack: there is no pack.yaml in it")
      }
      return FolderOnDisk(path: path.withoutTrailingSlash)
    }
    guard Files.exists(path) else { throw UsageError("\(path) is no lesson pack: there is nothing of that name") }
    return try PackArchive.read(FileBytes(path), file: path)
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

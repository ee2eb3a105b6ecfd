internal import LessonEngine
internal import SystemIO

/// Packs that somebody names by a path.
enum PackSource {
  static func load(_ folder: String) throws -> Pack {
    guard Files.exists(folder + "/pack.yaml") else {
      throw UsageError("\(folder) is no lesson pack: there is no pack.yaml in it")
    }
    return try Pack.load(FolderOnDisk(path: folder))
  }
}

internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// Packs by path whose lessons are to be played: archives are unpacked, since commands work with files on disk.
enum OpenedPacks {
  static func load(_ path: String, _ paths: ClusterPaths) throws -> Pack {
    let source = try PackSource.open(path)
    // Another prompt, in another folder, finds it as well.
    let path = path.hasPrefix("/") ? path : LocalConnection.workingDirectory() + "/" + path
    guard let archive = source as? PackArchive else { return try Pack.load(source, as: .path(path)) }
    // Nothing is unpacked that could not be played.
    _ = try Pack.load(archive)
    // What has the same digest has the same files.
    let folder = paths.openedPacks + "/" + archive.lock.digest
    if !Files.isDirectory(folder) {
      try Files.makeDirectories(paths.openedPacks)
      let draft = PackUnpacking.draft(in: paths.openedPacks)
      do {
        try PackUnpacking.unpack(PackContents(archive), to: draft)
        try Files.move(draft, to: folder)
      } catch {
        try? Files.removeTree(draft)
        // Somebody else may have been quicker.
        guard Files.isDirectory(folder) else { throw error }
      }
    }
    return try Pack.load(FolderOnDisk(path: folder), as: .path(path))
  }
}

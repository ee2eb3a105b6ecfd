internal import Digests
internal import Glibc
internal import LessonEngine
internal import LocalCluster
internal import SystemIO

/// The packs that the user has installed, each in a folder of its own whose name is the id.
///
/// A folder appears, is replaced and disappears at once: whoever looks, and whatever ends the program, finds a whole pack
/// or none.
struct InstalledPacks {
  let folder: String

  init(_ paths: ClusterPaths) { folder = paths.packs }

  /// In the order of their ids.
  func folders() throws -> [FolderOnDisk] {
    guard Files.isDirectory(folder) else { return [] }
    return try Files.list(folder).filter { !$0.hasPrefix(".") }.map { FolderOnDisk(path: folder + "/" + $0) }
  }

  /// The pack of that id as it is now; nil when there is none, or when nobody can read it.
  func manifest(_ id: String) -> PackManifest? {
    let place = FolderOnDisk(path: folder + "/" + id)
    return (try? place.readText("pack.yaml")).flatMap { try? PackManifest.parse($0, file: place.path + "/pack.yaml") }
  }

  func has(_ id: String) -> Bool { Files.isDirectory(folder + "/" + id) }

  /// The digest of what is installed; nil when there is none.
  func digest(_ id: String) -> String? {
    (try? Files.read(folder + "/" + id + "/pack.lock")).map { SHA256.hexadecimal(of: $0) }
  }

  /// Takes the pack's place among the others, or that of another version of it.
  func install(_ contents: PackContents, as id: String) throws {
    try Files.makeDirectories(folder)
    let lock = try FileLock.acquire(folder + "/.lock")
    defer { withExtendedLifetime(lock) {} }
    try sweep()
    let draft = PackUnpacking.draft(in: folder)
    do {
      try PackUnpacking.unpack(contents, to: draft)
      let place = folder + "/" + id
      if Files.exists(place) {
        try Files.exchange(draft, place)
      } else {
        try Files.move(draft, to: place)
      }
      try Files.sync(folder: folder)
    } catch {
      try? Files.removeTree(draft)
      throw error
    }
    // What was there before bears the draft's name now.
    try Files.removeTree(draft)
  }

  func remove(_ id: String) throws {
    let lock = try FileLock.acquire(folder + "/.lock")
    defer { withExtendedLifetime(lock) {} }
    try sweep()
    let draft = PackUnpacking.draft(in: folder)
    try Files.move(folder + "/" + id, to: draft)
    try Files.sync(folder: folder)
    try Files.removeTree(draft)
  }

  /// What was left by somebody who was killed; nobody else is at it while the lock is held.
  private func sweep() throws {
    for name in try Files.list(folder) where name.hasPrefix(".new-") { try Files.removeTree(folder + "/" + name) }
  }
}

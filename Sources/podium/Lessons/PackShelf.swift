internal import LessonEngine
internal import LocalCluster

/// Every pack that is known: those that come with the program, those that are installed, and those that were named by a
/// path.
struct PackShelf: Sendable {
  /// A pack that cannot be read, which is no reason to hide the others.
  struct Unreadable: Sendable {
    var name: String
    var reason: String

    var line: String { "The pack \"\(name)\" cannot be used: \(reason)" }
  }

  /// Of each id there is one: what was named by a path stands in for the others.
  private(set) var packs: [Pack] = []
  private(set) var unreadable: [Unreadable] = []

  /// The packs that can be used; what cannot be is said on standard error.
  static func packs(_ settings: Settings) throws -> [Pack] {
    let shelf = try load(settings)
    for pack in shelf.unreadable { StandardOutput.printError(pack.line) }
    return shelf.packs
  }

  static func load(_ settings: Settings) throws -> PackShelf {
    let paths = try settings.paths()
    var shelf = PackShelf()
    for folder in try BuiltInPacks.folders() { shelf.put(folder, .builtIn) }
    for folder in try InstalledPacks(paths).folders() { shelf.put(folder, .installed) }
    for path in settings.packs {
      let pack = try OpenedPacks.load(path, paths)
      shelf.packs.removeAll { $0.id == pack.id }
      shelf.packs.append(pack)
    }
    shelf.packs = shelf.packs.named
    return shelf
  }

  private mutating func put(_ folder: FolderOnDisk, _ origin: Pack.Origin) {
    do {
      let pack = try Pack.load(folder, as: origin)
      guard pack.id == folder.name else {
        unreadable.append(Unreadable(name: folder.name, reason: "it lies in \(folder.path), but its id is \(pack.id)"))
        return
      }
      if packs.contains(where: { $0.id == pack.id }) {
        unreadable.append(
          Unreadable(
            name: pack.id, reason: "a pack of the same id comes with the program; podium pack remove \(pack.id)"))
      } else {
        packs.append(pack)
      }
    } catch {
      unreadable.append(Unreadable(name: folder.name, reason: "\(error)"))
    }
  }
}

/// The entries of the layer that a `COPY` or a `WORKDIR` makes.
struct CopiedFiles {
  private let listing: RootListing
  private let context: BuildContext
  /// By their paths, so that nothing is in the layer twice and all of it is sorted.
  private var entries: [String: LayerEntry] = [:]

  /// Why files cannot be put there; the place of the instruction is added by whoever knows it.
  struct Problem: Error {
    var message: String
  }

  init(over listing: RootListing, from context: BuildContext) {
    self.listing = listing
    self.context = context
  }

  /// Sorted, folders before what is in them.
  var sorted: [LayerEntry] {
    entries.values.sorted { one, other in
      // By names and not by characters: `a/b` comes before `a-b`.
      one.path.split(separator: "/").lexicographicallyPrecedes(other.path.split(separator: "/"))
    }
  }

  /// Makes a folder unless it is there.
  mutating func makeDirectory(_ path: String) throws {
    _ = try makeFolders(try resolved(path), FileOwner.root)
  }

  mutating func copy(
    _ sources: [BuildPlan.Source], to destination: String, owner name: String?, mode: UInt32?
  ) throws {
    var owner = FileOwner.root
    if let name {
      guard let found = listing.owner(name) else {
        throw Problem(message: "the image knows no user or group \"\(name)\": /etc/passwd and /etc/group list them")
      }
      owner = found
    }
    let place = try resolved(destination)
    let isFolder = destination.hasSuffix("/") || listing[place]?.type == .directory
    for source in sources {
      switch source.file.kind {
      case .directory:
        let root = try makeFolders(place, owner)
        for file in source.contents {
          let path = source.file.path.isEmpty ? file.path : String(file.path.dropFirst(source.file.path.count + 1))
          try add(file, at: root + path.split(separator: "/").map(String.init), owner, mode)
        }
      case .regular, .link:
        let name = source.file.path.split(separator: "/").last.map(String.init) ?? ""
        let target = isFolder ? place + [name] : place
        guard !target.isEmpty else { throw Problem(message: "the destination \(destination) is the root itself") }
        _ = try makeFolders(Array(target.dropLast()), owner)
        try add(source.file, at: target, owner, mode)
      }
    }
  }

  private mutating func add(_ file: BuildContext.File, at names: [String], _ owner: FileOwner, _ mode: UInt32?) throws {
    if names.last?.hasPrefix(".wh.") == true {
      throw Problem(message: "\(file.path): no file of an image can have a name that begins with .wh.")
    }
    let path = names.joined(separator: "/")
    var entry: LayerEntry
    switch file.kind {
    case .directory:
      // A folder that is there keeps its own rights.
      _ = try makeFolders(names, owner, mode: mode)
      return
    case .regular(let size, let isExecutable):
      // What else the disk says of its mode differs from machine to machine.
      entry = LayerEntry(
        path: path, mode: mode ?? (isExecutable ? 0o755 : 0o644), kind: .file(context.source(file), size: size))
    case .link(let target): entry = .link(path, to: target)
    }
    entry.owner = owner
    entries[path] = entry
  }

  /// Lists a folder with all above it: a layer that had what is in a folder and not the folder would change its rights.
  private mutating func makeFolders(_ names: [String], _ owner: FileOwner, mode: UInt32? = nil) throws -> [String] {
    for depth in names.indices {
      let above = Array(names[...depth])
      let path = above.joined(separator: "/")
      if entries[path] != nil { continue }
      if let known = listing[above] {
        guard known.type == .directory else { throw Problem(message: "/\(path) is a file of the image, and no folder") }
        var entry = LayerEntry.directory(path, mode: known.mode)
        entry.owner = known.owner
        entries[path] = entry
      } else {
        var entry = LayerEntry.directory(path, mode: mode ?? 0o755)
        entry.owner = owner
        entries[path] = entry
      }
    }
    return names
  }

  private func resolved(_ path: String) throws -> [String] {
    guard let names = listing.resolved(path) else {
      throw Problem(message: "\(path) leads through a circle of links of the image")
    }
    return names
  }
}

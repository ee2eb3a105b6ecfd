internal import Glibc
internal import SystemIO

extension Images {
  /// Takes a name away; false when no image has it. A built-in image comes back with the next `ensureBuiltIns`.
  @discardableResult
  public func remove(_ reference: ImageReference) throws -> Bool {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    let name = reference.withDefaultTag.description
    guard try index()[name] != nil else { return false }
    try changeIndex { $0.remove(name) }
    return true
  }

  /// The names of the stand-ins, which are made again whenever they are missing.
  public func builtInNames() throws -> Set<String> { Set(try index().entries.filter(\.isStandIn).compactMap(\.name)) }

  /// Takes all names of an image away but those of stand-ins.
  public func forget(_ image: Image) throws {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    try changeIndex { $0.entries.removeAll { $0.digest == image.manifestDigest && !$0.isStandIn } }
  }

  /// How many characters of a layer's name stand in the options of a mount that has no room for whole names.
  public static let mountedNameLength = 16

  /// Removes what no name leads to any more.
  ///
  /// Layers in `inUse`, by the names of their directories, stay unpacked: a file system that is mounted over a directory
  /// cannot do without it. A mount of many layers knows only how their names begin.
  @discardableResult
  public func prune(inUse: Set<String> = []) throws -> PrunedContent {
    guard let peace = try FileLock.tryAcquire(pullingPath) else { throw ImageStoreError.busy }
    defer { withExtendedLifetime(peace) {} }
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    var wantedBlobs: Set<String> = []
    let mounted = try Files.list(path + "/unpacked").filter {
      inUse.contains($0) || inUse.contains(String($0.prefix(Self.mountedNameLength)))
    }
    var wantedLayers = Set(mounted.map { path + "/unpacked/" + $0 })
    for entry in try index().entries {
      reach(entry.digest, &wantedBlobs)
      guard let content = try? ImageContent(entry.digest, in: blobs) else { continue }
      wantedLayers.formUnion(content.diffIDs.map(unpackedPath))
    }
    var pruned = PrunedContent()
    for name in try Files.list(downloads) { try Files.removeTree(downloads + "/" + name) }
    for name in try Files.list(blobs.folder) where !wantedBlobs.contains("sha256:" + name) {
      let path = blobs.folder + "/" + name
      var status = stat()
      if stat(path, &status) == 0 { pruned.bytes += Int(status.st_size) }
      try Files.removeTree(path)
      pruned.blobs += 1
    }
    for name in try Files.list(path + "/unpacked") where !wantedLayers.contains(path + "/unpacked/" + name) {
      // Moved first: a layer is either whole or not there.
      let draft = drafts + "/" + name
      let size = Self.diskBytes(path + "/unpacked/" + name)
      guard rename(path + "/unpacked/" + name, draft) == 0, (try? Files.removeTree(draft)) != nil else {
        // Unpacked inside a node, for users that only its namespace knows: the next one of its processes to take the lock
        // removes the draft.
        pruned.foreignLayers += 1
        pruned.foreignBytes += size
        continue
      }
      pruned.bytes += size
      pruned.layers += 1
    }
    for name in try Files.list(path + "/owners") where !Files.isDirectory(path + "/unpacked/" + name) {
      try Files.removeTree(path + "/owners/" + name)
    }
    return pruned
  }

  /// Notes all that a blob leads to, be it an image or something else that another tool keeps here.
  private func reach(_ digest: String, _ wanted: inout Set<String>) {
    guard wanted.insert(digest).inserted, let size = blobs.size(of: digest), size <= Self.largestManifest,
      let document = try? blobs.document(digest)
    else { return }
    let listed = (document["manifests"]?.listValue ?? []) + [document["subject"] ?? .null]
    for descriptor in listed.compactMap({ BlobDescriptor($0) }) { reach(descriptor.digest, &wanted) }
    let leaves = (document["layers"]?.listValue ?? []) + [document["config"] ?? .null]
    wanted.formUnion(leaves.compactMap { BlobDescriptor($0)?.digest })
  }

  /// Registries take none that are larger.
  private static let largestManifest = 4 << 20

  /// Whether remains of layers lie here that only a node may remove.
  public var hasRemains: Bool { !((try? Files.list(drafts)) ?? []).isEmpty }

  /// What the files of a directory take on disk.
  private static func diskBytes(_ path: String) -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { return 0 }
    var bytes = Int(status.st_blocks) * 512
    if status.st_mode & S_IFMT != S_IFDIR {
      // Each of its names has its share.
      bytes /= max(1, Int(status.st_nlink))
    } else {
      for name in (try? Files.list(path)) ?? [] { bytes += diskBytes(path + "/" + name) }
    }
    return bytes
  }
}

/// What pruning has removed.
public struct PrunedContent: Sendable, Equatable {
  public var blobs = 0
  public var layers = 0
  public var bytes = 0
  /// Unpacked layers that this process has no right to remove, and what they take.
  public var foreignLayers = 0
  public var foreignBytes = 0
}

internal import Glibc
internal import SystemIO

extension Images {
  /// Takes a name away; false when no image has it. A built-in image comes back with the next `ensureBuiltIns`.
  @discardableResult
  public func remove(_ reference: ImageReference) throws -> Bool {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    var index = try index()
    let name = reference.withDefaultTag.description
    guard index[name] != nil else { return false }
    index.remove(name)
    try Files.replace(indexPath, with: index.bytes, mode: 0o644)
    return true
  }

  /// Removes what no name leads to any more, and returns how many bytes of blobs that has freed.
  ///
  /// Layers in `inUse` stay unpacked: a file system that is mounted over a directory cannot do without it.
  @discardableResult
  public func prune(inUse: Set<String> = []) throws -> Int {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    var wantedBlobs: Set<String> = []
    var wantedLayers = inUse
    for entry in try index().entries {
      wantedBlobs.insert(entry.digest)
      let content = try ImageContent(entry.digest, in: blobs)
      wantedBlobs.insert(content.manifestDigest)
      wantedBlobs.insert(content.configDigest)
      wantedBlobs.formUnion(content.archives.map(\.digest))
      wantedLayers.formUnion(content.diffIDs.map(unpackedPath))
    }
    var freed = 0
    for name in try Files.list(blobs.folder) where !wantedBlobs.contains("sha256:" + name) {
      let path = blobs.folder + "/" + name
      var status = stat()
      if stat(path, &status) == 0 { freed += Int(status.st_size) }
      try Files.removeTree(path)
    }
    for name in try Files.list(path + "/unpacked") where !wantedLayers.contains(path + "/unpacked/" + name) {
      // Moved first: a layer is either whole or not there.
      let draft = drafts + "/" + name
      try systemCall("rename", on: draft) { rename(path + "/unpacked/" + name, draft) }
      try Files.removeTree(draft)
    }
    return freed
  }
}

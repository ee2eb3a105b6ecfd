internal import Digests
internal import Glibc
internal import SystemIO

/// What packs of lessons bring: images under names of their own, which come and go with the pack.
extension Images {
  /// Takes the only image of an archive or a layout for a pack; answers false when it was taken before.
  ///
  /// - Parameter key: Other for anything else; what was taken by it is not read again.
  public func importImage(
    from source: String, as name: ImageReference, ofPack pack: String, key: String
  ) throws -> Bool {
    if try isMade(name, from: key, ofPack: pack) { return false }
    try checkClaim(of: name.withDefaultTag.description, ofPack: pack)
    try importImages(from: source, as: name, origin: .made(from: key, pack: pack))
    return true
  }

  public func isMade(_ name: ImageReference, from key: String, ofPack pack: String) throws -> Bool {
    let known = try index()[name.withDefaultTag.description]
    return known?.madeFrom == key && known?.pack == pack
  }

  /// Whether every machine has the image without anybody's doing; `scratch` is there by being empty.
  public static func isBuiltIn(_ name: String) -> Bool {
    name == Containerfile.emptyBase
      || (try? ImageReference(name)).map { BuiltInImage.allNames.contains($0.withDefaultTag.description) } ?? false
  }

  /// What an archive or a layout is known by; the index of a layout says all about it.
  public static func importKey(of source: String) throws -> String {
    if Files.isDirectory(source) {
      return "layout " + SHA256.hexadecimal(of: try Files.read(source + "/index.json"))
    }
    return "archive " + (try Self.digest(of: source))
  }

  private static func digest(of file: String) throws -> String {
    let descriptor = try Files.open(file, O_RDONLY)
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { buffer.deallocate() }
    var digest = SHA256()
    while true {
      let count = try systemCall("read", on: file) { read(descriptor, buffer.baseAddress!, buffer.count) }
      if count == 0 { return digest.finish() }
      digest.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }
  }

  /// The names of a pack's images.
  public func names(ofPack pack: String) throws -> [String] {
    try index().entries.filter { $0.pack == pack }.compactMap(\.name)
  }

  /// Takes the images of a pack away but those of these names; answers the names that are gone.
  @discardableResult
  public func removeImages(ofPack pack: String, except kept: Set<String> = []) throws -> [String] {
    func isGone(_ entry: BlobDescriptor) -> Bool { entry.pack == pack && !kept.contains(entry.name ?? "") }
    let names = try index().entries.filter(isGone).compactMap(\.name)
    if names.isEmpty { return [] }
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    try changeIndex { $0.entries.removeAll(where: isGone) }
    return names
  }

  /// A pack may not take a name that somebody else's image has; people may.
  func checkClaim(of name: String, ofPack pack: String?) throws {
    guard let pack, let known = try index()[name], known.pack != pack else { return }
    let familiar = (try? ImageReference(name).familiarName) ?? name
    throw ImageStoreError.taken(name: familiar, pack: pack)
  }

  /// Gives names to a manifest that is in the store.
  func enter(
    _ manifest: BlobDescriptor, _ names: [String], _ origin: ImageIndex.Origin, checking check: () throws -> Void
  ) async throws -> ImageIndex {
    let lock = try await lockInTurn()
    defer { withExtendedLifetime(lock) {} }
    // Somebody may have given the name to another image meanwhile.
    try check()
    return try changeIndex { $0.set(names, manifest, origin: origin) }
  }
}

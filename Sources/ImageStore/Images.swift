internal import Documents
internal import Glibc
internal import Synchronization
internal import SystemIO

/// The images of this machine: an OCI image layout that other tools can read, and its layers unpacked beside it.
///
///     oci-layout, index.json, blobs/sha256/…    the layout
///     unpacked/<digest of the layer's tar>/     its layers, for overlay file systems
///     owners/<the same digest>                  of layers with files of other users than root
///     built-in.json                             what the built-in images were made of
///     drafts/, lock                             work in progress, and who is at it
///     downloads/, pulling                       blobs on their way from registries, and whether any are on their way at all
///     building                                  held by who builds an image
///
/// Nothing appears under its final name before it is complete. Every method may block on files.
public final class Images: Sendable {
  public let path: String
  let blobs: BlobStore
  private let known = Mutex(Cache())

  /// Opens the store, making an empty one where there is none.
  public static func open(at path: String) throws -> Images {
    for folder in ["blobs/sha256", "unpacked", "owners", "drafts", "downloads"] {
      try Files.makeDirectories(path + "/" + folder)
    }
    let images = Images(path)
    // The index first: a folder is taken for a layout once it has the file that says so.
    if !Files.exists(images.indexPath) { try Files.replace(images.indexPath, with: ImageIndex().bytes, mode: 0o644) }
    let marker = path + "/oci-layout"
    if !Files.exists(marker) {
      let content: Document = ["imageLayoutVersion": "1.0.0"]
      try Files.replace(marker, with: content.json(), mode: 0o644)
    }
    return images
  }

  private init(_ path: String) {
    self.path = path
    blobs = BlobStore(layout: path)
  }

  /// The image of that name, or of that id or digest.
  public func find(_ reference: ImageReference) throws -> Image? {
    let index = try index()
    if let digest = reference.digest {
      guard let entry = index.entries.first(where: { $0.digest == digest || $0.pulledDigest == digest }) else {
        return nil
      }
      return try image(entry.digest, in: index, of: reference.repository)
    }
    // `sha256:…` reads like a repository with a tag, and is how an image's id is written.
    if reference.path == "library/sha256", let digits = reference.tag, digits.utf8.count == 64 {
      return try find(id: "sha256:" + digits)
    }
    return try index[reference.withDefaultTag.description].flatMap {
      try image($0.digest, in: index, of: reference.repository)
    }
  }

  /// Whether an image has this very name.
  public func hasName(_ reference: ImageReference) throws -> Bool {
    try index()[reference.withDefaultTag.description] != nil
  }

  /// The image with that id, which is the digest of its configuration.
  public func find(id: String) throws -> Image? { try list().first { $0.id == id } }

  /// Every image from which something could be run here, in the order of their first names.
  ///
  /// Other tools may have put what they like into the layout, and one bad entry must not hide the good ones.
  public func list() throws -> [Image] {
    let index = try index()
    var seen: Set<String> = []
    return index.entries.filter { seen.insert($0.digest).inserted }.compactMap { try? image($0.digest, in: index) }
      .sorted { ($0.names.first ?? "~") < ($1.names.first ?? "~") }
  }

  /// Names that lead to nothing that could be run here.
  public func unusable() throws -> [UnusableImage] {
    let index = try index()
    return index.entries.compactMap { entry in
      guard let name = entry.name else { return nil }
      do {
        _ = try image(entry.digest, in: index)
        return nil
      } catch {
        return UnusableImage(name: name, digest: entry.digest, problem: "\(error)")
      }
    }
  }

  /// Unpacks those of the image's layers that are not unpacked yet.
  ///
  /// To be called by the process that will use them: in a user namespace the files then belong to its ids.
  public func prepareLayers(of image: Image) throws {
    if image.layers.allSatisfy(isPrepared) { return }
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    let archives = try ImageContent(image.manifestDigest, in: blobs).archives
    for (number, (archive, target)) in zip(archives, image.layers).enumerated() where !isPrepared(target) {
      // Unpacked for a namespace with other ids: its files would be those of strangers.
      try moveAway(target)
      try unpack(
        archive.digest, to: target, over: Array(image.layers[..<number]), expecting: "sha256:" + target.suffix(64))
    }
  }

  // MARK: - What the store is made of

  var indexPath: String { path + "/index.json" }
  var drafts: String { path + "/drafts" }
  var downloads: String { path + "/downloads" }
  /// Held by pulls, which share it, and by who removes what they may be counting on.
  var pullingPath: String { path + "/pulling" }

  /// Held by whoever changes the store; a crashed holder's drafts are swept by the next one.
  func lock() throws -> FileLock {
    let lock = try FileLock.acquire(path + "/lock")
    try sweepDrafts()
    return lock
  }

  /// The same for those who must not keep a thread waiting.
  func lockInTurn() async throws -> FileLock {
    while true {
      if let lock = try FileLock.tryAcquire(path + "/lock") {
        try sweepDrafts()
        return lock
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func sweepDrafts() throws {
    for name in try Files.list(drafts) {
      // What a node's root has left may belong to users that only its namespace knows: the next node removes it.
      try? Files.removeTree(drafts + "/" + name)
    }
  }

  func index() throws -> ImageIndex {
    // A replaced file is another file, so its identity tells whether it was read before.
    let identity = try FileIdentity(indexPath)
    if let index = known.withLock({ $0.indexIdentity == identity ? $0.index : nil }) { return index }
    let index = try readIndex()
    known.withLock { $0.remember(index, identity) }
    return index
  }

  /// Some tools write the index in place, and for a moment only a part of it is there.
  private func readIndex() throws -> ImageIndex {
    for _ in 0..<100 {
      if let index = try? ImageIndex(readingFrom: indexPath) { return index }
      usleep(5_000)
    }
    return try ImageIndex(readingFrom: indexPath)
  }

  /// Changes the index, by whom the lock is held.
  ///
  /// Other tools know nothing of the lock: what one of them writes meanwhile is read and changed in its turn.
  @discardableResult
  func changeIndex(_ change: (inout ImageIndex) throws -> Void) throws -> ImageIndex {
    let draft = drafts + "/index.json"
    while true {
      let identity = try FileIdentity(indexPath)
      var index = try index()
      try change(&index)
      try Files.replace(draft, with: index.bytes, mode: 0o644)
      if try FileIdentity(indexPath) != identity { continue }
      try systemCall("rename", on: indexPath) { rename(draft, indexPath) }
      return index
    }
  }

  /// Where a layer of that digest is, or will be, unpacked.
  func unpackedPath(_ diffID: String) -> String { path + "/unpacked/" + diffID.dropFirst("sha256:".count) }

  /// Takes an unpacked layer out of use; what this process cannot remove of it, one with its ids will.
  private func moveAway(_ layer: String) throws {
    var status = stat()
    guard stat(layer, &status) == 0 else { return }
    let draft = "\(drafts)/\(layer.suffix(64))-\(status.st_ino)"
    try systemCall("rename", on: layer) { rename(layer, draft) }
    try? Files.removeTree(draft)
  }

  func unpack(
    _ archive: String, to target: String, over lower: [String] = [], expecting diffID: String? = nil
  ) throws {
    let draft = drafts + "/layer"
    try Files.removeTree(draft)
    try systemCall("mkdir", on: draft) { mkdir(draft, 0o755) }
    do {
      let ownership = try LayerUnpacker.unpack(blobs.path(archive), into: draft, over: lower, expecting: diffID)
      // First: a layer of whose owners nothing is known is taken for root's.
      if let ownership {
        try Files.replace(ownershipPath(target), with: Array(ownership.text.utf8), mode: 0o644)
      } else {
        try Files.removeTree(ownershipPath(target))
      }
      try systemCall("rename", on: target) { rename(draft, target) }
    } catch {
      try? Files.removeTree(draft)
      throw error
    }
  }

  /// An image may have names in several repositories; its digest is told for the one that was asked for.
  func image(_ digest: String, in index: ImageIndex, of repository: String? = nil) throws -> Image {
    let entries = index.entries.filter { $0.digest == digest }
    let names = entries.compactMap(\.name)
    let repository = repository ?? names.first.flatMap { try? ImageReference($0).repository } ?? ""
    let pulled = entries.first { entry in
      entry.pulledDigest != nil && entry.name.flatMap { try? ImageReference($0).repository } == repository
    }?.pulledDigest
    let content: ImageContent
    if let remembered = known.withLock({ $0.contents[digest] }) {
      content = remembered
    } else {
      content = try ImageContent(digest, in: blobs)
      known.withLock { $0.contents[digest] = content }
    }
    return Image(
      id: content.configDigest,
      // An image that was asked for by its digest has no other name.
      names: names.filter { !$0.contains("@") }, digest: repository + "@" + (pulled ?? digest), manifestDigest: digest,
      size: content.size,
      config: content.config, layers: content.diffIDs.map(unpackedPath),
      // A stand-in that was exported and imported again is still one.
      isStandIn: entries.contains { $0.isStandIn } || content.config.labels[ImageIndex.standInAnnotation] == "true",
      isPulled: pulled != nil, isOfNodes: !entries.isEmpty && entries.allSatisfy(\.isOfNode),
      packs: Dictionary(
        entries.compactMap { entry in entry.pack.flatMap { pack in entry.name.map { ($0, pack) } } }
      ) { $1 },
      foreignPlatform: content.platform.flatMap { $0.runsHere ? nil : $0.description },
      isBuilt: entries.contains { $0.madeFrom != nil })
  }

  private struct Cache {
    var indexIdentity: FileIdentity?
    var index = ImageIndex()
    /// By manifest digest; what a digest names never changes.
    var contents: [String: ImageContent] = [:]

    mutating func remember(_ index: ImageIndex, _ identity: FileIdentity) {
      self.index = index
      indexIdentity = identity
    }
  }
}

internal import Documents
internal import Glibc
internal import SystemIO

extension Images {
  /// Takes the images of an archive (`docker save`, `skopeo copy … oci-archive:`) or of a layout's directory.
  ///
  /// A name given here goes to the archive's only image; without, images have the names that the archive gives them.
  /// Layers are unpacked when an image is first used. The images that are returned tell the names given now, not those
  /// that they had before.
  @discardableResult
  public func importImages(from source: String, as name: ImageReference? = nil) throws -> [Image] {
    try importImages(from: source, as: name, origin: .imported)
  }

  @discardableResult
  func importImages(from source: String, as name: ImageReference?, origin: ImageIndex.Origin) throws -> [Image] {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    let folder = drafts + "/import"
    try Files.makeDirectories(folder)
    defer { try? Files.removeTree(folder) }
    var plan = try ImportPlan(ImageArchive.read(source, into: folder), blobs)
    if let name { try plan.rename(name.withDefaultTag.description) }
    try plan.check()
    // Every image must be complete and true before anything of them is taken.
    for image in plan.found { try checkLayers(of: image.content, plan) }
    for (digest, member) in plan.members where !blobs.holds(digest, size: member.size) {
      try blobs.adopt(member.path, digest)
    }
    for manifest in plan.manifests { _ = try blobs.add(manifest, mediaType: MediaType.manifest) }
    let index = try changeIndex { index in
      for image in plan.found { index.set(image.names, image.manifest, origin: origin) }
    }
    return try plan.found.map { found in
      var image = try image(found.manifest.digest, in: index)
      image.names = found.names.sorted()
      return image
    }
  }

  /// Whether the layers hold what the image's configuration promises. One that is unpacked already has been looked at.
  private func checkLayers(of content: ImageContent, _ plan: ImportPlan) throws {
    for (archive, diffID) in zip(content.archives, content.diffIDs) where archive.digest != diffID {
      let member = plan.members[archive.digest]
      if member == nil, Files.isDirectory(unpackedPath(diffID)) { continue }
      let layer = try DecompressedContent(member?.path ?? blobs.path(archive.digest), digested: true)
      guard let actual = try? layer.digestOfAll() else {
        throw plan.refused(archive.digest, "cannot be decompressed: \(layer.problem ?? "it is cut short")")
      }
      if actual != diffID {
        throw plan.refused(archive.digest, "holds the layer \(actual), where the configuration says \(diffID)")
      }
    }
  }
}

/// What an archive has for the store; nothing is taken before all of it is known.
private struct ImportPlan {
  struct Found {
    var manifest: BlobDescriptor
    var content: ImageContent
    var names: [String]
  }

  private let archive: ImageArchive
  private let blobs: BlobStore
  private(set) var found: [Found] = []
  /// Blobs that the store may not have yet, by their digests.
  private(set) var members: [String: ImageArchive.Member] = [:]
  /// Manifests that the archive does without.
  private(set) var manifests: [[UInt8]] = []
  /// The member that lists the images.
  private var list: String

  init(_ archive: ImageArchive, _ blobs: BlobStore) throws {
    self.archive = archive
    self.blobs = blobs
    list = "index.json"
    if let index = try archive.document(list) {
      try addLayout(index)
      return
    }
    list = "manifest.json"
    guard let document = try archive.document(list) else {
      throw refused("index.json", "is missing, and so is manifest.json: this is no archive of images")
    }
    guard let images = document.listValue else { throw refused(list, "does not list images") }
    for image in images { try addSaved(image) }
  }

  func refused(_ entry: String, _ problem: String) -> ImageStoreError {
    .refused(archive: archive.source, entry: entry, problem: problem)
  }

  // MARK: Names

  mutating func rename(_ name: String) throws {
    guard found.count == 1 else {
      throw refused(list, "lists \(found.count) images, so one name is not enough")
    }
    found[0].names = [name]
  }

  /// Whether all images have names, and are for machines of this kind.
  func check() throws {
    if let platform = found.lazy.compactMap(\.content.platform).first(where: { $0.system != ImagePlatform.own.system })
    {
      throw refused(list, "lists an image for \(platform), which does not run on \(ImagePlatform.own)")
    }
    if found.isEmpty { throw refused(list, "lists no image") }
    if found.contains(where: { $0.names.isEmpty }) {
      throw refused(list, "names no image; give the name with the import")
    }
  }

  // MARK: The OCI form

  /// Manifests lead to blobs, and every blob is what its name says.
  private mutating func addLayout(_ index: Document) throws {
    for entry in (index["manifests"]?.listValue ?? []).compactMap({ BlobDescriptor($0) }) {
      let fullName = entry.annotations["io.containerd.image.name"].flatMap { try? ImageReference($0) }
      let names = [fullName?.withDefaultTag.description ?? entry.name].compactMap(\.self)
      let content: ImageContent
      do {
        content = try ImageContent(entry.digest) { try member($0).document }
      } catch ImageStoreError.unusable(let digest, let problem) {
        // Other things than images lie in layouts too: signatures, lists of what is in an image.
        if names.isEmpty, index["manifests"]?.listValue?.count != 1 { continue }
        throw refused(digest, problem)
      }
      let (document, manifest) = try member(content.manifestDigest)
      for layer in (document["layers"]?.listValue ?? []).compactMap({ BlobDescriptor($0) }) { try takeBlob(layer) }
      try takeBlob(manifest)
      try takeBlob(member(content.configDigest).descriptor)
      if let known = found.firstIndex(where: { $0.manifest.digest == manifest.digest }) {
        found[known].names += names
      } else {
        found.append(Found(manifest: manifest, content: content, names: names))
      }
    }
  }

  /// A small blob of the archive or, where that leaves out what it shares with others, of the store.
  private func member(_ digest: String) throws -> (document: Document, descriptor: BlobDescriptor) {
    let name = Self.name(of: digest)
    if let actual = archive[name]?.digest, actual != digest { throw refused(name, "has another digest: \(actual)") }
    guard let size = archive[name]?.size ?? blobs.size(of: digest) else { throw refused(name, "is missing") }
    let document = try archive.document(name) ?? blobs.document(digest)
    let type = document["mediaType"]?.stringValue ?? MediaType.manifest
    return (document, BlobDescriptor(mediaType: type, digest: digest, size: size))
  }

  private mutating func takeBlob(_ descriptor: BlobDescriptor) throws {
    if blobs.holds(descriptor.digest, size: descriptor.size) { return }
    let name = Self.name(of: descriptor.digest)
    guard let member = archive[name] else { throw refused(name, "is missing") }
    guard member.digest == descriptor.digest, member.size == descriptor.size else {
      throw refused(name, "has another digest: \(member.digest)")
    }
    members[descriptor.digest] = member
  }

  private static func name(of digest: String) -> String { "blobs/sha256/" + digest.dropFirst("sha256:".count) }

  // MARK: The form of `docker save`

  /// An image of the list: a configuration and tar files.
  private mutating func addSaved(_ entry: Document) throws {
    func member(_ name: String) throws -> ImageArchive.Member {
      guard let member = archive[name] else { throw refused(name, "is missing") }
      return member
    }
    guard let configName = entry["Config"]?.stringValue else { throw refused(list, "lists an image without Config") }
    let config = try member(configName)
    members[config.digest] = config
    var layers: [BlobDescriptor] = []
    for name in (entry["Layers"]?.listValue ?? []).compactMap(\.stringValue) {
      let layer = try member(name)
      members[layer.digest] = layer
      layers.append(
        BlobDescriptor(mediaType: try mediaType(ofLayer: layer.path), digest: layer.digest, size: layer.size))
    }
    let manifest: Document = [
      "schemaVersion": 2, "mediaType": .string(MediaType.manifest),
      "config": BlobDescriptor(mediaType: MediaType.config, digest: config.digest, size: config.size).document,
      "layers": .list(layers.map(\.document)),
    ]
    let bytes = manifest.json()
    manifests.append(bytes)
    let descriptor = BlobDescriptor(of: bytes, mediaType: MediaType.manifest)
    let content: ImageContent
    do {
      content = try ImageContent(descriptor.digest) { digest in
        if digest == descriptor.digest { return manifest }
        return try archive.document(configName) ?? .null
      }
    } catch ImageStoreError.unusable(_, let problem) {
      throw refused(list, problem)
    }
    let tags = (entry["RepoTags"]?.listValue ?? []).compactMap(\.stringValue)
    found.append(
      Found(
        manifest: descriptor, content: content,
        names: try tags.map { try ImageReference($0).withDefaultTag.description }))
  }

  private func mediaType(ofLayer path: String) throws -> String {
    let descriptor = try Files.open(path, O_RDONLY)
    defer { close(descriptor) }
    var magic = [UInt8](repeating: 0, count: 4)
    try systemCall("read", on: path) { read(descriptor, &magic, magic.count) }
    if magic.starts(with: [0x1F, 0x8B]) { return MediaType.layer + "+gzip" }
    return magic == [0x28, 0xB5, 0x2F, 0xFD] ? MediaType.layer + "+zstd" : MediaType.layer
  }
}

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
    let archive = try ImageArchive.read(source, into: folder)

    var found: [(manifest: BlobDescriptor, names: [String])]
    if let index = try archive.document("index.json") {
      found = try takeLayout(archive, index)
    } else if let list = try archive.document("manifest.json") {
      found = try takeDockerArchive(archive, list)
    } else {
      throw ImageStoreError.refused(
        archive: source, entry: "index.json",
        problem: "is missing, and so is manifest.json: this is no archive of images")
    }
    if let name {
      guard found.count == 1 else {
        throw ImageStoreError.refused(
          archive: source, entry: "index.json", problem: "lists \(found.count) images, so one name is not enough")
      }
      found[0].names = [name.withDefaultTag.description]
    }
    if found.contains(where: { $0.names.isEmpty }) || found.isEmpty {
      throw ImageStoreError.refused(
        archive: source, entry: "index.json", problem: "names no image; give the name with the import")
    }
    // Every image must be complete before the first gets its name.
    for (manifest, _) in found { _ = try ImageContent(manifest.digest, in: blobs) }
    var index = try index()
    for (manifest, names) in found { index.set(names, manifest, origin: origin) }
    try Files.replace(indexPath, with: index.bytes, mode: 0o644)
    return try found.map { manifest, names in
      var image = try image(manifest.digest, in: index)
      image.names = names.sorted()
      return image
    }
  }

  /// The OCI form: manifests lead to blobs, and every blob is what its name says.
  private func takeLayout(
    _ archive: ImageArchive, _ index: Document
  ) throws -> [(manifest: BlobDescriptor, names: [String])] {
    var found: [(manifest: BlobDescriptor, names: [String])] = []
    for entry in (index["manifests"]?.listValue ?? []).compactMap({ BlobDescriptor($0) }) {
      let manifest = try takeManifest(archive, entry)
      let fullName = entry.annotations["io.containerd.image.name"].flatMap { try? ImageReference($0) }
      let names = [fullName?.withDefaultTag.description ?? entry.name].compactMap(\.self)
      if let known = found.firstIndex(where: { $0.manifest.digest == manifest.digest }) {
        found[known].names += names
      } else {
        found.append((manifest, names))
      }
    }
    return found
  }

  /// Takes a manifest with all it leads to; of an index only what this machine can run.
  private func takeManifest(_ archive: ImageArchive, _ entry: BlobDescriptor) throws -> BlobDescriptor {
    let document = try take(archive, entry)
    if let alternatives = document["manifests"]?.listValue?.compactMap({ BlobDescriptor($0) }) {
      guard let fitting = ImagePlatform.fitting(alternatives), fitting.digest != entry.digest else {
        throw ImageStoreError.refused(
          archive: archive.source, entry: entry.digest, problem: "has no image for \(ImagePlatform.own)")
      }
      _ = try takeManifest(archive, fitting)
      return BlobDescriptor(mediaType: fitting.mediaType, digest: fitting.digest, size: fitting.size)
    }
    guard let config = document["config"].flatMap({ BlobDescriptor($0) }), let layers = document["layers"]?.listValue
    else {
      throw ImageStoreError.refused(archive: archive.source, entry: entry.digest, problem: "is not a manifest")
    }
    _ = try take(archive, config)
    for layer in layers {
      guard let descriptor = BlobDescriptor(layer) else {
        throw ImageStoreError.refused(
          archive: archive.source, entry: entry.digest, problem: "has a layer without digest")
      }
      try takeBlob(archive, descriptor)
    }
    return BlobDescriptor(mediaType: entry.mediaType, digest: entry.digest, size: entry.size)
  }

  private func take(_ archive: ImageArchive, _ descriptor: BlobDescriptor) throws -> Document {
    try takeBlob(archive, descriptor)
    return try blobs.document(descriptor.digest)
  }

  private func takeBlob(_ archive: ImageArchive, _ descriptor: BlobDescriptor) throws {
    if blobs.holds(descriptor.digest, size: descriptor.size) { return }
    let name = "blobs/sha256/" + descriptor.digest.dropFirst("sha256:".count)
    guard let member = archive[name] else {
      throw ImageStoreError.refused(archive: archive.source, entry: name, problem: "is missing")
    }
    guard member.digest == descriptor.digest, member.size == descriptor.size else {
      throw ImageStoreError.refused(
        archive: archive.source, entry: name, problem: "has another digest: \(member.digest)")
    }
    try blobs.adopt(member.path, descriptor.digest)
  }

  /// The form of `docker save`: a list of images, each a configuration and tar files.
  private func takeDockerArchive(
    _ archive: ImageArchive, _ list: Document
  ) throws -> [(manifest: BlobDescriptor, names: [String])] {
    try (list.listValue ?? []).map { entry in
      func member(_ name: String) throws -> ImageArchive.Member {
        guard let member = archive[name] else {
          throw ImageStoreError.refused(archive: archive.source, entry: name, problem: "is missing")
        }
        return member
      }
      let config = try member(entry["Config"]?.stringValue ?? "")
      let document = try archive.document(entry["Config"]?.stringValue ?? "")
      let diffIDs = (document?["rootfs"]?["diff_ids"]?.listValue ?? []).compactMap(\.stringValue)
      let names = (entry["Layers"]?.listValue ?? []).compactMap(\.stringValue)
      guard diffIDs.count == names.count else {
        throw ImageStoreError.refused(
          archive: archive.source, entry: "manifest.json", problem: "lists \(names.count) layers of \(diffIDs.count)")
      }
      var layers: [BlobDescriptor] = []
      for name in names {
        let layer = try member(name)
        try adopt(layer)
        layers.append(
          BlobDescriptor(mediaType: try mediaType(ofLayer: layer.digest), digest: layer.digest, size: layer.size))
      }
      try adopt(config)
      let manifest: Document = [
        "schemaVersion": 2, "mediaType": .string(MediaType.manifest),
        "config": BlobDescriptor(mediaType: MediaType.config, digest: config.digest, size: config.size).document,
        "layers": .list(layers.map(\.document)),
      ]
      let tags = (entry["RepoTags"]?.listValue ?? []).compactMap(\.stringValue)
      return (
        try blobs.add(manifest.json(), mediaType: MediaType.manifest),
        try tags.map { try ImageReference($0).withDefaultTag.description }
      )
    }
  }

  /// A layer that two images share is there for the first of them only.
  private func adopt(_ member: ImageArchive.Member) throws {
    if !blobs.holds(member.digest, size: member.size) { try blobs.adopt(member.path, member.digest) }
  }

  private func mediaType(ofLayer digest: String) throws -> String {
    let descriptor = try Files.open(blobs.path(digest), O_RDONLY)
    defer { close(descriptor) }
    var magic = [UInt8](repeating: 0, count: 4)
    try systemCall("read", on: digest) { read(descriptor, &magic, magic.count) }
    if magic.starts(with: [0x1F, 0x8B]) { return MediaType.layer + "+gzip" }
    return magic == [0x28, 0xB5, 0x2F, 0xFD] ? MediaType.layer + "+zstd" : MediaType.layer
  }
}

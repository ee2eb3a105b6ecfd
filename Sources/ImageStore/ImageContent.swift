internal import Documents

/// What a manifest and its configuration say, which never changes for a digest.
struct ImageContent: Sendable {
  /// The manifest for this machine.
  var manifestDigest: String
  var configDigest: String
  var config: ImageConfig
  /// The layers' digests before compression, lowest first.
  var diffIDs: [String]
  /// The layers as they are stored, in the same order.
  var archives: [BlobDescriptor]
  var size: Int

  /// Reads the manifest of that digest; an index is followed to the manifest for this machine.
  init(_ digest: String, in blobs: BlobStore) throws {
    let path = blobs.path(digest)
    let manifest = try blobs.document(digest)
    if let alternatives = manifest["manifests"]?.listValue {
      let descriptors = alternatives.compactMap { BlobDescriptor($0) }
      guard let chosen = ImagePlatform.fitting(descriptors), chosen.digest != digest else {
        throw ImageStoreError.damaged(path: path, problem: "it has no image for \(ImagePlatform.own)")
      }
      self = try ImageContent(chosen.digest, in: blobs)
      return
    }
    guard let config = manifest["config"].flatMap({ BlobDescriptor($0) }), let layers = manifest["layers"]?.listValue
    else { throw ImageStoreError.damaged(path: path, problem: "it is not the manifest of an image") }
    archives = layers.compactMap { BlobDescriptor($0) }
    let document = try blobs.document(config.digest)
    manifestDigest = digest
    configDigest = config.digest
    self.config = ImageConfig(document["config"] ?? .null)
    diffIDs = (document["rootfs"]?["diff_ids"]?.listValue ?? []).compactMap(\.stringValue)
    guard diffIDs.count == layers.count, archives.count == layers.count, diffIDs.allSatisfy(BlobDescriptor.isDigest)
    else {
      throw ImageStoreError.damaged(
        path: blobs.path(config.digest), problem: "its layers are not those of the manifest \(digest)")
    }
    size = archives.map(\.size).reduce(config.size, +)
    // A layer that comes twice counts where it lies highest: overlay file systems refuse the same directory twice.
    for index in diffIDs.indices.reversed() where diffIDs[(index + 1)...].contains(diffIDs[index]) {
      diffIDs.remove(at: index)
      archives.remove(at: index)
    }
  }
}

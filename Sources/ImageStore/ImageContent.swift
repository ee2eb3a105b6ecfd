internal import Documents

/// What a manifest and its configuration say, which never changes for a digest.
struct ImageContent: Sendable {
  /// The manifest for this machine.
  var manifestDigest: String
  var configDigest: String
  var config: ImageConfig
  /// The kind of machine that the configuration names.
  var platform: ImagePlatform?
  /// The layers' digests before compression, lowest first.
  var diffIDs: [String]
  /// The layers as they are stored, in the same order.
  var archives: [BlobDescriptor]
  var size: Int

  /// Reads the manifest of that digest; indexes are followed to the manifest for this machine.
  init(_ digest: String, in blobs: BlobStore) throws { self = try ImageContent(digest) { try blobs.document($0) } }

  /// - Parameter document: Gives the small blobs by their digests.
  init(_ digest: String, depth: Int = 0, reading document: (String) throws -> Document) throws {
    func unusable(_ problem: String) -> ImageStoreError { .unusable(digest: digest, problem: problem) }
    let manifest = try document(digest)
    if let alternatives = manifest["manifests"]?.listValue {
      if depth == Self.deepest { throw unusable("leads through more than \(Self.deepest) indexes") }
      let descriptors = alternatives.compactMap { BlobDescriptor($0) }
      guard let chosen = try Self.chosen(of: descriptors, depth: depth + 1, reading: document) else {
        throw unusable("has no image for \(ImagePlatform.own)")
      }
      self = chosen
      return
    }
    guard let config = manifest["config"].flatMap({ BlobDescriptor($0) }), let layers = manifest["layers"]?.listValue
    else { throw unusable("is not the manifest of an image") }
    archives = layers.compactMap { BlobDescriptor($0) }
    let configuration = try document(config.digest)
    manifestDigest = digest
    configDigest = config.digest
    self.config = ImageConfig(configuration["config"] ?? .null)
    platform = ImagePlatform(configuration)
    guard let listed = configuration["rootfs"]?["diff_ids"]?.listValue else {
      throw unusable("has no image's configuration: it is of the kind \(config.mediaType)")
    }
    diffIDs = listed.compactMap(\.stringValue)
    guard diffIDs.count == layers.count, archives.count == layers.count, diffIDs.allSatisfy(BlobDescriptor.isDigest)
    else { throw unusable("lists \(layers.count) layers, and its configuration \(listed.count)") }
    size = archives.map(\.size).reduce(config.size, +)
    // A layer that comes twice counts where it lies highest: overlay file systems refuse the same directory twice.
    for index in diffIDs.indices.reversed() where diffIDs[(index + 1)...].contains(diffIDs[index]) {
      diffIDs.remove(at: index)
      archives.remove(at: index)
    }
  }

  private static let deepest = 8

  /// The image that an index has for this machine; an index may lead to others.
  private static func chosen(
    of alternatives: [BlobDescriptor], depth: Int, reading document: (String) throws -> Document
  ) throws -> ImageContent? {
    for candidate in ImagePlatform.candidates(alternatives) {
      if candidate.platform != nil { return try ImageContent(candidate.digest, depth: depth, reading: document) }
      // What does not say for which machine it is may be for another one, or no image at all.
      if let content = try? ImageContent(candidate.digest, depth: depth, reading: document),
        content.platform?.runsHere ?? true
      {
        return content
      }
    }
    return nil
  }
}

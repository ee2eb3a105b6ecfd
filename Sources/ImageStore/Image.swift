/// An image of the store, ready to be run once its layers are unpacked.
public struct Image: Sendable {
  /// `sha256:` and the digest of its configuration.
  public let id: String
  /// In full, such as `docker.io/library/busybox:latest`.
  public internal(set) var names: [String]
  /// Repository and manifest, such as `docker.io/library/busybox@sha256:…`; of a pulled image as its registry has it.
  public let digest: String
  /// The manifest in this store.
  let manifestDigest: String
  /// Bytes of its configuration and layers as stored.
  public let size: Int
  public let config: ImageConfig
  /// Directories with its unpacked layers, lowest first.
  public let layers: [String]
  /// Made by Podium under the name of somebody else's image.
  public let isStandIn: Bool
  /// A registry has given it, and may be asked whether the name still stands for it.
  public let isPulled: Bool
  /// Only nodes have asked for it, because of their pods: it may go when no pod uses it.
  public let isOfNodes: Bool
  /// The packs of lessons that have brought it, by its names.
  public let packs: [String: String]
  /// The kind of machine that it is made for, if that is not this one: its programs will not start.
  public let foreignPlatform: String?
  /// Built here from a Containerfile.
  public let isBuilt: Bool
}

/// A name of the store without an image that could be run here: it is damaged, made for another machine, or no image.
public struct UnusableImage: Sendable, Equatable {
  /// In full.
  public let name: String
  public let digest: String
  /// A sentence.
  public let problem: String
}

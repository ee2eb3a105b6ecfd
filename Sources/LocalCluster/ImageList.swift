internal import ImageStore

/// The images of this machine, for people to read.
public struct ImageList: Sendable {
  public let name: String
  public let id: String
  public let size: Int
  /// Made by Podium under the name of somebody else's image.
  public let isStandIn: Bool

  public var sizeText: String {
    let tenths = size * 10 / 1_000_000
    return "\(tenths / 10).\(tenths % 10) MB"
  }

  /// One entry a name; the built-in images are made first if they are missing.
  public static func all(_ paths: ClusterPaths) throws -> [ImageList] {
    let images = try Images.open(at: paths.images)
    try images.ensureBuiltIns()
    return try images.list().flatMap { image in
      image.names.map { name in
        let shortName = (try? ImageReference(name).familiarName) ?? name
        return ImageList(name: shortName, id: image.id, size: image.size, isStandIn: image.isStandIn)
      }
    }
  }
}

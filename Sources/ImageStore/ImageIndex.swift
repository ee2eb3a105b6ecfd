internal import Documents
internal import SystemIO

/// The names of the store's images: the layout's `index.json`.
struct ImageIndex: Equatable {
  /// The full name of an image, which other tools take for the image's reference in the layout.
  static let nameAnnotation = "org.opencontainers.image.ref.name"
  static let standInAnnotation = "io.podium.stand-in"
  /// What the registry calls the image: the digest of its index where it has images for several machines.
  static let pulledAnnotation = "io.podium.pulled"
  /// A pod needed it, and its node has had it pulled; nobody asked for it by hand.
  static let nodeAnnotation = "io.podium.pulled-for-node"
  /// What an image was made from here: by it, it is known whether that has changed.
  static let sourceAnnotation = "io.podium.made-from"
  /// The pack of lessons that has brought the image.
  static let packAnnotation = "io.podium.pack"

  /// How an image came here.
  enum Origin: Equatable {
    case standIn
    case imported
    /// From a registry, which named it by this digest.
    case pulled(digest: String, forNode: Bool)
    /// Built here, or brought by a pack of lessons.
    case made(from: String, pack: String?)
  }

  var entries: [BlobDescriptor] = []
  /// Entries in words of other tools, which stay as they are.
  private var foreign: [Document] = []
  /// The same of the index itself.
  private var others: [DocumentMap.Entry] = []

  /// The layout without images.
  init() {}

  init(readingFrom path: String) throws {
    do {
      let document = try Document.parse(json: Files.read(path))
      for entry in document["manifests"]?.listValue ?? [] {
        if let descriptor = BlobDescriptor(entry) { entries.append(descriptor) } else { foreign.append(entry) }
      }
      others = document.mapValue?.entries.filter { !Self.members.contains($0.key) } ?? []
    } catch let error as ParseError {
      throw ImageStoreError.damaged(path: path, problem: "\(error)")
    }
  }

  private static let members: Set<String> = ["schemaVersion", "mediaType", "manifests"]

  var bytes: [UInt8] {
    var map = DocumentMap([
      ("schemaVersion", 2), ("mediaType", .string(MediaType.index)),
      ("manifests", .list(entries.map(\.document) + foreign)),
    ])
    for other in others { map.append(other.key, other.value) }
    return Document.map(map).json()
  }

  /// The manifest that bears the name.
  subscript(name: String) -> BlobDescriptor? { entries.first { $0.name == name } }

  /// Gives the names to a manifest and takes them from those that had them.
  mutating func set(_ names: [String], _ manifest: BlobDescriptor, origin: Origin = .imported) {
    entries.removeAll { $0.name.map(names.contains) ?? false }
    for name in names {
      var entry = manifest
      entry.annotations[Self.nameAnnotation] = name
      entry.name = name
      switch origin {
      case .standIn: entry.annotations[Self.standInAnnotation] = "true"
      case .imported: break
      case .pulled(let digest, let forNode):
        entry.annotations[Self.pulledAnnotation] = digest
        if forNode { entry.annotations[Self.nodeAnnotation] = "true" }
      case .made(let source, let pack):
        entry.annotations[Self.sourceAnnotation] = source
        if let pack { entry.annotations[Self.packAnnotation] = pack }
      }
      entries.append(entry)
    }
    entries.sort { ($0.name ?? "", $0.digest) < ($1.name ?? "", $1.digest) }
  }

  mutating func remove(_ name: String) { entries.removeAll { $0.name == name } }
}

extension BlobDescriptor {
  /// The full name that the annotation means; other tools may have written it in short. A bare tag names no image.
  static func name(from annotations: [String: String]) -> String? {
    guard let text = annotations[ImageIndex.nameAnnotation], text.contains("/") || text.contains(":") else {
      return nil
    }
    return (try? ImageReference(text))?.withDefaultTag.description
  }

  var isStandIn: Bool { annotations[ImageIndex.standInAnnotation] == "true" }

  var isOfNode: Bool { annotations[ImageIndex.nodeAnnotation] == "true" }

  /// The digest by which a registry names the image, if one has given it.
  var pulledDigest: String? { annotations[ImageIndex.pulledAnnotation] }

  /// What it was made from here, if it was.
  var madeFrom: String? { annotations[ImageIndex.sourceAnnotation] }

  /// The pack that has brought it.
  var pack: String? { annotations[ImageIndex.packAnnotation] }
}

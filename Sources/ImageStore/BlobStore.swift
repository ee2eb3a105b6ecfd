internal import Digests
internal import Documents
internal import Glibc
internal import SystemIO

/// A reference from one blob to another, or from the index to a manifest.
struct BlobDescriptor: Equatable, Sendable {
  var mediaType: String
  /// `sha256:…`
  var digest: String
  var size: Int
  var annotations: [String: String] = [:]
  /// The image's name in full, for an entry of the store's index.
  var name: String?
  /// In indexes of images for several machines.
  var platform: ImagePlatform?
  /// What else other tools have written into it, which is theirs to understand.
  private var others: [DocumentMap.Entry] = []

  static func == (left: BlobDescriptor, right: BlobDescriptor) -> Bool {
    left.mediaType == right.mediaType && left.digest == right.digest && left.size == right.size
      && left.annotations == right.annotations && left.others == right.others
  }

  init(mediaType: String, digest: String, size: Int, annotations: [String: String] = [:]) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.annotations = annotations
  }

  /// Of these very bytes.
  init(of bytes: [UInt8], mediaType: String) {
    self.init(mediaType: mediaType, digest: "sha256:" + SHA256.hexadecimal(of: bytes), size: bytes.count)
  }

  /// Nil when a member is missing or the digest is not one.
  init?(_ document: Document) {
    guard let digest = document["digest"]?.stringValue, let size = document["size"]?.integerValue, size >= 0,
      Self.isDigest(digest)
    else { return nil }
    mediaType = document["mediaType"]?.stringValue ?? ""
    self.digest = digest
    self.size = Int(size)
    for entry in document["annotations"]?.mapValue?.entries ?? [] {
      annotations[entry.key] = entry.value.stringValue ?? ""
    }
    name = Self.name(from: annotations)
    others = document.mapValue?.entries.filter { !Self.members.contains($0.key) } ?? []
    platform = document["platform"].flatMap { ImagePlatform($0) }
  }

  private static let members: Set<String> = ["mediaType", "digest", "size", "annotations"]

  var document: Document {
    var map = DocumentMap([("mediaType", .string(mediaType)), ("digest", .string(digest)), ("size", .integer(size))])
    if !annotations.isEmpty {
      map.append(
        "annotations", .map(DocumentMap(annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })))
    }
    for other in others { map.append(other.key, other.value) }
    return .map(map)
  }

  /// The digest becomes a file name, so nothing but digits may pass.
  static func isDigest(_ text: String) -> Bool {
    text.hasPrefix("sha256:") && text.utf8.count == 71
      && text.utf8.dropFirst(7).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}

/// The media types of the OCI image format.
enum MediaType {
  static let index = "application/vnd.oci.image.index.v1+json"
  static let manifest = "application/vnd.oci.image.manifest.v1+json"
  static let config = "application/vnd.oci.image.config.v1+json"
  static let layer = "application/vnd.oci.image.layer.v1.tar"
}

/// Content under its own digest, in `blobs/sha256`.
struct BlobStore {
  let folder: String
  private let drafts: String

  init(layout: String) {
    folder = layout + "/blobs/sha256"
    drafts = layout + "/drafts"
  }

  func path(_ digest: String) -> String { folder + "/" + digest.dropFirst("sha256:".count) }

  /// Nil when there is no such blob.
  func size(of digest: String) -> Int? {
    var status = stat()
    return stat(path(digest), &status) == 0 ? Int(status.st_size) : nil
  }

  /// Whether the blob is there in full length; a power failure may have left a stump.
  func holds(_ digest: String, size: Int) -> Bool { self.size(of: digest) == size }

  /// Puts bytes into the store under their digest.
  func add(_ bytes: [UInt8], mediaType: String) throws -> BlobDescriptor {
    let descriptor = BlobDescriptor(of: bytes, mediaType: mediaType)
    if !holds(descriptor.digest, size: bytes.count) {
      let draft = drafts + "/" + descriptor.digest.dropFirst("sha256:".count)
      try Files.write(bytes, to: draft, mode: 0o644)
      try adopt(draft, descriptor.digest)
    }
    return descriptor
  }

  /// Gives a finished draft its place.
  func adopt(_ draft: String, _ digest: String) throws {
    let target = path(digest)
    try systemCall("rename", on: target) { rename(draft, target) }
  }

  /// A small JSON blob, checked against its digest.
  func document(_ digest: String) throws -> Document {
    let path = path(digest)
    guard Files.exists(path) else { throw ImageStoreError.missing(path: path) }
    let bytes = try Files.read(path)
    guard "sha256:" + SHA256.hexadecimal(of: bytes) == digest else {
      throw ImageStoreError.damaged(path: path, problem: "its content has another digest")
    }
    do {
      return try Document.parse(json: bytes)
    } catch {
      throw ImageStoreError.damaged(path: path, problem: "\(error)")
    }
  }
}

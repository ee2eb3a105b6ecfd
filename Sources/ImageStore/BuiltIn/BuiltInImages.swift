internal import Digests
internal import Documents
internal import Glibc
internal import SystemIO

extension Images {
  /// Makes the built-in images unless they are there, made of these very programs by these very recipes.
  ///
  /// A name that a real image has taken stays with it. A crash at any moment leaves the images as they were.
  public func ensureBuiltIns(_ materials: BuiltInMaterials? = nil) throws {
    try ensureBuiltIns(materials ?? .located()) {}
  }

  /// `checkpoint` is called between the steps that change the disk: where it throws, a crash might have happened.
  func ensureBuiltIns(_ materials: BuiltInMaterials, checkpoint: () throws -> Void) throws {
    if try areBuiltInsPresent(materials) { return }
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    // Somebody else may have made them while this process waited.
    if try areBuiltInsPresent(materials) { return }
    try materials.check()

    let base = try layer(BaseLayer.entries(materials), checkpoint)
    var layers = [base]
    var made: [(image: BuiltInImage, manifest: BlobDescriptor)] = []
    var documents: [BlobDescriptor] = []
    for image in BuiltInImage.all {
      let own = try layer(image.entries, checkpoint)
      layers.append(own)
      let (manifest, configuration) = try manifest(of: image, layers: [base, own])
      made.append((image, manifest))
      documents += [manifest, configuration]
    }

    let current = Set(made.map(\.manifest.digest))
    try checkpoint()
    try changeIndex { index in
      index.entries.removeAll { $0.isStandIn && !current.contains($0.digest) }
      for (image, manifest) in made {
        index.set(image.fullNames.filter { index[$0]?.isStandIn ?? true }, manifest, origin: .standIn)
      }
    }
    try checkpoint()
    // Last: whoever finds it finds all the rest.
    try Files.replace(
      stampPath, with: BuiltInStamp(materials, layers: layers, documents: documents).document.json(), mode: 0o644)
  }

  private var stampPath: String { path + "/built-in.json" }

  private func areBuiltInsPresent(_ materials: BuiltInMaterials) throws -> Bool {
    guard let bytes = try? Files.read(stampPath), let document = try? Document.parse(json: bytes),
      let stamp = BuiltInStamp(document), try stamp.describes(materials)
    else { return false }
    let index = try index()
    let names = Set(index.entries.compactMap(\.name))
    return names.isSuperset(of: BuiltInImage.allNames)
      && stamp.documents.allSatisfy { blobs.holds($0.digest, size: $0.size) }
      && stamp.layers.allSatisfy { blobs.holds($0.digest, size: $0.size) && Files.isDirectory(unpackedPath($0.digest)) }
  }

  /// Packs and unpacks a layer; one that is there already is not made again.
  private func layer(_ entries: [LayerEntry], _ checkpoint: () throws -> Void) throws -> BlobDescriptor {
    let draft = drafts + "/archive"
    let (digits, size) = try LayerWriter.write(entries, to: draft)
    let digest = "sha256:" + digits
    try checkpoint()
    try blobs.adopt(draft, digest)
    try checkpoint()
    let target = unpackedPath(digest)
    if !Files.isDirectory(target) { try unpack(digest, to: target) }
    return BlobDescriptor(mediaType: MediaType.layer, digest: digest, size: size)
  }

  private func manifest(
    of image: BuiltInImage, layers: [BlobDescriptor]
  ) throws -> (manifest: BlobDescriptor, configuration: BlobDescriptor) {
    var config = image.config
    config.labels[ImageIndex.standInAnnotation] = "true"
    let created: Document = "2025-01-01T00:00:00Z"
    let document: Document = [
      "created": created, "architecture": .string(ImagePlatform.own.architecture), "os": "linux",
      "config": config.document,
      "rootfs": ["type": "layers", "diff_ids": .list(layers.map { .string($0.digest) })],
      "history": [
        ["created": created, "created_by": "podium: busybox and the workload program"],
        ["created": created, "created_by": .string("podium: stand-in for \(image.names[0])")],
      ],
    ]
    let configuration = try blobs.add(document.json(), mediaType: MediaType.config)
    let manifest: Document = [
      "schemaVersion": 2, "mediaType": .string(MediaType.manifest), "config": configuration.document,
      "layers": .list(layers.map(\.document)),
    ]
    return (try blobs.add(manifest.json(), mediaType: MediaType.manifest), configuration)
  }
}

/// What the built-in images of a store were made of.
private struct BuiltInStamp {
  var busybox: FileIdentity
  var workload: FileIdentity
  var recipes: String
  var layers: [BlobDescriptor]
  /// Manifests and configurations.
  var documents: [BlobDescriptor]

  init(_ materials: BuiltInMaterials, layers: [BlobDescriptor], documents: [BlobDescriptor]) throws {
    busybox = try FileIdentity(materials.busybox)
    workload = try FileIdentity(materials.workload)
    recipes = Self.recipesDigest
    self.layers = layers
    self.documents = documents
  }

  init?(_ document: Document) {
    guard let busybox = FileIdentity(document["busybox"]), let workload = FileIdentity(document["workload"]),
      let recipes = document["recipes"]?.stringValue, let layers = document["layers"]?.listValue,
      let documents = document["documents"]?.listValue
    else { return nil }
    self.busybox = busybox
    self.workload = workload
    self.recipes = recipes
    self.layers = layers.compactMap { BlobDescriptor($0) }
    self.documents = documents.compactMap { BlobDescriptor($0) }
  }

  var document: Document {
    [
      "busybox": busybox.document, "workload": workload.document, "recipes": .string(recipes),
      "layers": .list(layers.map(\.document)), "documents": .list(documents.map(\.document)),
    ]
  }

  func describes(_ materials: BuiltInMaterials) throws -> Bool {
    try recipes == Self.recipesDigest && busybox == FileIdentity(materials.busybox)
      && workload == FileIdentity(materials.workload)
  }

  /// Changes whenever a recipe does.
  static let recipesDigest: String = {
    var digest = SHA256()
    for entry in BaseLayer.skeleton { digest.update(entry.fingerprint) }
    digest.update(Array(BaseLayer.hidden.joined(separator: " ").utf8))
    for image in BuiltInImage.all {
      digest.update(Array("\(image.names.joined(separator: " "))\n\(image.config.document.jsonText())\n".utf8))
      for entry in image.entries { digest.update(entry.fingerprint) }
    }
    return digest.finish()
  }()
}

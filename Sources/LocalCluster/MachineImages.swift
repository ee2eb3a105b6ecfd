public import Documents
internal import HTTPTransport
internal import ImageStore
internal import SystemIO

/// The images of this machine as people deal with them, whether a cluster runs or not.
public struct MachineImages: Sendable {
  private let paths: ClusterPaths
  private let images: Images

  /// Opens the store; the built-in images are made first if they are missing.
  public init(_ paths: ClusterPaths) throws {
    self.paths = paths
    images = try Images.open(at: paths.images)
    try images.ensureBuiltIns()
  }

  /// One entry a name.
  public func list() throws -> [ImageEntry] {
    (try images.list().flatMap(ImageEntry.all) + images.unusable().map(ImageEntry.init)).sorted { $0.name < $1.name }
  }

  /// Takes the images of an archive, or of a directory with an image layout.
  public func importImages(from source: String, as name: String?) throws -> [ImageEntry] {
    try images.importImages(from: source, as: name.map { try ImageReference($0) }).flatMap(ImageEntry.all)
  }

  /// Asks the registry that the name says; `report` hears how far it is.
  public func pull(_ name: String, report: @escaping @Sendable (PullState) -> Void) async throws -> ImageEntry {
    let reference = try ImageReference(name)
    let progress = PullState.Recorder(report)
    let image: Image
    do throws(PullError) {
      image = try await RegistryAccess(images: images).pull(reference) { progress.note($0) }
    } catch {
      guard error.code == .offline else { throw ClusterProblem(error.message) }
      throw ClusterProblem(
        "\(error.message)\nNo registry can be asked from here: look at the network, and at reach in \(RegistryAccess.settingsPath)"
      )
    }
    return ImageEntry(image, name: reference.withDefaultTag.familiarName)
  }

  /// Builds an image from a Containerfile and the files of its folder; answers whether anything was to do.
  ///
  /// - Parameter report: Told each step that is done now.
  public func build(
    _ file: String, as name: String, report: @escaping @Sendable (String) async -> Void
  ) async throws -> (image: ImageEntry, isNew: Bool) {
    let reference = try ImageReference(name).withDefaultTag
    let build = ImageBuild(images, file: file, folder: file.parentDirectory, runner: NodeRunner(paths: paths)) {
      guard case .step(let number, let count, let text) = $0 else { return }
      await report("step \(number) of \(count): \(text)")
    }
    do {
      let (image, isNew) = try await build.run(as: reference)
      if isNew { _ = try? await pruneFiles() }
      return (ImageEntry(image, name: reference.familiarName), isNew)
    } catch {
      // Layers of the steps before.
      _ = try? await pruneFiles()
      throw error
    }
  }

  /// Everything about an image: its entry, its layers, and what it says about its process.
  public func inspect(_ name: String) throws -> Document {
    let image = try find(name)
    return [
      "id": .string(image.id), "names": .list(image.names.map { .string($0) }), "digest": .string(image.digest),
      "kind": .string(ImageEntry.kind(image)),
      "platform": .string(image.foreignPlatform ?? Images.ownPlatform), "size": .integer(image.size),
      "config": image.config.document,
      "layers": .list(image.layers.map { .string($0) }),
    ]
  }

  /// Takes a name away. A stand-in is refused, since it would be made again at once.
  ///
  /// Answers whether a stand-in has the name now.
  public func remove(_ name: String, evenIfInUse: Bool) async throws -> Bool {
    let reference = try? ImageReference(name).withDefaultTag
    if let reference, try images.unusable().contains(where: { $0.name == reference.description }) {
      return try take(reference.description)
    }
    let image = try find(name)
    let full = try nameToRemove(name, of: image)
    if try images.builtInNames().contains(full) {
      throw ClusterProblem(
        "\(name) is a stand-in, which Podium would make again at once: import or pull a real image of that name to replace it"
      )
    }
    let users = await ImageUse.all(paths).filter { $0.isRunning && $0.uses(image) }
    if let user = users.first, !evenIfInUse {
      let others = users.count > 1 ? " and \(users.count - 1) more" : ""
      throw ClusterProblem(
        "\(name) is used by \(user)\(others): delete the pod first, or remove the image all the same with --force")
    }
    return try take(full)
  }

  /// Takes a full name away; answers whether a stand-in has it now.
  private func take(_ name: String) throws -> Bool {
    try images.remove(ImageReference(name))
    try images.ensureBuiltIns()
    return try images.builtInNames().contains(name)
  }

  /// The name that is meant by itself, or by the id of an image that has no other.
  private func nameToRemove(_ name: String, of image: Image) throws -> String {
    if var reference = try? ImageReference(name).withDefaultTag {
      if reference.digest != nil { reference.tag = nil }
      if try images.hasName(reference) { return reference.description }
    }
    let familiar = image.names.map { (try? ImageReference($0).familiarName) ?? $0 }
    guard let only = image.names.first else {
      throw ClusterProblem("\(name) has no name that could be removed; podium images prune --all removes it")
    }
    if familiar.count > 1 {
      throw ClusterProblem("\(name) has several names, so say which: \(familiar.joined(separator: ", "))")
    }
    return only
  }

  /// Removes what nothing leads to any more, and with `all` the real images that no container is made from.
  public func prune(all: Bool) async throws -> PruneReport {
    var removed: [String] = []
    if all {
      let users = await ImageUse.all(paths)
      let kept = try images.builtInNames()
      for image in try images.list() where !users.contains(where: { $0.uses(image) }) {
        let names = image.names.isEmpty ? [image.digest] : image.names.filter { !kept.contains($0) }
        if !names.isEmpty { try images.forget(image) }
        removed += names
      }
      try images.ensureBuiltIns()
    }
    let pruned = try await pruneFiles()
    return PruneReport(
      names: removed.map { (try? ImageReference($0).familiarName) ?? $0 }, blobs: pruned.blobs, layers: pruned.layers,
      bytes: pruned.bytes, layersLeft: pruned.foreignLayers)
  }

  /// Takes an image away that nobody wants any more: only nodes have asked for it, and no container on this machine is
  /// made from it. Answers whether that was so.
  func removeUnused(_ id: String) async throws -> Bool {
    guard let image = try images.find(id: id) else { return true }
    guard image.isOfNodes, await !ImageUse.all(paths).contains(where: { $0.uses(image) }) else { return false }
    try images.forget(image)
    try images.ensureBuiltIns()
    _ = try await pruneFiles()
    return true
  }

  /// Removes files that no name leads to any more; those of a node's users with its help.
  private func pruneFiles() async throws -> PrunedContent {
    let inUse = MountedLayers.all()
    var pruned = try images.prune(inUse: inUse)
    if pruned.foreignLayers > 0 {
      for socket in ClusterPaths.kubeletSockets(beside: paths) where images.hasRemains {
        await NodeImages.prune(inUse, kubelet: HTTPClient(unixSocket: socket))
      }
      if !images.hasRemains {
        pruned.layers += pruned.foreignLayers
        pruned.bytes += pruned.foreignBytes
        pruned.foreignLayers = 0
      }
    }
    return pruned
  }

  private func find(_ name: String) throws -> Image {
    let reference = try? ImageReference(name)
    if let reference, let image = try images.find(reference) { return image }
    let digits = name.hasPrefix("sha256:") ? String(name.dropFirst("sha256:".count)) : name
    if !digits.isEmpty {
      let fitting = try images.list().filter { $0.id.dropFirst(7).hasPrefix(digits) }
      let ids = Set(fitting.map(\.id)).sorted()
      if ids.count > 1 {
        throw ClusterProblem("the ids of several images begin with \(digits): \(ids.joined(separator: ", "))")
      }
      if let image = fitting.first { return image }
    }
    throw UnknownImage(name: name, known: try list().map(\.name))
  }
}

extension String {
  /// Of a file.
  var parentDirectory: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}

/// No image has the name; the nearest of those that there are may have been meant.
public struct UnknownImage: Error, CustomStringConvertible {
  public let name: String
  public let known: [String]

  public var description: String { "there is no image \(name): podium images ls lists those that there are" }
}

/// What pruning has removed.
public struct PruneReport: Sendable {
  public let names: [String]
  public let blobs: Int
  /// Unpacked ones.
  public let layers: Int
  public let bytes: Int
  /// Layers that only a running node may remove.
  public let layersLeft: Int
}

/// An image under one of its names.
public struct ImageEntry: Sendable {
  /// As people write it.
  public let name: String
  public let id: String
  public let digest: String
  public let size: Int
  /// `stand-in`, `built`, `real`, `unusable`, or `pack` and the id of the pack that has brought it.
  public let kind: String
  /// Why nothing of it can be run here, in a sentence.
  public let problem: String?

  init(_ image: Image, name: String) {
    self.name = name
    id = image.id
    digest = image.digest
    size = image.size
    problem = image.foreignPlatform.map {
      "it is made for \($0), and its programs do not start on this machine, which is \(Images.ownPlatform)"
    }
    let pack = (try? ImageReference(name)).flatMap { image.packs[$0.withDefaultTag.description] }
    kind = pack.map { "pack " + $0 } ?? Self.kind(image)
  }

  init(_ unusable: UnusableImage) {
    name = (try? ImageReference(unusable.name).familiarName) ?? unusable.name
    id = unusable.digest
    digest = unusable.digest
    size = 0
    kind = "unusable"
    problem = unusable.problem
  }

  static func kind(_ image: Image) -> String { image.isStandIn ? "stand-in" : image.isBuilt ? "built" : "real" }

  static func all(_ image: Image) -> [ImageEntry] {
    let names = image.names.isEmpty ? [image.digest] : image.names
    return names.map { ImageEntry(image, name: (try? ImageReference($0).familiarName) ?? $0) }
  }

  /// 12 digits, as other tools show it.
  public var shortID: String { String(id.dropFirst("sha256:".count).prefix(12)) }
}

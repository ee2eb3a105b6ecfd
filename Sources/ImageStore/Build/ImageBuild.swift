internal import Documents
internal import Glibc
internal import SystemIO

/// Builds an image from a Containerfile and the folder of its files.
///
/// The same recipe over the same image with the same files gives the same digest, as far as its commands do. What was
/// built before is not built again: each image remembers by its history what its layers were made from.
public struct ImageBuild: Sendable {
  /// What a build is doing.
  public enum Progress: Sendable, Equatable {
    /// A step that changes files is done now; those that were done before are not told.
    case step(number: Int, of: Int, text: String)
  }

  private let images: Images
  private let file: String
  private let folder: String
  private let runner: any BuildRunner
  private let report: @Sendable (Progress) async -> Void

  /// - Parameters:
  ///   - file: The Containerfile.
  ///   - folder: Whose files it may copy.
  public init(
    _ images: Images, file: String, folder: String, runner: any BuildRunner,
    report: @escaping @Sendable (Progress) async -> Void = { _ in }
  ) {
    self.images = images
    self.file = file
    self.folder = folder
    self.runner = runner
    self.report = report
  }

  /// The image, and whether anything had to be built for it.
  public func run(as name: ImageReference, ofPack pack: String? = nil) async throws -> (image: Image, isNew: Bool) {
    let recipe = try Containerfile.parse(Files.readText(file), file: file)
    // Layers that no name leads to yet must not be swept.
    let presence = try await sharePresence()
    defer { withExtendedLifetime(presence) {} }
    // Two that build the same at once would do it twice.
    let turn = try await takeTurn()
    defer { withExtendedLifetime(turn) {} }

    let base = try base(of: recipe)
    let context = BuildContext(folder)
    let plan = try BuildPlan(recipe, file: file, base: base.config, baseKey: base.key, context: context)
    let fullName = name.withDefaultTag.description
    if let known = try images.index()[fullName], known.madeFrom == plan.key, known.pack == pack {
      return (try images.image(known.digest, in: images.index()), false)
    }
    try images.checkClaim(of: fullName, ofPack: pack)
    try checkLayers(plan, base)

    var state = try start(plan, base)
    for index in state.done..<plan.steps.count {
      let step = plan.steps[index]
      if step.changesFiles {
        await report(.step(number: index + 1, of: plan.steps.count, text: step.instruction.title))
      }
      let layer = try await perform(step, state.layers, context)
      if let layer { state.layers.append(layer) }
      state.history.append(Self.history(step, isEmpty: layer == nil))
    }
    let manifest = try await finish(plan, state)
    let index = try await images.enter(
      manifest, [fullName], .made(from: plan.key, pack: pack),
      checking: { try images.checkClaim(of: fullName, ofPack: pack) })
    return (try images.image(manifest.digest, in: index), true)
  }

  private func sharePresence() async throws -> FileLock {
    while true {
      if let lock = try FileLock.tryAcquire(images.pullingPath, shared: true) { return lock }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func takeTurn() async throws -> FileLock {
    while true {
      if let lock = try FileLock.tryAcquire(images.path + "/building") { return lock }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  // MARK: The beginning

  private struct Base {
    var key = Containerfile.emptyBase
    var config = ImageConfig()
    var layers: [Layer] = []
    var history: [Document] = []
  }

  private struct Layer {
    var archive: BlobDescriptor
    var diffID: String

    var ofCommand: BuildCommand.Layer { BuildCommand.Layer(archive: archive.digest, diffID: diffID) }
  }

  private struct State {
    var layers: [Layer]
    var history: [Document]
    /// How many steps are done.
    var done = 0
  }

  private func base(of recipe: Containerfile) throws -> Base {
    if recipe.base == Containerfile.emptyBase { return Base() }
    let reference: ImageReference
    do {
      reference = try ImageReference(recipe.base)
    } catch {
      throw ContainerfileError(file: file, line: recipe.baseLine, "\(error)")
    }
    guard let image = try images.find(reference) else {
      throw ContainerfileError(
        file: file, line: recipe.baseLine,
        "there is no image \"\(recipe.base)\" here: FROM takes one that podium images lists, another image of the same pack, or scratch; no registry is asked by a build"
      )
    }
    let content = try ImageContent(image.manifestDigest, in: images.blobs)
    return Base(
      key: image.manifestDigest, config: content.config, layers: Self.layers(content),
      history: try history(of: content))
  }

  private static func layers(_ content: ImageContent) -> [Layer] {
    zip(content.archives, content.diffIDs).map { Layer(archive: $0, diffID: $1) }
  }

  private func history(of content: ImageContent) throws -> [Document] {
    try images.blobs.document(content.configDigest)["history"]?.listValue ?? []
  }

  /// Takes over as much as an image that was built before has of it.
  private func start(_ plan: BuildPlan, _ base: Base) throws -> State {
    var best = State(layers: base.layers, history: base.history)
    let keys = plan.steps.map { Self.mark($0.key) }
    var seen: Set<String> = []
    for entry in try images.index().entries where entry.madeFrom != nil && seen.insert(entry.digest).inserted {
      guard let content = try? ImageContent(entry.digest, in: images.blobs) else { continue }
      let history = try history(of: content)
      guard let place = history.lastIndex(where: { keys[best.done...].contains($0["comment"]?.stringValue ?? "") }),
        let step = keys.firstIndex(of: history[place]["comment"]?.stringValue ?? "")
      else { continue }
      let later = history[(place + 1)...].filter { $0["empty_layer"]?.boolValue != true }.count
      let layers = Self.layers(content)
      guard later <= layers.count else { continue }
      best = State(layers: layers.dropLast(later), history: Array(history[...place]), done: step + 1)
    }
    return best
  }

  /// Even the short names that stand for layers have to fit into the one page of options that the kernel takes for a
  /// mount; other builders stop at about as many.
  private static let mostLayers = 127

  private func checkLayers(_ plan: BuildPlan, _ base: Base) throws {
    let steps = plan.steps.filter(\.changesFiles)
    let room = max(0, Self.mostLayers - base.layers.count)
    guard steps.count > room else { return }
    throw ContainerfileError(
      file: file, line: steps[room].instruction.line,
      "an image has at most \(Self.mostLayers) layers, \(base.layers.count) of them from the image below: join commands by &&"
    )
  }

  // MARK: Steps

  private func perform(_ step: BuildPlan.Step, _ layers: [Layer], _ context: BuildContext) async throws -> Layer? {
    switch step.work {
    case .nothing: return nil
    case .makeDirectory(let path):
      return try await addFiles(step, layers, context) { try $0.makeDirectory(path) }
    case .copy(let sources, let destination, let owner, let mode):
      return try await addFiles(step, layers, context) {
        try $0.copy(sources, to: destination, owner: owner, mode: mode)
      }
    case .run(let words):
      guard !layers.isEmpty else {
        throw ContainerfileError(
          file: file, line: step.instruction.line,
          "\(step.instruction.title): an image from scratch has no program that could be run: copy one first")
      }
      let command = BuildCommand(
        layers: layers.map(\.ofCommand), words: words, environment: step.config.environment,
        workingDirectory: step.config.workingDirectory, user: step.config.user)
      let end = try await runner.run(command)
      if end.code != 0 || !end.remark.isEmpty { throw failure(step, end) }
      return end.layer.map {
        Layer(
          archive: BlobDescriptor(mediaType: MediaType.layer, digest: $0.digest, size: $0.size), diffID: $0.digest)
      }
    }
  }

  private func failure(_ step: BuildPlan.Step, _ end: BuildCommandEnd) -> ContainerfileError {
    let outcome = end.remark.isEmpty ? "ended with exit code \(end.code)" : end.remark
    let output = end.output.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    let said = end.output.isEmpty ? "" : "\n" + output.joined(separator: "\n")
    return ContainerfileError(
      file: file, line: step.instruction.line, "\(step.instruction.title): \(outcome)\(said)")
  }

  private func addFiles(
    _ step: BuildPlan.Step, _ layers: [Layer], _ context: BuildContext, _ add: (inout CopiedFiles) throws -> Void
  ) async throws -> Layer? {
    let listing = RootListing()
    for layer in layers { try listing.add(images.blobs.path(layer.archive.digest)) }
    var files = CopiedFiles(over: listing, from: context)
    do {
      try add(&files)
    } catch let problem as CopiedFiles.Problem {
      throw ContainerfileError(
        file: file, line: step.instruction.line, "\(step.instruction.title): \(problem.message)")
    }
    let entries = files.sorted
    // A folder that is there already needs no layer.
    if case .makeDirectory(let path) = step.work, listing[listing.resolved(path) ?? []] != nil { return nil }
    let (digest, size) = try await images.addLayer(entries)
    return Layer(archive: BlobDescriptor(mediaType: MediaType.layer, digest: digest, size: size), diffID: digest)
  }

  // MARK: The end

  private static let created: Document = "2025-01-01T00:00:00Z"

  private static func mark(_ key: String) -> String { "podium build \(key)" }

  private static func history(_ step: BuildPlan.Step, isEmpty: Bool) -> Document {
    var document: Document = [
      "created": created, "created_by": .string(step.instruction.text), "comment": .string(mark(step.key)),
    ]
    if isEmpty { document["empty_layer"] = true }
    return document
  }

  private func finish(_ plan: BuildPlan, _ state: State) async throws -> BlobDescriptor {
    let document: Document = [
      "created": Self.created, "architecture": .string(ImagePlatform.own.architecture), "os": "linux",
      "config": plan.finalConfig.document,
      "rootfs": ["type": "layers", "diff_ids": .list(state.layers.map { .string($0.diffID) })],
      "history": .list(state.history),
    ]
    let lock = try await images.lockInTurn()
    defer { withExtendedLifetime(lock) {} }
    let config = try images.blobs.add(document.json(), mediaType: MediaType.config)
    let manifest: Document = [
      "schemaVersion": 2, "mediaType": .string(MediaType.manifest), "config": config.document,
      "layers": .list(state.layers.map(\.archive.document)),
    ]
    return try images.blobs.add(manifest.json(), mediaType: MediaType.manifest)
  }
}

extension Images {
  /// Packs a layer and answers its digest and size.
  func addLayer(_ entries: [LayerEntry]) async throws -> (digest: String, size: Int) {
    let lock = try await lockInTurn()
    defer { withExtendedLifetime(lock) {} }
    let draft = drafts + "/archive"
    let (digits, size) = try LayerWriter.write(entries, to: draft)
    try blobs.adopt(draft, "sha256:" + digits)
    return ("sha256:" + digits, size)
  }

  /// Packs what a container has changed; nil when that is nothing. To be called where the files' users are known.
  public func addLayer(ofChangesIn upper: String) async throws -> (digest: String, size: Int)? {
    let entries = try ChangedFiles.entries(of: upper)
    return entries.isEmpty ? nil : try await addLayer(entries)
  }

  /// Where layers are unpacked, lowest first; those that are not are unpacked now, by the process that will use them.
  public func prepareLayers(_ layers: [BuildCommand.Layer]) throws -> [String] {
    let lock = try lock()
    defer { withExtendedLifetime(lock) {} }
    var places: [String] = []
    for layer in layers where BlobDescriptor.isDigest(layer.archive) && BlobDescriptor.isDigest(layer.diffID) {
      let target = unpackedPath(layer.diffID)
      if !Files.isDirectory(target) { try unpack(layer.archive, to: target, expecting: layer.diffID) }
      // A layer that comes twice counts where it lies highest.
      places.removeAll { $0 == target }
      places.append(target)
    }
    return places
  }
}

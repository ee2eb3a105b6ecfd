internal import ImageStore
internal import SystemIO

/// The images that a pack of lessons brings, on their way into the store of this machine.
///
/// They bear names of the pack's own, no registry is asked, and they go with the pack.
public struct PackImageSupply: Sendable {
  /// What an image comes from, as a path in the pack's folder.
  public enum Source: Sendable, Equatable {
    case layout(String)
    case archive(String)
    /// Its folder is the one whose files it may copy.
    case containerfile(String)

    var path: String {
      switch self {
      case .layout(let path), .archive(let path), .containerfile(let path): path
      }
    }
  }

  public struct Item: Sendable {
    public var name: String
    public var source: Source
    /// Where `pack.yaml` lists it.
    public var line: Int

    public init(name: String, source: Source, line: Int) {
      self.name = name
      self.source = source
      self.line = line
    }
  }

  /// Something that keeps an image from coming into being: the file, the line, and what is wrong.
  public struct Problem: Error, CustomStringConvertible, Sendable, Equatable {
    public var file: String
    public var line: Int
    public var message: String

    public var description: String { "\(file):\(line): \(message)" }
  }

  private let pack: String
  private let folder: String
  private let items: [Item]

  /// - Parameters:
  ///   - pack: Its id.
  ///   - folder: Where its `pack.yaml` lies.
  public init(pack: String, folder: String, items: [Item]) {
    self.pack = pack
    self.folder = folder
    self.items = items
  }

  // MARK: Bringing them in

  /// Makes sure that every image is there as the pack has it; what was brought in before is not touched.
  ///
  /// - Parameters:
  ///   - report: Told what takes time.
  public func supply(
    _ paths: ClusterPaths, report: @escaping @Sendable (String) async -> Void
  ) async throws {
    if items.isEmpty { return try await Self.removeImages(of: pack, paths) }
    let images = try Images.open(at: paths.images)
    try images.ensureBuiltIns()
    let names = try items.map { try reference($0).description }
    var hasChanged = try !images.removeImages(ofPack: pack, except: Set(names)).isEmpty
    do {
      for item in try inOrder() where try await supply(item, images, paths, report) { hasChanged = true }
    } catch {
      await Self.sweep(paths)
      throw error
    }
    if hasChanged { await Self.sweep(paths) }
  }

  /// Takes away what a pack has brought; containers that run go on.
  public static func removeImages(of pack: String, _ paths: ClusterPaths) async throws {
    guard Files.exists(paths.images) else { return }
    if try Images.open(at: paths.images).removeImages(ofPack: pack).isEmpty { return }
    await sweep(paths)
  }

  /// Layers of what was there before, and of builds that did not come to their end.
  private static func sweep(_ paths: ClusterPaths) async { _ = try? await MachineImages(paths).prune(all: false) }

  private func supply(
    _ item: Item, _ images: Images, _ paths: ClusterPaths,
    _ report: @escaping @Sendable (String) async -> Void
  ) async throws -> Bool {
    let name = try reference(item)
    let path = try place(of: item)
    do {
      switch item.source {
      case .layout, .archive:
        let key = try Images.importKey(of: path)
        if try images.isMade(name, from: key, ofPack: pack) { return false }
        await report("image \(item.name): importing \(item.source.path)")
        return try images.importImage(from: path, as: name, ofPack: pack, key: key)
      case .containerfile:
        let build = ImageBuild(images, file: path, folder: path.parentDirectory, runner: NodeRunner(paths: paths)) {
          progress in
          guard case .step(let number, let count, let text) = progress else { return }
          await report("image \(item.name): step \(number) of \(count): \(text)")
        }
        return try await build.run(as: name, ofPack: pack).isNew
      }
    } catch let error as ImageStoreError {
      throw problem(item, "\(error)")
    }
  }

  /// An image that another one of the pack begins with comes first.
  private func inOrder() throws -> [Item] {
    var ordered: [Item] = []
    func add(_ item: Item, _ above: [String]) throws {
      if ordered.contains(where: { $0.name == item.name }) { return }
      if above.contains(item.name) {
        throw problem(item, "the image \(item.name) begins with itself, by way of \(above.joined(separator: ", "))")
      }
      if let base = try recipe(item)?.base, let other = items.first(where: { Self.isSame($0.name, base) }) {
        try add(other, above + [item.name])
      }
      ordered.append(item)
    }
    for item in items { try add(item, []) }
    return ordered
  }

  private static func isSame(_ one: String, _ other: String) -> Bool {
    guard let one = try? ImageReference(one), let other = try? ImageReference(other) else { return false }
    return one.withDefaultTag == other.withDefaultTag
  }

  // MARK: Looking without a cluster

  /// What is wrong with the images, as far as reading tells.
  public func problems() -> [Problem] {
    var problems: [Problem] = []
    for item in items {
      do {
        let path = try place(of: item)
        if case .layout = item.source, !Files.exists(path + "/index.json") {
          throw problem(item, "\(item.source.path) is no image layout: there is no index.json in it")
        }
        if let recipe = try recipe(item), let problem = foreignBase(recipe, path) { problems.append(problem) }
      } catch let error as Problem {
        problems.append(error)
      } catch let error as ContainerfileError {
        problems.append(Problem(file: error.file, line: error.line, message: error.message))
      } catch {
        problems.append(problem(item, "\(error)"))
      }
    }
    if problems.isEmpty {
      do {
        _ = try inOrder()
      } catch {
        problems += [error as? Problem].compactMap(\.self)
      }
    }
    return problems
  }

  /// What only some machines have makes a pack that works on some machines.
  private func foreignBase(_ recipe: Containerfile, _ path: String) -> Problem? {
    if Images.isBuiltIn(recipe.base) || items.contains(where: { Self.isSame($0.name, recipe.base) }) { return nil }
    return Problem(
      file: path, line: recipe.baseLine,
      message:
        "FROM \(recipe.base) is neither an image that every machine has nor one of this pack: the pack would have to bring it as a layout or an archive"
    )
  }

  // MARK: Items

  private func problem(_ item: Item, _ message: String) -> Problem {
    // It may have names from within an archive in it.
    Problem(file: folder + "/pack.yaml", line: item.line, message: message.withoutTerminalControl)
  }

  private func reference(_ item: Item) throws -> ImageReference {
    do {
      return try ImageReference(item.name).withDefaultTag
    } catch {
      throw problem(item, "\(error)")
    }
  }

  private func recipe(_ item: Item) throws -> Containerfile? {
    guard case .containerfile = item.source else { return nil }
    let path = try place(of: item)
    return try Containerfile.parse(Files.readText(path), file: path)
  }

  /// The whole path of a source, which nothing on the way leads out of the pack.
  private func place(of item: Item) throws -> String {
    let path = folder + "/" + item.source.path
    do throws(SystemCallError) {
      guard try Files.exists(item.source.path, beneath: folder) else {
        throw SystemCallError("open", errno: 2)
      }
    } catch {
      let reason =
        error.errno == 2 ? "there is no \(item.source.path) in the pack" : "\(item.source.path) leads out of the pack"
      throw problem(item, "the image \(item.name) cannot be made: \(reason)")
    }
    if case .layout = item.source { return path }
    guard Files.kind(of: path) == .regular else { throw problem(item, "\(item.source.path) is no file") }
    return path
  }
}

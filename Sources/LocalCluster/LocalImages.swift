internal import ContainerRuntime
internal import ImageStore
internal import LinuxRuntime
internal import SystemIO

/// The images of this machine, as a node's runtime asks for them.
struct LocalImages: ImageSource {
  let images: Images
  /// Asks registries for this process, which is in a network without a way out.
  let registries: RemotePuller
  /// Knows who else on this machine uses an image.
  let remover: RemoteRemover
  /// Images that are being built, which nobody else can find.
  let drafts = DraftImages()

  func find(_ reference: String) async throws(RuntimeError) -> ContainerImage? {
    if let draft = drafts[reference] { return draft }
    guard let image = try lookUp(reference) else { return nil }
    return try container(image, reference)
  }

  private func container(_ image: Image, _ reference: String) throws(RuntimeError) -> ContainerImage {
    do {
      try images.prepareLayers(of: image)
    } catch {
      throw RuntimeError(.imagePullFailed, "failed to unpack image \"\(reference)\": \(error)")
    }
    var container = ContainerImage(image)
    container.info.lacksOwners = images.lacksOwners(image)
    return container
  }

  /// Only what a registry has given is asked for again. A stand-in, or what somebody has imported, answers for its name
  /// until somebody pulls that name with `podium images pull`.
  func pull(_ reference: String, logins: [String]) async throws(RuntimeError) -> ContainerImage {
    let known = try lookUp(reference)
    if let known, !known.isPulled { return try container(known, reference) }
    do throws(PullError) {
      try await registries.pull(reference, logins: logins)
    } catch {
      switch error.code {
      case .offline:
        if let known { return try container(known, reference) }
        throw try unknown(reference)
      case .notFound: throw RuntimeError(.imageNotFound, error.description)
      case .unknown, .failedPrecondition: throw RuntimeError(.imagePullFailed, error.description)
      }
    }
    if let image = try await find(reference) { return image }
    throw RuntimeError(.imagePullFailed, "image \"\(reference)\" was pulled and is gone again")
  }

  /// What Docker Hub would say, and as quickly, where nobody can be asked.
  private func unknown(_ reference: String) throws(RuntimeError) -> RuntimeError {
    let name = (try? ImageReference(reference).withDefaultTag.description) ?? reference
    let failure = "failed to pull and unpack image \"\(name)\": failed to resolve reference \"\(name)\": "
    if try isKnownRepository(reference) {
      return RuntimeError(.imageNotFound, "rpc error: code = NotFound desc = \(failure)\(name): not found")
    }
    // A registry does not tell whether a repository is absent or private.
    return RuntimeError(
      .imagePullFailed,
      failure + "pull access denied, repository does not exist or may require authorization: "
        + "server message: insufficient_scope: authorization failed")
  }

  /// Whether there is any image of that name, whatever its tag.
  private func isKnownRepository(_ reference: String) throws(RuntimeError) -> Bool {
    guard let wanted = try? ImageReference(reference) else { return false }
    return try list().contains { image in
      image.names.contains { name in
        guard let known = try? ImageReference(name) else { return false }
        return known.domain == wanted.domain && known.path == wanted.path
      }
    }
  }

  func remove(_ id: String) async throws(RuntimeError) -> Bool {
    do {
      return try await remover.remove(id)
    } catch {
      throw RuntimeError(.failed, "\(error)")
    }
  }

  func fileSystem() -> FileSystemRoom {
    FileSystemRoom(
      capacityBytes: Machine.diskBytes(at: images.path), availableBytes: Machine.freeDiskBytes(at: images.path))
  }

  func list() throws(RuntimeError) -> [ImageInfo] {
    do {
      return try images.list().map(ImageInfo.init)
    } catch {
      throw RuntimeError(.failed, "the images in \(images.path) cannot be listed: \(error)")
    }
  }

  /// By a name, or by the id under which a container was promised its image.
  private func lookUp(_ reference: String) throws(RuntimeError) -> Image? {
    if reference.hasPrefix("sha256:") {
      do {
        return try images.list().first { $0.id == reference }
      } catch {
        throw RuntimeError(.failed, "the images in \(images.path) cannot be listed: \(error)")
      }
    }
    let name: ImageReference
    do {
      name = try ImageReference(reference)
    } catch {
      throw RuntimeError(.invalidImageName, "\(error)")
    }
    do {
      return try images.find(name)
    } catch {
      throw RuntimeError(.failed, "image \"\(reference)\" cannot be read: \(error)")
    }
  }
}

extension ContainerImage {
  init(_ image: Image) {
    self.init(info: ImageInfo(image), layers: image.layers)
    entrypoint = image.config.entrypoint
    arguments = image.config.command
    environment = image.config.environment
    workingDirectory = image.config.workingDirectory
  }
}

extension ImageInfo {
  init(_ image: Image) {
    self.init(
      id: image.id, names: image.names, digest: image.digest, size: Int64(image.size), isStandIn: image.isStandIn,
      user: image.config.user, stopSignal: image.config.stopSignal, isPinned: !image.isOfNodes)
  }
}

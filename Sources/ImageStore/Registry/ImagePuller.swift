internal import Digests
internal import Documents
internal import Glibc
internal import SystemIO

/// Brings images from registries into the store.
public struct ImagePuller: Sendable {
  private let images: Images
  private let settings: RegistrySettings
  private let transport: any RegistryTransport

  public init(images: Images, settings: RegistrySettings, transport: any RegistryTransport) {
    self.images = images
    self.settings = settings
    self.transport = transport
  }

  /// Asks the registry for what the name stands for now, and fetches what is not here yet.
  ///
  /// The layers are left packed: whoever is to use them unpacks them.
  ///
  /// - Parameter forNode: A pod needs it; what was pulled by hand before stays so.
  @discardableResult
  public func pull(
    _ reference: ImageReference, credentials: RegistryCredentials = RegistryCredentials(), forNode: Bool = false,
    report: @escaping @Sendable (PullProgress) -> Void = { _ in }
  ) async throws(PullError) -> Image {
    var reference = reference.withDefaultTag
    if reference.digest != nil { reference.tag = nil }
    var logins: [RegistryCredential?] = credentials.matching(reference)
    if logins.isEmpty { logins = [nil] }
    var errors: [PullError] = []
    for login in logins {
      do {
        let pull = RegistryPull(
          reference: reference, login: login, forNode: forNode, images: images, settings: settings,
          transport: transport, report: report)
        return try await pull.run()
      } catch {
        let failure = Self.described(error).during("failed to pull and unpack image \"\(reference)\"")
        if failure.code == .offline || Task.isCancelled { throw failure }
        if !errors.contains(failure) { errors.append(failure) }
      }
    }
    if errors.count == 1 { throw errors[0] }
    throw PullError(.unknown, "[" + errors.map(\.description).joined(separator: ", ") + "]")
  }

  private static func described(_ error: any Error) -> PullError {
    switch error {
    case let error as PullError: error
    case let error as AuthorizationRefused: PullError(.unknown, error.message)
    case is CancellationError: PullError(.unknown, "context canceled")
    default: PullError(.unknown, "\(error)")
    }
  }
}

/// One attempt to pull an image, with one login or none.
private struct RegistryPull {
  let reference: ImageReference
  let login: RegistryCredential?
  let forNode: Bool
  let images: Images
  let settings: RegistrySettings
  let transport: any RegistryTransport
  let report: @Sendable (PullProgress) -> Void

  /// How many blobs are fetched at the same time.
  private static let width = 3
  private static let manifestLimit = 4 << 20
  private static let indexTypes = [MediaType.index, "application/vnd.docker.distribution.manifest.list.v2+json"]
  private static let manifestTypes =
    (["application/vnd.docker.distribution.manifest.v2+json", MediaType.manifest] + indexTypes + ["*/*"])
    .joined(separator: ", ")

  func run() async throws -> Image {
    // As long as this is held, nobody removes blobs that no name leads to yet.
    var presence: FileLock?
    while presence == nil {
      presence = try FileLock.tryAcquire(images.pullingPath, shared: true)
      if presence == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
    defer { withExtendedLifetime(presence) {} }

    let (session, digest) = try await resolve()
    let (manifest, bytes) = try await choose(digest, session)
    try await fetchBlobs(of: manifest.document, digest, session)

    let lock = try await images.lockInTurn()
    defer { withExtendedLifetime(lock) {} }
    var descriptor = try images.blobs.add(bytes, mediaType: manifest.mediaType)
    descriptor.annotations = [:]
    _ = try ImageContent(descriptor.digest, in: images.blobs)
    let name = reference.description
    let index = try images.changeIndex { index in
      let isOfNode = forNode && index[name]?.isOfNode ?? true
      index.set([name], descriptor, origin: .pulled(digest: digest, forNode: isOfNode))
    }
    return try images.image(descriptor.digest, in: index, of: reference.repository)
  }

  // MARK: Names

  /// Finds a server that knows the name, and what the name stands for.
  private func resolve() async throws -> (RegistrySession, digest: String) {
    let step = "failed to resolve reference \"\(reference)\""
    let hosts = settings.hosts(of: reference.domain).filter { settings.mayReach($0.address) }
    if hosts.isEmpty { throw PullError(.offline, "\(step): the reach of registries is \(settings.reach)") }
    var first: PullError?
    for host in hosts {
      let session = RegistrySession(
        host, repository: reference.path, credential: login, settings: settings, transport: transport)
      do {
        if let digest = try await digest(session) { return (session, digest) }
      } catch let error as PullError {
        first = first ?? error
      } catch let error as AuthorizationRefused {
        first =
          first
          ?? PullError(
            .unknown, "pull access denied, repository does not exist or may require authorization: \(error.message)")
      }
    }
    throw (first ?? .notFound("\(reference)")).during(step)
  }

  /// Nil when the server does not know the name.
  private func digest(_ session: RegistrySession) async throws -> String? {
    let path = "manifests/" + (reference.digest ?? reference.tag ?? "latest")
    let answer = try await session.request("HEAD", path, [("Accept", Self.manifestTypes)])
    switch answer.status {
    case 200...299: break
    case 404: return nil
    // Some servers give manifests and do not know this way of asking for them.
    case 405: break
    case let status: throw RegistrySession.unexpected(status, "HEAD", session.url(path))
    }
    if let digest = reference.digest { return digest }
    if let digest = answer.header("Docker-Content-Digest"), BlobDescriptor.isDigest(digest) { return digest }
    // A server that does not say: what it gives is what the name stands for.
    let content = try await session.request("GET", path, [("Accept", Self.manifestTypes)])
    if content.status == 404 { return nil }
    guard (200...299).contains(content.status) else {
      throw RegistrySession.unexpected(content.status, "GET", session.url(path))
    }
    return "sha256:" + SHA256.hexadecimal(of: try await content.wholeBody(limit: Self.manifestLimit))
  }

  // MARK: Manifests

  private struct Manifest {
    var document: Document
    var mediaType: String
  }

  /// The manifest for this machine, by way of an index if there is one.
  private func choose(
    _ digest: String, _ session: RegistrySession, depth: Int = 0
  ) async throws -> (Manifest, [UInt8]) {
    let (manifest, bytes) = try await manifest(digest, session)
    guard let alternatives = manifest.document["manifests"]?.listValue else { return (manifest, bytes) }
    if depth < Self.deepestIndex {
      for candidate in ImagePlatform.candidates(alternatives.compactMap { BlobDescriptor($0) }) {
        // What does not say for which machine it is may be for another one, or no image at all.
        if candidate.platform == nil, try await !isImageForHere(candidate, session) { continue }
        return try await choose(candidate.digest, session, depth: depth + 1)
      }
    }
    throw PullError(.notFound, "no match for platform in manifest: not found")
  }

  /// How many indexes may lead to an image.
  private static let deepestIndex = 4

  private func isImageForHere(_ candidate: BlobDescriptor, _ session: RegistrySession) async throws -> Bool {
    if Self.indexTypes.contains(candidate.mediaType) { return true }
    guard let manifest = try? await manifest(candidate.digest, session).0.document,
      let config = manifest["config"].flatMap({ BlobDescriptor($0) })
    else { return false }
    let answer = try await Self.open(session, "blobs/" + config.digest, [])
    let document = try? Document.parse(json: await answer.wholeBody(limit: Self.manifestLimit))
    return document.flatMap { ImagePlatform($0) }?.runsHere == true
  }

  private func manifest(_ digest: String, _ session: RegistrySession) async throws -> (Manifest, [UInt8]) {
    let path = "manifests/" + digest
    let answer = try await Self.open(session, path, [("Accept", Self.manifestTypes)])
    let bytes: [UInt8]
    do {
      bytes = try await answer.wholeBody(limit: Self.manifestLimit)
    } catch let failure as RegistryFailure {
      throw PullError(.unknown, "failed to copy: \(failure)")
    }
    let actual = "sha256:" + SHA256.hexadecimal(of: bytes)
    let document = try? Document.parse(json: bytes)
    let isIndex = document?["manifests"] != nil
    if actual != digest {
      let isSaidToBeIndex = Self.indexTypes.contains(answer.header("Content-Type") ?? "")
      throw BlobDownload.otherDigest(actual, expected: digest, isSaidToBeIndex ? "index" : "manifest")
    }
    guard let document, isIndex || document["config"]?["digest"] != nil else {
      let type = document?["mediaType"]?.stringValue ?? answer.header("Content-Type") ?? "unknown"
      throw PullError(.unknown, "the manifest \(digest) is of a kind that is not supported: \(type)")
    }
    let type = document["mediaType"]?.stringValue ?? answer.header("Content-Type") ?? MediaType.manifest
    return (Manifest(document: document, mediaType: type), bytes)
  }

  // MARK: Blobs

  private func fetchBlobs(of manifest: Document, _ digest: String, _ session: RegistrySession) async throws {
    guard let config = manifest["config"].flatMap({ BlobDescriptor($0) }), let list = manifest["layers"]?.listValue,
      case let layers = list.compactMap({ BlobDescriptor($0) }), layers.count == list.count
    else { throw PullError(.unknown, "the manifest does not list a configuration and layers by their digests") }
    var wanted: [BlobDescriptor] = []
    for blob in [config] + layers where !wanted.contains(where: { $0.digest == blob.digest }) { wanted.append(blob) }
    report(
      .resolved(
        digest: digest,
        blobs: wanted.map {
          PullProgress.Blob(
            digest: $0.digest, size: $0.size, isPresent: images.blobs.holds($0.digest, size: $0.size))
        }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, blob) in wanted.enumerated() {
        if index >= Self.width { try await group.next() }
        group.addTask { [images, report] in
          let download = BlobDownload(
            blob: blob, kind: index == 0 ? "config" : "layer", images: images,
            open: { offset in
              try await Self.open(
                session, "blobs/" + blob.digest, offset > 0 ? [("Range", "bytes=\(offset)-")] : [])
            }, report: report)
          do {
            try await download.run()
          } catch let failure as RegistryFailure {
            throw PullError(.unknown, "failed to copy: \(failure)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func open(
    _ session: RegistrySession, _ path: String, _ headers: [(name: String, value: String)]
  ) async throws -> RegistryAnswer {
    let step = "failed to copy: httpReadSeeker: failed open"
    let answer: RegistryAnswer
    do {
      answer = try await session.request("GET", path, headers)
    } catch let error as PullError {
      throw error.during(step)
    } catch let error as AuthorizationRefused {
      throw PullError(.unknown, "\(step): \(error.message)")
    }
    switch answer.status {
    case 200...299: return answer
    case 404: throw PullError.notFound("\(step): content at \(session.url(path))")
    case let status:
      let text = RegistrySession.statusText(status)
      let words = await serverMessage(answer).map { " - Server message: \($0)" } ?? ""
      throw PullError(.unknown, "\(step): unexpected status code \(session.url(path)): \(text)\(words)")
    }
  }

  /// What the registry says about its refusal, as it is meant for people.
  private static func serverMessage(_ answer: RegistryAnswer) async -> String? {
    guard let bytes = try? await answer.wholeBody(limit: 65_536), let document = try? Document.parse(json: bytes) else {
      return nil
    }
    let errors = (document["errors"]?.listValue ?? []).compactMap { error -> String? in
      guard let code = error["code"]?.stringValue else { return nil }
      let words = code.lowercased().split(separator: "_").joined(separator: " ")
      let message = error["message"]?.stringValue ?? ""
      return message.isEmpty ? words : "\(words): \(message)"
    }
    return errors.isEmpty ? nil : errors.count == 1 ? errors[0] : "errors:\n" + errors.joined(separator: "\n") + "\n"
  }
}

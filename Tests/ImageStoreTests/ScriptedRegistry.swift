import Digests
import Documents
import Synchronization
import SystemIO
import TestSupport

@testable import ImageStore

/// A registry without sockets: it serves what a store holds, notes what it is asked, and misbehaves when told to.
final class ScriptedRegistry: RegistryTransport {
  struct Faults: Sendable {
    /// Breaks the connection so many times after so many bytes of a blob.
    var breaks = 0
    var breakAfter = 1000
    var hasRanges = true
    /// Changes the bytes of what has this digest on their way.
    var corrupted: String?
    /// Sends more bytes than there are.
    var isEndless = false
    /// Answers blobs with a redirect to this place.
    var blobsAreAt: String?
    /// What must stand in the `Authorization` field, and how to ask for it.
    var authorization: String?
    var challenge = ""
    /// What the token server wants to be told, and the token that it gives.
    var login: String?
    var token = ""
    /// Refused connections, by address.
    var down: Set<String> = []
    /// Puts off so many requests, with this status and these words.
    var putOff = 0
    var status = 429
    var words = ""
    var putsOffBlobsOnly = false
    /// Knows no way to ask for a manifest without its bytes.
    var hasNoHead = false
    /// Waits before each piece of a blob.
    var pause = Duration.zero
  }

  struct Asked: Sendable, Equatable {
    var method: String
    var url: String
    var authorization: String?
    var range: String?
  }

  private let contents: [String: [UInt8]]
  private let tags: Mutex<[String: String]>
  let faults: Mutex<Faults>
  private let log = Mutex<[Asked]>([])

  /// Serves the bytes under their digests, and some of them under tags.
  init(_ contents: [[UInt8]], tags: [String: [UInt8]], _ faults: Faults = Faults()) {
    self.contents = Dictionary(contents.map { (digest(of: $0), $0) }) { $1 }
    self.tags = Mutex(tags.mapValues(digest))
    self.faults = Mutex(faults)
  }

  var asked: [Asked] { log.withLock(\.self) }
  func asked(_ method: String, _ part: String) -> [Asked] {
    asked.filter { $0.method == method && $0.url.contains(part) }
  }

  func send(_ request: RegistryRequest) async throws(RegistryFailure) -> RegistryAnswer {
    func field(_ name: String) -> String? { request.headers.first { $0.name == name }?.value }
    let authorization = field("Authorization")
    log.withLock {
      $0.append(
        Asked(method: request.method, url: request.url, authorization: authorization, range: field("Range")))
    }
    let faults = faults.withLock(\.self)
    let address = RegistryHost.address(of: request.url)
    if faults.down.contains(address) {
      throw RegistryFailure(.other, "dial tcp \(address): connect: connection refused")
    }
    if address.hasPrefix("token.") {
      guard authorization == faults.login else { return answer(401) }
      return answer(200, body: Array("{\"token\":\"\(faults.token)\"}".utf8))
    }
    if address.hasPrefix("store.") { return try blob(request, faults) }
    if let wanted = faults.authorization, wanted != authorization {
      return answer(401, ["WWW-Authenticate": faults.challenge])
    }
    if faults.putOff > 0, !faults.putsOffBlobsOnly || request.url.contains("/blobs/") {
      self.faults.withLock { $0.putOff -= 1 }
      return answer(faults.status, ["Retry-After": "0"], body: Array(faults.words.utf8))
    }
    let name = String(request.url.prefix { $0 != "?" }.split(separator: "/").last ?? "")
    if request.url.contains("/manifests/") {
      if faults.hasNoHead, request.method == "HEAD" { return answer(405) }
      guard let digest = tags.withLock({ $0[name] }) ?? (contents[name] == nil ? nil : name) else { return answer(404) }
      let bytes = served(digest, faults)
      let type = (try? Document.parse(json: contents[digest] ?? []))?["mediaType"]?.stringValue ?? ""
      return answer(
        200, ["Docker-Content-Digest": digest, "Content-Type": type], body: request.method == "HEAD" ? [] : bytes)
    }
    if let place = faults.blobsAreAt { return answer(307, ["Location": "\(place)/\(name)?signed=a%2Fb"]) }
    return try blob(request, faults)
  }

  private func served(_ digest: String, _ faults: Faults) -> [UInt8] {
    let bytes = contents[digest] ?? []
    return digest == faults.corrupted ? bytes.dropLast() + [0x20] : bytes
  }

  private func blob(_ request: RegistryRequest, _ faults: Faults) throws(RegistryFailure) -> RegistryAnswer {
    let name = String(request.url.prefix { $0 != "?" }.split(separator: "/").last ?? "")
    guard contents[name] != nil else { return answer(404) }
    var bytes = served(name, faults)
    if faults.isEndless { bytes += bytes }
    var offset = 0
    if faults.hasRanges, let range = request.headers.first(where: { $0.name == "Range" })?.value {
      offset = Int(range.split(whereSeparator: { "=-".contains($0) })[1]) ?? 0
    }
    let ending = faults.breaks > 0 && bytes.count - offset > faults.breakAfter ? offset + faults.breakAfter : nil
    if ending != nil { self.faults.withLock { $0.breaks -= 1 } }
    let state = Mutex(offset)
    let (content, first) = (bytes, offset)
    let pause = faults.pause
    return RegistryAnswer(
      status: offset > 0 ? 206 : 200,
      header: { $0 == "Content-Range" && first > 0 ? "bytes \(first)-\(content.count - 1)/\(content.count)" : nil },
      next: {
        try await Task.sleep(for: pause)
        let begin = state.withLock(\.self)
        if let ending, begin >= ending { throw RegistryFailure(.interrupted, "unexpected EOF") }
        if begin == content.count { return nil }
        let end = min(begin + 500, ending ?? content.count)
        state.withLock { $0 = end }
        return Array(content[begin..<end])
      })
  }

  private func answer(_ status: Int, _ headers: [String: String] = [:], body: [UInt8] = []) -> RegistryAnswer {
    let rest = Mutex(body)
    return RegistryAnswer(
      status: status, header: { headers[$0] },
      next: {
        rest.withLock { rest in
          defer { rest = [] }
          return rest.isEmpty ? nil : rest
        }
      })
  }
}

func digest(of bytes: [UInt8]) -> String { "sha256:" + SHA256.hexadecimal(of: bytes) }

/// An image as a registry holds it: its own manifest, and an index that has it among others.
struct RemoteImage {
  let manifest: [UInt8]
  let index: [UInt8]
  let blobs: [[UInt8]]
  let config: String
  let layer: String

  init(_ folder: TemporaryFolder) throws {
    let origin = try Images.open(at: folder.path("origin"))
    let image = try origin.importImages(from: dockerArchive(folder, tags: ["tool"]))[0]
    blobs = try Files.list(origin.blobs.folder).map { try Files.read(origin.blobs.folder + "/" + $0) }
    manifest = try Files.read(origin.blobs.path(image.manifestDigest))
    config = image.id
    let layers = try Document.parse(json: manifest)["layers"]?.listValue ?? []
    layer = layers.last?["digest"]?.stringValue ?? ""
    index = Self.index(of: manifest, platforms: [["os": "linux", "architecture": "s390x"], Self.own])
  }

  static let own: Document = ["os": "linux", "architecture": .string(ImagePlatform.own.architecture)]

  /// An index in which every entry is that manifest, each for another machine; one without a machine does not say.
  static func index(
    of manifest: [UInt8], platforms: [Document], type: String = MediaType.manifest
  ) -> [UInt8] {
    let document: Document = [
      "schemaVersion": 2, "mediaType": .string(MediaType.index),
      "manifests": .list(
        platforms.map { platform in
          [
            "mediaType": .string(type), "platform": platform, "size": .integer(manifest.count),
            "digest": .string(
              platform == own || platform.isNull ? digest(of: manifest) : "sha256:" + String(repeating: "0", count: 64)),
          ]
        }),
    ]
    return document.json()
  }

  func registry(_ faults: ScriptedRegistry.Faults = .init()) -> ScriptedRegistry {
    ScriptedRegistry(blobs + [index], tags: ["1": index, "plain": manifest], faults)
  }
}

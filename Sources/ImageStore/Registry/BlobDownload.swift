internal import Digests
internal import Glibc
internal import SystemIO

/// Fetches one blob into the store. Of several who want the same one, one fetches and the others wait.
struct BlobDownload {
  let blob: BlobDescriptor
  /// What error messages call it: `layer` or `config`.
  let kind: String
  let images: Images
  /// Asks for the blob from that byte on.
  let open: (Int) async throws -> RegistryAnswer
  let report: (PullProgress) -> Void

  func run() async throws {
    while true {
      if images.blobs.holds(blob.digest, size: blob.size) { break }
      if let file = try DownloadFile.claim(images.downloads + "/" + blob.digest.dropFirst("sha256:".count)) {
        // However this ends, nothing half-written stays.
        defer { file.discard() }
        if images.blobs.holds(blob.digest, size: blob.size) { break }
        let hasRemains = file.size > 0
        do {
          try await fetch(into: file)
        } catch let error as PullError where hasRemains && error.code == .failedPrecondition {
          // What a killed process left was not the beginning of this blob.
          try file.empty()
          try await fetch(into: file)
        }
        try file.adopt(as: images.blobs.path(blob.digest))
        break
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    report(.complete(digest: blob.digest))
  }

  private func fetch(into file: DownloadFile) async throws {
    if file.size > blob.size { try file.empty() }
    // A killed process may have fetched all of it.
    if file.size < blob.size || blob.size == 0 { try await receiveAll(into: file) }
    let reference = "\(kind)-\(blob.digest)"
    if file.size > blob.size {
      throw PullError(
        .failedPrecondition,
        "failed commit on ref \"\(reference)\": \"\(reference)\" failed size validation: more than \(blob.size) bytes: failed precondition"
      )
    }
    let actual = file.finishDigest()
    if actual != blob.digest { throw Self.otherDigest(actual, expected: blob.digest, kind) }
  }

  /// A connection that breaks is made again, and goes on where it broke.
  private func receiveAll(into file: DownloadFile) async throws {
    for failures in 1... {
      do {
        return try await receive(into: file)
      } catch let failure as RegistryFailure {
        if failure.cause != .interrupted || failures > 4 { throw failure }
        try await Task.sleep(for: .milliseconds(50 << failures))
      }
    }
  }

  private func receive(into file: DownloadFile) async throws {
    let answer = try await open(file.size)
    // A server without ranges begins again.
    if file.size > 0, answer.status != 206 || !isContinuation(answer, from: file.size) { try file.empty() }
    while let piece = try await answer.next() {
      try file.write(piece)
      // More than was promised is not worth waiting for.
      if file.size > blob.size { return }
      report(.received(digest: blob.digest, bytes: file.size))
    }
    if file.size < blob.size { throw RegistryFailure(.interrupted, "unexpected EOF") }
  }

  private func isContinuation(_ answer: RegistryAnswer, from offset: Int) -> Bool {
    answer.header("Content-Range")?.hasPrefix("bytes \(offset)-") ?? false
  }

  static func otherDigest(_ actual: String, expected: String, _ kind: String) -> PullError {
    PullError(
      .failedPrecondition,
      "failed commit on ref \"\(kind)-\(expected)\": unexpected commit digest \(actual), expected \(expected): failed precondition"
    )
  }
}

/// A file in which a blob grows and is digested, and which one process at a time may write.
private final class DownloadFile {
  private let path: String
  private let descriptor: Int32
  private var isAdopted = false
  private var digest = SHA256()
  private(set) var size = 0

  /// Nil while somebody else has it.
  static func claim(_ path: String) throws -> DownloadFile? {
    let descriptor = try Files.open(path, O_RDWR | O_CREAT, mode: 0o644)
    var own = stat()
    var named = stat()
    // Between opening and locking, whoever had it may have finished: then the name belongs to another file, or none.
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &own) == 0, stat(path, &named) == 0,
      own.st_ino == named.st_ino
    {
      let file = DownloadFile(path, descriptor)
      try file.takeUp()
      return file
    }
    close(descriptor)
    return nil
  }

  private init(_ path: String, _ descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Goes on after what a killed process had fetched.
  private func takeUp() throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try systemCall("read", on: path) { read(descriptor, buffer.baseAddress!, buffer.count) }
      if count == 0 { return }
      digest.update(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
      size += count
    }
  }

  func empty() throws {
    try systemCall("ftruncate", on: path) { ftruncate(descriptor, 0) }
    try systemCall("lseek", on: path) { lseek(descriptor, 0, SEEK_SET) }
    digest = SHA256()
    size = 0
  }

  func write(_ bytes: [UInt8]) throws {
    var written = 0
    while written < bytes.count {
      written += try systemCall("write", on: path) {
        bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      }
    }
    digest.update(bytes)
    size += bytes.count
  }

  func finishDigest() -> String { "sha256:" + digest.finish() }

  func adopt(as target: String) throws {
    try systemCall("fsync", on: path) { fsync(descriptor) }
    try systemCall("rename", on: target) { rename(path, target) }
    isAdopted = true
  }

  func discard() { if !isAdopted { unlink(path) } }
}

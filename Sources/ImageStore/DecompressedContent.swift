internal import CArchive
internal import Digests
internal import Glibc

/// The bytes of a file after decompression, in pieces, digested on the way if that is asked for.
final class DecompressedContent {
  private let archive: OpaquePointer
  private let source: String
  private let buffer: UnsafeMutableRawBufferPointer
  private var digest: SHA256?
  private var isDone = false
  private var taken = 0
  /// Whether the file has come to its end, and not to a problem.
  var isAtEnd: Bool { isDone && problem == nil }

  /// What went wrong with the decompression, if anything did.
  private(set) var problem: String?

  init(_ source: String, digested: Bool) throws {
    guard let archive = archive_read_new() else { throw ImageStoreError.archive(path: source, problem: "no memory") }
    self.archive = archive
    self.source = source
    buffer = .allocate(byteCount: 262_144, alignment: 16)
    digest = digested ? SHA256() : nil
    // Not every filter that the library has: some of those start programs of the machine.
    archive_read_support_filter_gzip(archive)
    archive_read_support_filter_zstd(archive)
    archive_read_support_filter_xz(archive)
    archive_read_support_filter_bzip2(archive)
    archive_read_support_format_raw(archive)
    archive_read_support_format_empty(archive)
    var entry: OpaquePointer?
    guard archive_read_open_filename(archive, source, 262_144) == ARCHIVE_OK else {
      throw ImageStoreError.archive(path: source, problem: archiveError(archive))
    }
    let result = archive_read_next_header(archive, &entry)
    if result == ARCHIVE_EOF {
      isDone = true
    } else if result < ARCHIVE_WARN {
      throw ImageStoreError.archive(path: source, problem: archiveError(archive))
    }
  }

  private static let largestRatio = 200
  private static let alwaysAllowed = 1 << 28

  deinit {
    archive_read_free(archive)
    buffer.deallocate()
  }

  /// The next piece, valid until the one after; empty at the end, nil when the file cannot be decompressed.
  func next() -> UnsafeRawBufferPointer? {
    if isDone { return UnsafeRawBufferPointer(start: buffer.baseAddress, count: 0) }
    let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
    if count < 0 {
      problem = archiveError(archive)
      return nil
    }
    taken += count
    // A small file that would fill the disk is meant to.
    let limit = max(Self.alwaysAllowed, Int(archive_filter_bytes(archive, -1)) * Self.largestRatio)
    if taken > limit {
      problem = "it would unpack to more than \(limit) bytes, which is over \(Self.largestRatio) times its size"
      return nil
    }
    isDone = count == 0
    let piece = UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
    digest?.update(piece)
    return piece
  }

  /// The digest of all bytes, those included that nobody has asked for.
  func digestOfAll() throws -> String {
    while let piece = next() {
      if piece.isEmpty { return "sha256:" + (digest?.finish() ?? "") }
    }
    throw ImageStoreError.archive(path: source, problem: problem ?? "it cannot be read")
  }
}

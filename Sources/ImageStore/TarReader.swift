internal import CArchive

/// A tar file that is read member by member, compressed or not.
final class TarReader {
  let archive: OpaquePointer
  let content: DecompressedContent
  private let source: String

  /// - Parameter digested: Whether the digest of all before compression is wanted in the end.
  init(_ source: String, digested: Bool, mayBeEmpty: Bool = true) throws {
    self.source = source
    content = try DecompressedContent(source, digested: digested)
    guard let archive = archive_read_new() else { throw ImageStoreError.archive(path: source, problem: "no memory") }
    self.archive = archive
    archive_read_support_format_tar(archive)
    if mayBeEmpty { archive_read_support_format_empty(archive) }
    let opened = archive_read_open(
      archive, Unmanaged.passUnretained(content).toOpaque(), nil,
      { _, context, block in
        guard let context, let block else { return -1 }
        let bytes = Unmanaged<DecompressedContent>.fromOpaque(context).takeUnretainedValue().next()
        block.pointee = bytes?.baseAddress
        return bytes?.count ?? -1
      }, nil)
    guard opened == ARCHIVE_OK else { throw ImageStoreError.archive(path: source, problem: problem) }
  }

  deinit { archive_read_free(archive) }

  /// Why reading has failed.
  var problem: String { content.problem ?? archiveError(archive) }

  /// The next member; nil at the end.
  func next() throws -> OpaquePointer? {
    var entry: OpaquePointer?
    let result = archive_read_next_header(archive, &entry)
    if result == ARCHIVE_EOF { return nil }
    guard result >= ARCHIVE_WARN, let entry else { throw ImageStoreError.archive(path: source, problem: problem) }
    return entry
  }
}

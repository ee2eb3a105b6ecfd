internal import CArchive
internal import Digests
internal import Glibc
internal import SystemIO

/// Packs entries into a tar file, always the same bytes for the same entries, and digests them on the way.
struct LayerWriter {
  /// Every file's time: layers made at another moment or place have the same digest.
  static let timestamp = 1_735_689_600

  /// Writes the tar file and returns its digest and size.
  static func write(
    _ entries: [LayerEntry], to path: String
  ) throws -> (digest: String, size: Int) {
    let sink = Sink(descriptor: try Files.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644))
    defer { close(sink.descriptor) }
    guard let archive = archive_write_new() else { throw ImageStoreError.archive(path: path, problem: "no memory") }
    defer { archive_write_free(archive) }
    func check(_ result: Int32) throws {
      if result < ARCHIVE_WARN { throw ImageStoreError.archive(path: path, problem: archiveError(archive)) }
    }
    // The plain form wherever it suffices; long names and large numbers need more.
    try check(archive_write_set_format_pax_restricted(archive))
    // Large blocks, and no padding after the end mark.
    try check(archive_write_set_bytes_per_block(archive, 262_144))
    try check(archive_write_set_bytes_in_last_block(archive, 1))
    try check(
      archive_write_open(
        archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
        { _, context, bytes, count in
          guard let context, let bytes else { return -1 }
          let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
          return sink.take(UnsafeRawBufferPointer(start: bytes, count: count))
        }, nil))
    let item = archive_entry_new()
    defer { archive_entry_free(item) }
    for entry in entries {
      archive_entry_clear(item)
      archive_entry_set_pathname(item, entry.path)
      archive_entry_set_perm(item, entry.mode)
      archive_entry_set_mtime(item, timestamp, 0)
      archive_entry_set_uid(item, Int64(entry.owner.user))
      archive_entry_set_gid(item, Int64(entry.owner.group))
      // What other users are called, each image decides by itself.
      if entry.owner == .root {
        archive_entry_set_uname(item, "root")
        archive_entry_set_gname(item, "root")
      }
      for attribute in entry.attributes {
        archive_entry_xattr_add_entry(item, attribute.name, attribute.value, attribute.value.count)
      }
      var content: [UInt8] = []
      var program: ProgramFile?
      var copied: (source: LayerEntry.FileSource, size: Int)?
      switch entry.kind {
      case .directory: archive_entry_set_filetype(item, FileType.directory.rawValue)
      case .text(let text):
        archive_entry_set_filetype(item, FileType.regular.rawValue)
        content = Array(text.utf8)
        archive_entry_set_size(item, Int64(content.count))
      case .bytes(let bytes):
        archive_entry_set_filetype(item, FileType.regular.rawValue)
        content = bytes
        archive_entry_set_size(item, Int64(content.count))
      case .program(let source):
        archive_entry_set_filetype(item, FileType.regular.rawValue)
        let file = try ProgramFile(source)
        archive_entry_set_size(item, Int64(file.bytes.count))
        program = file
      case .file(let source, let size):
        archive_entry_set_filetype(item, FileType.regular.rawValue)
        archive_entry_set_size(item, Int64(size))
        copied = (source, size)
      case .symbolicLink(let target):
        archive_entry_set_filetype(item, FileType.symbolicLink.rawValue)
        archive_entry_set_symlink(item, target)
      case .hardLink(let target):
        archive_entry_set_filetype(item, FileType.regular.rawValue)
        archive_entry_set_hardlink(item, target)
      }
      try check(archive_write_header(archive, item))
      if let copied {
        try copyContent(of: copied.source, size: copied.size) { archive_write_data(archive, $0.baseAddress, $0.count) }
        continue
      }
      let written =
        if let program {
          archive_write_data(archive, program.bytes.baseAddress, program.bytes.count) - program.bytes.count
        } else {
          content.isEmpty ? 0 : archive_write_data(archive, content, content.count) - content.count
        }
      guard written == 0 else { throw ImageStoreError.archive(path: path, problem: archiveError(archive)) }
    }
    try check(archive_write_close(archive))
    return (sink.digest.finish(), sink.size)
  }

  /// Hands on the content of a file, which must be as long as it was said to be.
  private static func copyContent(
    of source: LayerEntry.FileSource, size: Int, _ write: (UnsafeRawBufferPointer) -> Int
  ) throws {
    let descriptor = try Files.openToRead(source.path, beneath: source.folder)
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { buffer.deallocate() }
    let place = source.folder + "/" + source.path
    var rest = size
    while rest > 0 {
      let count = try systemCall("read", on: place) {
        read(descriptor, buffer.baseAddress!, min(rest, buffer.count))
      }
      if count == 0 { throw ImageStoreError.changed(path: place) }
      let piece = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
      guard write(piece) == count else { throw ImageStoreError.archive(path: place, problem: "it cannot be packed") }
      rest -= count
    }
  }

  /// A program of this machine in memory, without a copy of its own.
  private final class ProgramFile {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws {
      let descriptor = try Files.open(path, O_RDONLY)
      defer { close(descriptor) }
      var status = stat()
      try systemCall("fstat", on: path) { fstat(descriptor, &status) }
      let size = Int(status.st_size)
      guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0), start != MAP_FAILED
      else {
        throw SystemCallError("mmap", on: path)
      }
      bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
  }

  private final class Sink {
    let descriptor: Int32
    var digest = SHA256()
    var size = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
      digest.update(bytes)
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        if count < 0 { return -1 }
        written += count
      }
      size += bytes.count
      return bytes.count
    }
  }
}

/// What libarchive says about its last failure.
func archiveError(_ archive: OpaquePointer) -> String {
  archive_error_string(archive).map { String(cString: $0) } ?? "unknown error of the archive library"
}

internal import Glibc

/// A file that is read while others write it: a log that is followed.
public final class GrowingFile: Sendable {
  private let path: String
  private let file: Descriptor
  private let notices: Descriptor

  public init(_ path: String) throws(SystemCallError) {
    self.path = path
    file = Descriptor(adopting: try Files.open(path, O_RDONLY), name: path)
    let number = try systemCall("inotify_init1") { inotify_init1(Int32(IN_CLOEXEC)) }
    notices = Descriptor(adopting: number, name: "changes of \(path)")
    try systemCall("inotify_add_watch", on: path) { inotify_add_watch(number, path, UInt32(IN_MODIFY | IN_MOVE_SELF)) }
  }

  public func size() throws(SystemCallError) -> Int {
    var status = stat()
    try systemCall("fstat", on: path) { fstat(file.number, &status) }
    return Int(status.st_size)
  }

  public func inode() throws(SystemCallError) -> UInt64 {
    var status = stat()
    try systemCall("fstat", on: path) { fstat(file.number, &status) }
    return UInt64(status.st_ino)
  }

  /// What stands at the place; empty at the end as it is now.
  public func read(at offset: Int, upTo limit: Int = 65_536) throws(SystemCallError) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: limit)
    let count = try systemCall("pread", on: path) { pread(file.number, &chunk, limit, off_t(offset)) }
    return Array(chunk[..<count])
  }

  /// Returns after the file was written to or got another name; what was written before the last `changed` returned counts, too.
  public func changed() async throws { _ = try await notices.read() }

  public func close() {
    notices.close()
    file.close()
  }
}

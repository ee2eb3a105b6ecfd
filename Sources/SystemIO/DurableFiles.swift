internal import Glibc

/// A file that is written piece by piece, and safe on disk when it is finished.
public struct DurableFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Makes the file; one that is there already is an error.
  public init(_ path: String, mode: UInt32 = 0o600) throws(SystemCallError) {
    self.path = path
    descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
  }

  deinit { close(descriptor) }

  public func write(_ bytes: [UInt8]) throws(SystemCallError) {
    try Files.writeAll(bytes, to: descriptor, named: path)
  }

  /// Waits until the disk has all of it.
  public func sync() throws(SystemCallError) {
    try systemCall("fsync", on: path) { fsync(descriptor) }
  }
}

extension Files {
  /// Waits until the disk knows what is in the folder by which names.
  public static func sync(folder: String) throws(SystemCallError) {
    let descriptor = try open(folder, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    try systemCall("fsync", on: folder) { fsync(descriptor) }
  }
}

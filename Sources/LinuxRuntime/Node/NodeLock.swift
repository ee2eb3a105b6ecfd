internal import Glibc
internal import SystemIO

/// The file that is locked as long as a node lives, and says who it is.
///
/// The kernel drops the lock when the launcher is gone, however it went, so a number that was used again is never
/// mistaken for a node.
struct NodeLock: ~Copyable {
  let descriptor: Int32

  deinit { close(descriptor) }

  private init(descriptor: Int32) { self.descriptor = descriptor }

  static func path(in directory: String) -> String { directory + "/lock" }

  /// Takes the lock of a node's directory, which is made if need be; nil while the node lives.
  static func take(in directory: String) throws(SystemCallError) -> NodeLock? {
    while true {
      try Files.makeDirectories(directory)
      let path = path(in: directory)
      let descriptor: Int32
      do {
        descriptor = try Files.open(path, O_RDWR | O_CREAT)
      } catch {
        // The launcher of a node that ended has just removed the directory.
        if error.errno == ENOENT { continue }
        throw error
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        close(descriptor)
        return nil
      }
      var (opened, named) = (stat(), stat())
      if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino {
        return NodeLock(descriptor: descriptor)
      }
      // Locked a file that was removed meanwhile: the name means another one now.
      close(descriptor)
    }
  }

  /// The launcher and pid 1 of a node that lives.
  static func holder(in directory: String) -> (launcher: Int32, node: Int32)? {
    let path = path(in: directory)
    guard let descriptor = try? Files.open(path, O_RDWR) else { return nil }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    guard let text = try? Files.readText(path) else { return nil }
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }
}

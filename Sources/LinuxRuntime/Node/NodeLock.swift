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
        awaitEnd(of: pids(in: path)?.node)
        // From here on it says nothing of the node before.
        ftruncate(descriptor, 0)
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
    return pids(in: path)
  }

  private static func pids(in path: String) -> (launcher: Int32, node: Int32)? {
    guard let text = try? Files.readText(path) else { return nil }
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  /// A dying pid 1 lets go of its files before it has taken the node's other processes along: as long as it is not
  /// dead, containers may run, and must not run twice.
  private static func awaitEnd(of node: Int32?) {
    guard let node else { return }
    for _ in 0..<2000 {
      let status = (try? Files.readText("/proc/\(node)/stat")) ?? ""
      // Another program that got the number, or what is left when everything is over.
      guard let name = status.split(separator: ")").first, name.hasSuffix("(podium-init"),
        !status.hasPrefix("\(name)) Z")
      else { return }
      usleep(1000)
    }
  }
}

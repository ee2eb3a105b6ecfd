internal import Glibc

/// An advisory lock on a file that the kernel drops when its holder dies, however it dies.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for the lock; blocks the thread, so it is for start-up code.
  public static func acquire(_ path: String) throws(SystemCallError) -> FileLock {
    let descriptor = try Files.open(path, O_RDWR | O_CREAT)
    do throws(SystemCallError) {
      try systemCall("flock", on: path) { flock(descriptor, LOCK_EX) }
    } catch {
      close(descriptor)
      throw error
    }
    return FileLock(descriptor: descriptor)
  }

  /// Takes the lock if nobody holds it; a shared one also when those who hold it share it.
  public static func tryAcquire(_ path: String, shared: Bool = false) throws(SystemCallError) -> FileLock? {
    let descriptor = try Files.open(path, O_RDWR | O_CREAT)
    if flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
    defer { close(descriptor) }
    if errno == EWOULDBLOCK { return nil }
    throw SystemCallError("flock", on: path)
  }
}

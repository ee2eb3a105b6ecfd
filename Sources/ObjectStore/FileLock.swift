internal import Glibc

/// Keeps a second process away from a store; the kernel lets go of it when this process ends, however it ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  init(for path: String) throws(StoreError) {
    descriptor = try openPrivateFile(path + "-lock", of: path)
    // Not SQLite's own lock: that one comes and goes with transactions, and other tools may read between them.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let failure = errno
      close(descriptor)
      if failure == EWOULDBLOCK { throw .inUse(path: path) }
      throw .io(path: path, operation: "lock", detail: String(cString: strerror(failure)))
    }
  }

  deinit {
    // Closing alone would not do while a program just being spawned still has a copy of the descriptor.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

/// Creates the database file, if need be, so that only its owner can read it; SQLite gives its log the same mode.
func createPrivateFile(_ path: String) throws(StoreError) {
  close(try openPrivateFile(path, of: path))
  try flushDirectory(of: path)
}

private func openPrivateFile(_ file: String, of store: String) throws(StoreError) -> Int32 {
  let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
  guard descriptor >= 0, fchmod(descriptor, 0o600) == 0 else {
    let failure = errno
    if descriptor >= 0 { close(descriptor) }
    throw .io(path: store, operation: "open", detail: "\(file): \(String(cString: strerror(failure)))")
  }
  return descriptor
}

/// Makes the name of a new file survive a power loss, which flushing the file does not.
private func flushDirectory(of path: String) throws(StoreError) {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  let directory = parts.isEmpty ? "." : parts.joined(separator: "/") + "/"
  let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0, fsync(descriptor) == 0 else {
    let failure = errno
    if descriptor >= 0 { close(descriptor) }
    throw .io(path: path, operation: "open", detail: "\(directory): \(String(cString: strerror(failure)))")
  }
  close(descriptor)
}

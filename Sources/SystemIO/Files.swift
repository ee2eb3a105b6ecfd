internal import CLinux
internal import Glibc

/// Whole-file operations on paths, each one a few system calls whose failure names the path.
public enum Files {
  public static func read(_ path: String) throws(SystemCallError) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    return try readAll(descriptor, named: path)
  }

  public static func readText(_ path: String) throws(SystemCallError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  /// Writes in place: for files that nobody reads while they are written.
  public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemCallError) {
    let descriptor = try open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, named: path)
  }

  public static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws(SystemCallError) {
    try write(Array(text.utf8), to: path, mode: mode)
  }

  /// Replaces the file so that a reader, or a crash at any moment, sees the old content or the new one.
  public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemCallError) {
    let draft = path + ".new-\(getpid())"
    let descriptor = try open(draft, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
    do {
      defer { close(descriptor) }
      try writeAll(bytes, to: descriptor, named: draft)
      try systemCall("fsync", on: draft) { fsync(descriptor) }
    }
    try systemCall("rename", on: path) { rename(draft, path) }
  }

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Two paths swap what they name: at no moment does either name nothing.
  public static func exchange(_ one: String, _ other: String) throws(SystemCallError) {
    try systemCall("renameat2", on: one) { clinux_exchange(one, other) }
  }

  /// What tells files of one file system apart, whatever they are called; nil when nothing is there.
  public static func inode(of path: String) -> UInt64? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// What changes with a file's content, whoever writes it and how.
  public struct Stamp: Sendable, Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int64
    let nanoseconds: Int64
  }

  /// Nil for what is not a file.
  public static func stamp(of path: String) -> Stamp? {
    var status = Glibc.stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Stamp(
      inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: Int64(status.st_mtim.tv_sec),
      nanoseconds: Int64(status.st_mtim.tv_nsec))
  }

  /// Where a symbolic link points to.
  public static func linkTarget(_ path: String) throws(SystemCallError) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = try systemCall("readlink", on: path) {
      buffer.withUnsafeMutableBytes { readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), 4096) }
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// Makes the directory and every missing parent.
  public static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(SystemCallError) {
    if isDirectory(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeDirectories(String(path[..<slash]), mode: mode)
    }
    if mkdir(path, mode) != 0, errno != EEXIST { throw SystemCallError("mkdir", on: path) }
  }

  /// Shows a folder at another place as well, in this process' own view of the mounts.
  public static func bind(_ folder: String, at place: String) throws(SystemCallError) {
    if let known = inode(of: folder), known == inode(of: place) { return }
    try systemCall("mount", on: place) { mount(folder, place, nil, UInt(MS_BIND), nil) }
  }

  /// Names in a directory, sorted, without `.` and `..`.
  public static func list(_ path: String) throws(SystemCallError) -> [String] {
    guard let directory = opendir(path) else { throw SystemCallError("opendir", on: path) }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file or a whole directory; nothing there is fine. Links are removed, never followed.
  public static func removeTree(_ path: String) throws(SystemCallError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw SystemCallError("lstat", on: path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try list(path) { try removeTree(path + "/" + name) }
      try systemCall("rmdir", on: path) { rmdir(path) }
    } else {
      try systemCall("unlink", on: path) { unlink(path) }
    }
  }

  /// Opens with close-on-exec, so that no descriptor travels into a started program by accident.
  public static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemCallError) -> Int32 {
    try systemCall("open", on: path) { clinux_open(path, flags | O_CLOEXEC, mode) }
  }

  static func readAll(_ descriptor: Int32, named path: String) throws(SystemCallError) -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try systemCall("read", on: path) { Glibc.read(descriptor, &chunk, chunk.count) }
      if count == 0 { return content }
      content.append(contentsOf: chunk[..<count])
    }
  }

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, named path: String) throws(SystemCallError) {
    var written = 0
    while written < bytes.count {
      written += try systemCall("write", on: path) {
        bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      }
    }
  }
}

internal import CLinux
internal import Glibc

extension Files {
  /// Whether something is at the path below the directory. Throws EXDEV when a link or `..` on the way leads out of the
  /// directory, even if somebody puts it there this very moment.
  public static func exists(_ path: String, beneath directory: String) throws(SystemCallError) -> Bool {
    let root = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    do throws(SystemCallError) {
      close(try openBeneath(root, path))
      return true
    } catch {
      if error.errno == ENOENT { return false }
      throw error
    }
  }

  /// Makes a directory below another one with every missing parent, each with exactly this mode; like `exists`, it does
  /// not leave the directory.
  public static func makeDirectories(
    _ path: String, beneath directory: String, mode: UInt32
  ) throws(SystemCallError) {
    var parent = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(parent) }
    let names = path.split(separator: "/").filter { $0 != "." }
    for depth in names.indices {
      let prefix = names[...depth].joined(separator: "/")
      let root = try open(directory, O_RDONLY | O_DIRECTORY)
      defer { close(root) }
      let name = String(names[depth])
      var made = false
      var next = clinux_open_beneath(root, prefix)
      if next < 0, errno == ENOENT {
        try systemCall("mkdirat", on: prefix) { mkdirat(parent, name, mode) }
        made = true
        next = try openBeneath(root, prefix)
      } else if next < 0 {
        throw SystemCallError("openat2", on: prefix)
      }
      // The mode beyond what the umask leaves of it.
      if made { try systemCall("chmod", on: prefix) { chmod("/proc/self/fd/\(next)", mode) } }
      close(parent)
      parent = next
    }
  }

  /// The beginning or the end of a regular file below the directory; nil when something else is there, such as a pipe that would
  /// keep its reader waiting.
  public static func read(
    _ path: String, beneath directory: String, upTo limit: Int, fromItsEnd: Bool = false
  ) throws(SystemCallError) -> [UInt8]? {
    let root = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    let place = try openBeneath(root, path)
    defer { close(place) }
    var status = stat()
    try systemCall("fstat", on: path) { fstat(place, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    let file = try open("/proc/self/fd/\(place)", O_RDONLY)
    defer { close(file) }
    let size = Int(status.st_size)
    var bytes = [UInt8](repeating: 0, count: min(limit, size))
    let start = fromItsEnd ? size - bytes.count : 0
    let count = try systemCall("pread", on: path) { pread(file, &bytes, bytes.count, start) }
    return Array(bytes.prefix(Int(count)))
  }

  /// A descriptor of a regular file below the directory, which the caller closes. Throws EXDEV when a link or `..` on the
  /// way leads out of it, and EINVAL when something else is there.
  public static func openToRead(_ path: String, beneath directory: String) throws(SystemCallError) -> Int32 {
    let root = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    let place = try openBeneath(root, path)
    defer { close(place) }
    var status = stat()
    try systemCall("fstat", on: path) { fstat(place, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemCallError("open", on: path, errno: EINVAL) }
    return try open("/proc/self/fd/\(place)", O_RDONLY)
  }

  /// What is at a path as those see it who live in this root directory.
  public enum Sight: Sendable, Equatable {
    case missing
    case directory
    /// The beginning of a regular file, and its whole size.
    case file([UInt8], size: Int)
    /// A device, a pipe or a socket.
    case other
  }

  public static func look(
    at path: String, inRoot directory: String, upTo limit: Int
  ) throws(SystemCallError) -> Sight {
    let root = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    let place = clinux_open_in_root(root, path)
    if place < 0 {
      if errno == ENOENT || errno == ENOTDIR { return .missing }
      throw SystemCallError("openat2", on: path)
    }
    defer { close(place) }
    var status = stat()
    try systemCall("fstat", on: path) { fstat(place, &status) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFREG: break
    default: return .other
    }
    let file = try open("/proc/self/fd/\(place)", O_RDONLY)
    defer { close(file) }
    // What the kernel makes up, such as `/proc/uptime`, has no size before it is read.
    var bytes = [UInt8](
      repeating: 0, count: status.st_size == 0 ? min(limit, 1 << 16) : min(limit, Int(status.st_size)))
    let count = Int(try systemCall("pread", on: path) { pread(file, &bytes, bytes.count, 0) })
    return .file(Array(bytes.prefix(count)), size: max(count, Int(status.st_size)))
  }

  public static func mode(of path: String) throws(SystemCallError) -> UInt32 {
    var status = stat()
    try systemCall("stat", on: path) { stat(path, &status) }
    return status.st_mode & 0o7777
  }

  static func openBeneath(_ root: Int32, _ path: String) throws(SystemCallError) -> Int32 {
    while true {
      let place = clinux_open_beneath(root, path)
      if place >= 0 { return place }
      // Something on the way was renamed meanwhile.
      if errno != EAGAIN && errno != EINTR { throw SystemCallError("openat2", on: path) }
    }
  }
}

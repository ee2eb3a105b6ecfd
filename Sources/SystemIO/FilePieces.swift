internal import Glibc

extension Files {
  /// The size of a regular file below the directory; nil when something else is there. Links and `..` that lead out of
  /// the directory are errors, as for every way to look beneath one.
  public static func size(of path: String, beneath directory: String) throws(SystemCallError) -> Int? {
    let place = try open(path, beneath: directory)
    defer { close(place) }
    var status = stat()
    try systemCall("fstat", on: path) { fstat(place, &status) }
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  /// A piece of a regular file below the directory; shorter than asked for at the file's end.
  public static func read(
    _ path: String, beneath directory: String, at offset: Int, count: Int
  ) throws(SystemCallError) -> [UInt8] {
    let place = try open(path, beneath: directory)
    defer { close(place) }
    let file = try open("/proc/self/fd/\(place)", O_RDONLY | O_NONBLOCK)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = try systemCall("pread", on: path) {
        bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress! + filled, count - filled, offset + filled) }
      }
      if more == 0 { break }
      filled += Int(more)
    }
    return Array(bytes.prefix(filled))
  }

  private static func open(_ path: String, beneath directory: String) throws(SystemCallError) -> Int32 {
    let root = try open(directory, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    return try openBeneath(root, path)
  }

  /// The path without links, `.` and `..`; nil when nothing is there.
  public static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

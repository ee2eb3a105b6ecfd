internal import ContainerRuntime
internal import Glibc
internal import SystemIO

/// The newest file of a container's log; when it is full it becomes an older one, `0.log.20261121-120414`.
struct LogFile {
  private let path: String
  private let rotation: LogRotation
  private var descriptor: Int32
  private var size: Int64
  private var begun = Clock.now
  private var canRotate = true
  /// A full file has grown to so many times its size before those who are patient rotate it all the same.
  private static let mostSizes: Int64 = 16

  init(_ path: String, _ rotation: LogRotation) throws(SystemCallError) {
    self.path = path
    self.rotation = rotation
    descriptor = try Files.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o640)
    var status = stat()
    size = fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
  }

  mutating func write(_ lines: [UInt8]) {
    if isFull && canRotate { rotate() }
    var rest = lines[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      // A full disk loses lines; it must not stop the container.
      if written < 0 && errno != EINTR { return }
      rest = rest.dropFirst(max(0, written))
      size += Int64(max(0, written))
    }
  }

  private var isFull: Bool {
    if size < rotation.fileSize { return false }
    return Clock.now - begun >= rotation.patience * 1_000_000_000 || size / Self.mostSizes >= rotation.fileSize
  }

  func close() { Glibc.close(descriptor) }

  /// The full file and an empty one swap their names in one moment, so that whoever looks finds a log.
  private mutating func rotate() {
    let older = path + "." + Self.stamp(Clock.now)
    // Full again within a second: the time is its name, so it goes on until the next one.
    if Files.exists(older) { return }
    guard let fresh = try? Files.open(older, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, mode: 0o640) else { return }
    do throws(SystemCallError) {
      try Files.exchange(older, path)
    } catch {
      // One long log is better than none: a file system that cannot do it is not asked again.
      Glibc.close(fresh)
      unlink(older)
      canRotate = false
      return
    }
    Glibc.close(descriptor)
    descriptor = fresh
    size = 0
    begun = Clock.now
    forgetOldest()
  }

  private func forgetOldest() {
    let folder = path.parentDirectory
    let prefix = path.split(separator: "/").last.map { $0 + "." } ?? ""
    // In the order of their times.
    let older = ((try? Files.list(folder)) ?? []).filter { $0.hasPrefix(prefix) }
    for name in older.dropLast(max(0, rotation.files - 1)) { unlink(folder + "/" + name) }
  }

  /// `20261121-120414`
  private static func stamp(_ nanoseconds: Int64) -> String {
    let text = Timestamp.text(nanoseconds).filter(\.isNumber)
    return "\(text.prefix(8))-\(text.dropFirst(8).prefix(6))"
  }
}

internal import LessonEngine
internal import SystemIO

/// A file of a pack on disk, opened for each piece: a pack may have more files than a process may hold open.
struct FileBytes: PackBytes {
  private let root: String
  private let rest: String
  private let name: String
  let size: Int

  init(_ rest: String, beneath root: String, named name: String) throws {
    self.root = root
    self.rest = rest
    self.name = name
    guard let size = try Files.size(of: rest, beneath: root) else {
      throw LessonError(file: name, line: 0, "is not a file")
    }
    self.size = size
  }

  /// A file wherever somebody said that it is.
  init(_ path: String) throws {
    try self.init(String((Files.resolved(path) ?? path).drop { $0 == "/" }), beneath: "/", named: path)
  }

  func read(at offset: Int, count: Int) throws -> [UInt8] {
    let bytes = try Files.read(rest, beneath: root, at: offset, count: count)
    guard bytes.count == count else { throw LessonError(file: name, line: 0, "became shorter while it was read") }
    return bytes
  }
}

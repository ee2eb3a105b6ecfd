import Glibc
import Testing

/// Whole files as bytes, for tests that do to them what a crash may do.
enum FileCopies {
  static func read(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"), "cannot read \(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
  }

  static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    let file = try #require(fopen(path, "w"), "cannot write \(path)")
    defer { fclose(file) }
    let array = Array(bytes)
    try #require(fwrite(array, 1, array.count, file) == array.count)
  }

  static func size(_ path: String) throws -> Int {
    var status = stat()
    try #require(stat(path, &status) == 0, "cannot find \(path)")
    return Int(status.st_size)
  }

  static func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0, "cannot find \(path)")
    return status.st_mode & 0o777
  }
}

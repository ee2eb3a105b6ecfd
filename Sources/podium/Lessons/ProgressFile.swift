internal import Glibc
internal import LessonEngine
internal import ObjectSchema
internal import SystemIO

/// Progress as a file of lines, each safe on disk before the next word is taken.
struct ProgressFile: ProgressStore {
  let path: String

  /// The lines as they are; none before the first one was written.
  func read() throws(SystemCallError) -> [UInt8] {
    do throws(SystemCallError) {
      return try Files.read(path)
    } catch {
      if error.errno == ENOENT { return [] }
      throw error
    }
  }

  func load() throws -> Progress { Progress(log: try read()) }

  /// For those who only look: what cannot be read is told, and counts as nothing.
  func loadOrTell() -> Progress {
    do {
      return try load()
    } catch {
      StandardOutput.printError("podium: what has been done could not be read: \(error)")
      return Progress()
    }
  }

  func append(_ entry: Progress.Entry) throws {
    let isNew = !Files.exists(path)
    let descriptor = try Files.open(path, O_RDWR | O_CREAT | O_APPEND)
    defer { close(descriptor) }
    var line = entry.line(at: Timestamp.now().text)
    // A line that a crash has cut short must not swallow this one.
    if !endsInLineBreak(descriptor) { line = [0x0A] + line }
    // In one piece, since several prompts may write at the same time.
    let written = try systemCall("write", on: path) { write(descriptor, line, line.count) }
    if written < line.count { throw SystemCallError("write", on: path, errno: ENOSPC) }
    try systemCall("fsync", on: path) { fsync(descriptor) }
    if isNew { try keepName() }
  }

  /// A power cut could take a new file's name away, although its content is on disk.
  private func keepName() throws(SystemCallError) {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let descriptor = try Files.open(folder, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    try systemCall("fsync", on: folder) { fsync(descriptor) }
  }

  private func endsInLineBreak(_ descriptor: Int32) -> Bool {
    let size = lseek(descriptor, 0, SEEK_END)
    if size <= 0 { return true }
    var last: UInt8 = 0
    return pread(descriptor, &last, 1, size - 1) == 1 && last == 0x0A
  }
}

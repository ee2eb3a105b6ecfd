internal import Glibc
internal import LessonEngine
internal import ObjectSchema
internal import SystemIO

/// Progress as a file of lines, each safe on disk before the next word is taken.
struct ProgressFile: ProgressStore {
  let path: String

  func load() -> Progress { Progress(log: (try? Files.read(path)) ?? []) }

  func append(_ entry: Progress.Entry) throws {
    let descriptor = try Files.open(path, O_RDWR | O_CREAT | O_APPEND)
    defer { close(descriptor) }
    var line = entry.line(at: Timestamp.now().text)
    // A line that a crash has cut short must not swallow this one.
    if !endsInLineBreak(descriptor) { line = [0x0A] + line }
    try systemCall("write", on: path) { write(descriptor, line, line.count) }
    try systemCall("fsync", on: path) { fsync(descriptor) }
  }

  private func endsInLineBreak(_ descriptor: Int32) -> Bool {
    let size = lseek(descriptor, 0, SEEK_END)
    if size <= 0 { return true }
    var last: UInt8 = 0
    return pread(descriptor, &last, 1, size - 1) == 1 && last == 0x0A
  }
}

internal import Glibc
internal import LessonEngine
internal import SystemIO

/// What was done in lessons, a file each. A transcript is a convenience: what the disk does not take is not kept.
struct RecordFiles: RecordStore {
  let folder: String

  private func path(_ lesson: String) -> String { folder + "/" + lesson.replacing("/", with: ".") + ".jsonl" }

  func load(_ lesson: String) -> [UInt8] { (try? Files.read(path(lesson))) ?? [] }

  func append(_ line: [UInt8], _ lesson: String) {
    try? Files.makeDirectories(folder)
    guard let descriptor = try? Files.open(path(lesson), O_WRONLY | O_CREAT | O_APPEND) else { return }
    defer { close(descriptor) }
    _ = write(descriptor, line, line.count)
  }

  func replace(_ lines: [UInt8], _ lesson: String) {
    try? Files.makeDirectories(folder)
    try? Files.write(lines, to: path(lesson))
  }
}

internal import Glibc
internal import LessonEngine
internal import SystemIO

/// Brings a pack's files into a folder.
enum PackUnpacking {
  /// Puts the pack into a new folder, safe on disk in all of its parts.
  ///
  /// What is written is compared with the lock once more: an archive could be another one by now.
  static func unpack(_ contents: PackContents, to folder: String) throws {
    try Files.makeDirectories(folder)
    var folders: Set<String> = [folder]
    for file in contents.files {
      let path = folder + "/" + file.name
      if let slash = path.lastIndex(of: "/") {
        var above = String(path[..<slash])
        try Files.makeDirectories(above)
        while above.count > folder.count, folders.insert(above).inserted {
          above = String(above[..<(above.lastIndex(of: "/") ?? above.startIndex)])
        }
      }
      let output = try DurableFile(path, mode: file.isExecutable ? 0o755 : 0o644)
      try contents.check(file) { try output.write($0) }
      try output.sync()
    }
    for folder in folders { try Files.sync(folder: folder) }
  }

  /// A name beside others that nobody else uses now, and that the next sweep knows as left behind.
  static func draft(in folder: String) -> String { "\(folder)/.new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))" }
}

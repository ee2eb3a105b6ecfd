internal import Glibc

/// What kind of file a mode speaks of, by the numbers that tar files and file systems share.
enum FileType: UInt32 {
  case namedPipe = 0o010000
  case characterDevice = 0o020000
  case directory = 0o040000
  case blockDevice = 0o060000
  case regular = 0o100000
  case symbolicLink = 0o120000
  case socket = 0o140000

  /// Nil when there is no such file, as `errno` then tells; links are not followed.
  init?(of path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.init(rawValue: status.st_mode & 0o170000)
  }
}

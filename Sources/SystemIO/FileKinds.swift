internal import Glibc

/// What a path can lead to.
public enum FileKind: Sendable, Equatable {
  case directory, regular, socket, characterDevice, blockDevice, pipe, link
}

extension Files {
  /// What is at the path, links being followed; nil when there is nothing.
  public static func kind(of path: String) -> FileKind? {
    var status = stat()
    return stat(path, &status) == 0 ? kind(status) : nil
  }

  private static func kind(_ status: stat) -> FileKind {
    switch status.st_mode & S_IFMT {
    case S_IFDIR: .directory
    case S_IFSOCK: .socket
    case S_IFCHR: .characterDevice
    case S_IFBLK: .blockDevice
    case S_IFIFO: .pipe
    case S_IFLNK: .link
    default: .regular
    }
  }

  /// Whether another file system begins at the directory.
  public static func isMountPoint(_ path: String) -> Bool {
    var own = stat()
    var above = stat()
    guard lstat(path, &own) == 0, lstat(path + "/..", &above) == 0 else { return false }
    return own.st_dev != above.st_dev
  }
}

internal import Glibc

extension Files {
  /// What a directory with all that is in it takes up, as `du` counts: blocks in use, and a file with several names once.
  ///
  /// Others may change the tree meanwhile: what vanishes counts for nothing.
  public static func bytesInUse(_ path: String) -> Int64 {
    var linked: Set<FileIdentity> = []
    return bytesInUse(path, &linked)
  }

  private struct FileIdentity: Hashable {
    var device: dev_t
    var inode: ino_t
  }

  private static func bytesInUse(_ path: String, _ linked: inout Set<FileIdentity>) -> Int64 {
    var status = stat()
    guard lstat(path, &status) == 0 else { return 0 }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    if !isDirectory, status.st_nlink > 1 {
      let identity = FileIdentity(device: status.st_dev, inode: status.st_ino)
      if !linked.insert(identity).inserted { return 0 }
    }
    var bytes = Int64(status.st_blocks) * 512
    if isDirectory {
      for name in (try? list(path)) ?? [] { bytes += bytesInUse(path + "/" + name, &linked) }
    }
    return bytes
  }
}

internal import Glibc

extension Files {
  /// Something in a folder, itself and not what it may point to.
  public struct FolderEntry: Sendable, Equatable {
    public enum Kind: Sendable {
      case file, folder, other
    }

    public let name: String
    public let kind: Kind
    /// Whether its owner may execute it.
    public let isExecutable: Bool
  }

  /// What lies in a directory, sorted by name.
  public static func entries(_ path: String) throws(SystemCallError) -> [FolderEntry] {
    var entries: [FolderEntry] = []
    for name in try list(path) {
      var status = stat()
      try systemCall("lstat", on: path + "/" + name) { lstat(path + "/" + name, &status) }
      let kind: FolderEntry.Kind =
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
      entries.append(FolderEntry(name: name, kind: kind, isExecutable: status.st_mode & S_IXUSR != 0))
    }
    return entries
  }
}

internal import Glibc

extension Files {
  /// Sets the permissions, whatever the process's mask says.
  public static func setMode(_ path: String, _ mode: UInt32) throws(SystemCallError) {
    try systemCall("chmod", on: path) { chmod(path, mode) }
  }

  /// Gives the file, or the link itself, to a user or a group; nil leaves either as it is.
  public static func setOwner(_ path: String, user: UInt32? = nil, group: UInt32? = nil) throws(SystemCallError) {
    try systemCall("chown", on: path) { lchown(path, user ?? uid_t.max, group ?? gid_t.max) }
  }
}

internal import Glibc

extension Files {
  /// Sets the permissions, whatever the process's mask says.
  public static func setMode(_ path: String, _ mode: UInt32) throws(SystemCallError) {
    try systemCall("chmod", on: path) { chmod(path, mode) }
  }
}

internal import Glibc

extension Files {
  public static func makeLink(to target: String, at path: String) throws(SystemCallError) {
    try systemCall("symlink", on: path) { symlink(target, path) }
  }

  /// Takes the place of whatever has the new name, at once for everybody who looks.
  public static func move(_ path: String, to new: String) throws(SystemCallError) {
    try systemCall("rename", on: new) { rename(path, new) }
  }
}

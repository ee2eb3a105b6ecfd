internal import Glibc
internal import SystemIO

/// A kubeconfig file that others may read and write at any time.
struct ConfigFile {
  let path: String

  /// Readers see the old content or the new one. Other writers are kept out by the same lock file that kubectl makes.
  func write(_ text: String) throws(SystemCallError) {
    // Behind a link it is the true file that is written.
    let target = realpath(path, nil).map { name in
      defer { free(name) }
      return String(cString: name)
    }
    let place = target ?? path
    if let slash = place.lastIndex(of: "/"), slash != place.startIndex {
      try Files.makeDirectories(String(place[..<slash]), mode: 0o755)
    }
    let lock = path + ".lock"
    close(try Files.open(lock, O_CREAT | O_EXCL | O_WRONLY, mode: 0))
    defer { unlink(lock) }
    var status = stat()
    let exists = stat(place, &status) == 0
    try Files.replace(place, with: Array(text.utf8), mode: exists ? status.st_mode & 0o777 : 0o600)
    guard exists else { return }
    // Neither the umask nor who writes it changes whose file it is and who may read it.
    try systemCall("chmod", on: place) { chmod(place, status.st_mode & 0o777) }
    if status.st_uid != getuid() || status.st_gid != getgid() { _ = chown(place, status.st_uid, status.st_gid) }
  }
}

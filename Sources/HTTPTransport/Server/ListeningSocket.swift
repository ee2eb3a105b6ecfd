internal import Glibc
internal import SystemIO

/// A socket that accepts connections, and its file if it has one.
struct ListeningSocket: Sendable {
  let descriptor: Int32
  let name: String
  /// The socket file and its inode: another server may have put its own in that place meanwhile.
  private let file: (path: String, inode: UInt)?

  /// Makes the socket file with mode 0600, in the place of one that nobody serves any more.
  static func unix(_ path: String) throws(SystemCallError) -> ListeningSocket {
    var address = try unixAddress(path)
    let descriptor = try systemCall("socket", on: path) {
      socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }
    do throws(SystemCallError) {
      if try isServed(path) { throw SystemCallError("bind", on: path, errno: EADDRINUSE) }
      // The mode of the socket becomes that of its file at once: there is no moment in which others could connect.
      try systemCall("fchmod", on: path) { fchmod(descriptor, 0o600) }
      try systemCall("bind", on: path) { withSocketAddress(&address) { bind(descriptor, $0, $1) } }
      try systemCall("listen", on: path) { Glibc.listen(descriptor, SOMAXCONN) }
      var status = stat()
      try systemCall("stat", on: path) { stat(path, &status) }
      return ListeningSocket(descriptor: descriptor, name: path, file: (path, status.st_ino))
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// A port at a numeric address of either version.
  static func tcp(_ address: String, port: UInt16) throws(SystemCallError) -> ListeningSocket {
    var place = sockaddr_in()
    var place6 = sockaddr_in6()
    let isSix = inet_pton(AF_INET6, address, &place6.sin6_addr) == 1
    let name = isSix ? "[\(address)]:\(port)" : "\(address):\(port)"
    if !isSix, inet_pton(AF_INET, address, &place.sin_addr) != 1 {
      throw SystemCallError("bind", on: name, errno: EADDRNOTAVAIL)
    }
    let descriptor = try systemCall("socket", on: name) {
      socket(
        isSix ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }
    do throws(SystemCallError) {
      var on: Int32 = 1
      try systemCall("setsockopt", on: name) {
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      }
      (place.sin_family, place.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
      (place6.sin6_family, place6.sin6_port) = (sa_family_t(AF_INET6), port.bigEndian)
      try systemCall("bind", on: name) {
        isSix
          ? withSocketAddress(&place6) { bind(descriptor, $0, $1) }
          : withSocketAddress(&place) { bind(descriptor, $0, $1) }
      }
      try systemCall("listen", on: name) { Glibc.listen(descriptor, SOMAXCONN) }
      return ListeningSocket(descriptor: descriptor, name: name, file: nil)
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// The port that the kernel chose.
  func port() throws(SystemCallError) -> UInt16 {
    // The port stands at the same place in the addresses of both versions.
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    try systemCall("getsockname", on: name) {
      withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
      }
    }
    return UInt16(bigEndian: address.sin6_port)
  }

  /// For a socket that nobody has come to serve.
  func close() {
    removeFile()
    Glibc.close(descriptor)
  }

  /// Removes the socket's file, if it is still this socket's.
  func removeFile() {
    guard let file else { return }
    var status = stat()
    if stat(file.path, &status) == 0, status.st_ino == file.inode { unlink(file.path) }
  }

  /// Whether a living server answers there; the file of a dead one is removed.
  private static func isServed(_ path: String) throws(SystemCallError) -> Bool {
    switch try SocketProbe.find(path) {
    case .served: return true
    case .missing: return false
    case .abandoned:
      try systemCall("unlink", on: path) { unlink(path) }
      return false
    }
  }
}

/// The address of a socket file.
func unixAddress(_ path: String) throws(SystemCallError) -> sockaddr_un {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let isShortEnough = withUnsafeMutableBytes(of: &address.sun_path) { buffer in
    guard path.utf8.count < buffer.count else { return false }
    buffer.copyBytes(from: path.utf8)
    return true
  }
  if !isShortEnough { throw SystemCallError("bind", on: path, errno: ENAMETOOLONG) }
  return address
}

func withSocketAddress<Address, Result>(
  _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Address>.size)) }
  }
}

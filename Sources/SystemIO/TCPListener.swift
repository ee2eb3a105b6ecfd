internal import CLinux
internal import Glibc

/// A port of this machine at which connections are accepted.
public final class TCPListener: Sendable {
  private let socket: Descriptor
  /// The port that was taken; with 0 the system has chosen it.
  public let port: UInt16

  /// Listens at a numeric address, of either version.
  public init(address: String, port: UInt16) throws(SystemCallError) {
    let name = address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    var place = sockaddr_storage()
    let size = try Self.fill(&place, address, port, name)
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let number = Glibc.socket(Int32(place.ss_family), kind, 0)
    if number < 0 { throw SystemCallError("socket", on: name, errno: errno) }
    socket = Descriptor(adopting: number, name: name)
    var yes: Int32 = 1
    setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    if place.ss_family == sa_family_t(AF_INET6) {
      setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
    var length = size
    var failed = ""
    withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        if Glibc.bind(number, pointer, size) != 0 {
          failed = "bind"
        } else if Glibc.listen(number, 64) != 0 {
          failed = "listen"
        } else {
          length = socklen_t(MemoryLayout<sockaddr_storage>.size)
          if getsockname(number, pointer, &length) != 0 { failed = "getsockname" }
        }
      }
    }
    if !failed.isEmpty { throw SystemCallError(failed, on: name, errno: errno) }
    // The port stands at the same place in both forms.
    self.port = withUnsafeBytes(of: &place) { UInt16($0[2]) << 8 | UInt16($0[3]) }
  }

  /// The next connection; throws when the listener is closed.
  public func accept() async throws -> Descriptor {
    while true {
      try await socket.waitUntilReadable()
      let number = Glibc.accept(socket.number, nil, nil)
      if number >= 0 { return Descriptor(adopting: number, name: "connection to \(socket.name)") }
      // Somebody came and went again, or a signal came in between.
      if errno == EAGAIN || errno == EINTR || errno == ECONNABORTED { continue }
      throw SystemCallError("accept", on: socket.name, errno: errno)
    }
  }

  public func close() { socket.close() }

  private static func fill(
    _ place: inout sockaddr_storage, _ address: String, _ port: UInt16, _ name: String
  ) throws(SystemCallError) -> socklen_t {
    var size: socklen_t = 0
    withUnsafeMutablePointer(to: &place) { pointer in
      let wasFour = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
        pointer.pointee.sin_family = sa_family_t(AF_INET)
        pointer.pointee.sin_port = port.bigEndian
        return inet_pton(AF_INET, address, &pointer.pointee.sin_addr) == 1
      }
      if wasFour { size = socklen_t(MemoryLayout<sockaddr_in>.size) }
    }
    if size != 0 { return size }
    place = sockaddr_storage()
    withUnsafeMutablePointer(to: &place) { pointer in
      let wasSix = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
        pointer.pointee.sin6_family = sa_family_t(AF_INET6)
        pointer.pointee.sin6_port = port.bigEndian
        return inet_pton(AF_INET6, address, &pointer.pointee.sin6_addr) == 1
      }
      if wasSix { size = socklen_t(MemoryLayout<sockaddr_in6>.size) }
    }
    if size == 0 { throw SystemCallError("listen", on: name, errno: EINVAL) }
    return size
  }
}

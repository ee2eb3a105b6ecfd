import Glibc

/// A connection to somebody else's server, blocking, with a limit on how long each step may take.
struct TCPConnection {
  enum Failure: Error {
    case unknownHost
    case refused(Int32)
  }

  let socket: Int32

  /// Tries the host's addresses in turn.
  static func open(_ host: String, _ port: String, seconds: Int) -> Result<TCPConnection, Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, port, &hints, &list) == 0 else { return .failure(.unknownHost) }
    defer { freeaddrinfo(list) }
    var reason: Int32 = ECONNREFUSED
    var entry = list
    while let address = entry?.pointee {
      entry = address.ai_next
      let number = Glibc.socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
      if number < 0 { continue }
      var patience = timeval(tv_sec: seconds, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
      setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
      if connect(number, address.ai_addr, address.ai_addrlen) == 0 { return .success(TCPConnection(socket: number)) }
      // A limit that was reached is told as "in progress".
      reason = errno == EINPROGRESS ? ETIMEDOUT : errno
      Glibc.close(number)
    }
    return .failure(.refused(reason))
  }

  /// False when the other side is gone.
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }

  /// What has come; empty at the end, nil when nothing came in time or the connection broke.
  func receive() -> [UInt8]? {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = recv(socket, &chunk, chunk.count, 0)
    return count < 0 ? nil : Array(chunk[..<count])
  }

  /// The address of the other side, in numbers.
  var peer: String? {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var name = [CChar](repeating: 0, count: 64)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getpeername(socket, address, &size) == 0
          ? getnameinfo(address, size, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) : -1
      }
    }
    return result == 0 ? name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) } : nil
  }

  func close() { Glibc.close(socket) }
}

import Glibc

/// Where a server listens: an optional numeric address and a port.
struct ListenAddress: Equatable {
  /// Nil means every address of the machine.
  var host: String?
  var port: UInt16

  /// Reads `80`, `:80`, `127.0.0.1:80`, `*:80`, `[::1]:80` and `[::]:80`.
  init?(_ text: String) {
    var hostText = ""
    var portText = text
    if let colon = text.lastIndex(of: ":") {
      hostText = String(text[..<colon])
      portText = String(text[text.index(after: colon)...])
    }
    if hostText.hasPrefix("["), hostText.hasSuffix("]") { hostText = String(hostText.dropFirst().dropLast()) }
    guard let port = UInt16(portText) else { return nil }
    self.port = port
    host = hostText.isEmpty || hostText == "*" ? nil : hostText
  }

  init(port: UInt16) {
    host = nil
    self.port = port
  }

  var isIPv6: Bool { host?.contains(":") ?? false }

  /// A listening socket, or the errno of the step that failed.
  ///
  /// Without a host it takes IPv6 and IPv4 alike, as Go and Node do, or IPv4 alone where there is no IPv6.
  func listen(onlyOwnFamily: Bool = false) -> Result<Int32, Failure> {
    if let host {
      return isIPv6 ? Self.listen6(host, port, dual: false) : Self.listen4(host, port)
    }
    if onlyOwnFamily { return Self.listen4("0.0.0.0", port) }
    let both = Self.listen6("::", port, dual: true)
    if case .failure(let failure) = both, failure.reason == EAFNOSUPPORT || failure.reason == EADDRNOTAVAIL {
      return Self.listen4("0.0.0.0", port)
    }
    return both
  }

  struct Failure: Error {
    var call: String
    var reason: Int32
  }

  private static func listen4(_ host: String, _ port: UInt16) -> Result<Int32, Failure> {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
      return .failure(Failure(call: "inet_pton", reason: EINVAL))
    }
    return listen(AF_INET, &address, MemoryLayout<sockaddr_in>.size, dual: false)
  }

  private static func listen6(_ host: String, _ port: UInt16, dual: Bool) -> Result<Int32, Failure> {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else {
      return .failure(Failure(call: "inet_pton", reason: EINVAL))
    }
    return listen(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size, dual: dual)
  }

  private static func listen(
    _ family: Int32, _ address: UnsafeRawPointer, _ length: Int, dual: Bool
  ) -> Result<Int32, Failure> {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    if descriptor < 0 { return .failure(Failure(call: "socket()", reason: errno)) }
    var on: Int32 = 1
    var onlyIPv6: Int32 = dual ? 0 : 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &onlyIPv6, size) }
    let bound = bind(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    if bound != 0 || Glibc.listen(descriptor, 511) != 0 {
      let failure = Failure(call: bound != 0 ? "bind()" : "listen()", reason: errno)
      close(descriptor)
      return .failure(failure)
    }
    return .success(descriptor)
  }
}

/// The other side of a connection.
struct Peer {
  var address: String
  var port: UInt16

  /// As Go writes it: `10.244.0.7:41234`, `[::1]:41234`.
  var hostAndPort: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }

  /// Reads the address that `accept` gave; an IPv4 caller on a dual socket is shown as the IPv4 caller it is.
  init(_ storage: sockaddr_storage) {
    var storage = storage
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    port = 0
    address = "unknown"
    withUnsafePointer(to: &storage) { pointer in
      let raw = UnsafeRawPointer(pointer)
      if Int32(pointer.pointee.ss_family) == AF_INET {
        var four = raw.assumingMemoryBound(to: sockaddr_in.self).pointee
        inet_ntop(AF_INET, &four.sin_addr, &buffer, socklen_t(buffer.count))
        port = UInt16(bigEndian: four.sin_port)
      } else if Int32(pointer.pointee.ss_family) == AF_INET6 {
        var six = raw.assumingMemoryBound(to: sockaddr_in6.self).pointee
        inet_ntop(AF_INET6, &six.sin6_addr, &buffer, socklen_t(buffer.count))
        port = UInt16(bigEndian: six.sin6_port)
      }
    }
    let shown = text(buffer)
    if !shown.isEmpty { address = shown.hasPrefix("::ffff:") ? String(shown.dropFirst(7)) : shown }
  }
}

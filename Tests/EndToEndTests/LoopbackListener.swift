import Glibc
import SystemIO

/// A TCP port of the loopback interface on which a test plays a server.
struct LoopbackListener: Sendable {
  let port: UInt16
  private let socket: Descriptor

  /// - Parameter port: 0 is any that nobody has.
  init(port: UInt16 = 0) throws {
    let number = try systemCall("socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    socket = Descriptor(adopting: number, name: "listener of the test")
    var address = Self.address(port: port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        try systemCall("bind") { bind(number, generic, length) }
        try systemCall("listen") { listen(number, 16) }
        try systemCall("getsockname") { getsockname(number, generic, &length) }
        return pointer.pointee.sin_port.bigEndian
      }
    }
    self.port = bound
  }

  private static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  /// A port that is free now, for a program that cannot choose one by itself.
  static func freePort() throws -> UInt16 {
    let listener = try LoopbackListener()
    listener.socket.close()
    return listener.port
  }

  /// Serves every connection in a task of its own until cancelled; then no port and no connection is left.
  func serve(_ handle: @escaping @Sendable (Descriptor) async throws -> Void) async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        guard (try? await socket.waitUntilReadable()) != nil else { break }
        let number = accept(socket.number, nil, nil)
        if number < 0 { continue }
        let connection = Descriptor(adopting: number, name: "connection of the test")
        group.addTask {
          try? await handle(connection)
          connection.close()
        }
      }
      socket.close()
      group.cancelAll()
    }
  }

  static func connect(port: UInt16) throws -> Descriptor {
    let number = try systemCall("socket") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    let connection = Descriptor(adopting: number, name: "connection to port \(port)")
    var address = Self.address(port: port)
    try withUnsafePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        // The loopback interface answers at once, so a socket that does not wait is connected or refused here.
        let result = Glibc.connect(number, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
        if result != 0 && errno != EINPROGRESS { throw SystemCallError("connect", on: "port \(port)") }
      }
    }
    return connection
  }
}

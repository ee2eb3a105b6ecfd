internal import CLinux

/// A connection to a port of some machine, by its numeric address.
public final class TCPConnection: Sendable {
  private let socket: Descriptor

  private init(socket: Descriptor) { self.socket = socket }

  /// Returns when the connection stands; cancelling gives up.
  public static func open(address: String, port: UInt16) async throws -> TCPConnection {
    let name = "\(address):\(port)"
    let number = try systemCall("connect", on: name) { clinux_begin_connection(address, port) }
    let socket = Descriptor(adopting: number, name: name)
    try await socket.waitUntilWritable()
    let failure = clinux_connection_failure(socket.number)
    if failure != 0 { throw SystemCallError("connect", on: name, errno: failure) }
    return TCPConnection(socket: socket)
  }

  public func read() async throws -> [UInt8] { try await socket.read() }
  public func write(_ bytes: [UInt8]) async throws { try await socket.write(bytes) }
  public func closeWriting() { socket.closeWriting() }
  public func close() { socket.close() }
}

internal import KubernetesAPI
internal import SystemIO

/// A connected socket as a two-way stream of bytes.
final class SocketChannel: ByteChannel {
  private let socket: Descriptor

  init(_ socket: Descriptor) { self.socket = socket }

  func read() async throws -> [UInt8]? {
    let bytes = try await socket.read()
    return bytes.isEmpty ? nil : bytes
  }

  func write(_ bytes: [UInt8]) async throws { try await socket.write(bytes) }

  func closeWriting() { socket.closeWriting() }

  func close() { socket.close() }
}

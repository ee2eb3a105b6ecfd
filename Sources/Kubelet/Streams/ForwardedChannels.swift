internal import ContainerRuntime
internal import KubernetesAPI

/// Carries connections to ports of a pod over one WebSocket: for each port a channel of data and one of errors.
struct ForwardedChannels: Sendable {
  static let protocols = ["v4.channel.k8s.io"]

  let runtime: any Runtime
  let sandbox: String
  let ports: [UInt16]
  let socket: WebSocket

  /// Runs until the client has gone or every connection has ended.
  func run() async {
    var connections: [Int: any ByteConnection] = [:]
    for (index, port) in ports.enumerated() {
      let number = [UInt8(truncatingIfNeeded: port), UInt8(truncatingIfNeeded: port >> 8)]
      // Each channel begins with the port that it belongs to.
      try? await socket.send(.binary([UInt8(2 * index)] + number))
      try? await socket.send(.binary([UInt8(2 * index + 1)] + number))
      do throws(RuntimeError) {
        connections[index] = try await runtime.dial(sandbox: sandbox, port: port)
      } catch {
        let message = ForwardedStreams.complaint(port, sandbox, error)
        try? await socket.send(.binary([UInt8(2 * index + 1)] + Array(message.utf8)))
      }
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [connections] in await carryInward(to: connections) }
      group.addTask { [connections] in await carryOutward(from: connections) }
      // A channel has no end of its own: that nothing more comes is told by closing them all.
      await group.next()
      group.cancelAll()
    }
    await socket.close()
  }

  private func carryOutward(from connections: [Int: any ByteConnection]) async {
    await withDiscardingTaskGroup { group in
      for (index, connection) in connections { group.addTask { await carry(from: connection, index: index) } }
    }
  }

  private func carry(from connection: any ByteConnection, index: Int) async {
    while let bytes = try? await connection.read(), !bytes.isEmpty {
      guard (try? await socket.send(.binary([UInt8(2 * index)] + bytes))) != nil else { break }
    }
    connection.close()
  }

  /// Returns when the client has gone, which ends the connections.
  private func carryInward(to connections: [Int: any ByteConnection]) async {
    while let message = try? await socket.receive() {
      guard case .binary(let bytes) = message, let channel = bytes.first, channel % 2 == 0,
        let connection = connections[Int(channel) / 2]
      else { continue }
      try? await connection.write(Array(bytes.dropFirst()))
    }
    for connection in connections.values { connection.close() }
  }
}

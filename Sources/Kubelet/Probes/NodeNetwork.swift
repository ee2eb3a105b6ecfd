public import ContainerRuntime
internal import SystemIO

/// How a kubelet reaches its pods: from the node's own network, as any client in the cluster would.
public protocol NodeNetwork: Sendable {
  /// Throws why there is no connection, in the words of the system: `connection refused`.
  func connect(to address: String, port: UInt16) async throws(NetworkFailure) -> any ByteConnection
}

public struct NetworkFailure: Error, Equatable {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// The network of the process itself, which runs inside its node.
public struct SystemNetwork: NodeNetwork {
  public init() {}

  public func connect(to address: String, port: UInt16) async throws(NetworkFailure) -> any ByteConnection {
    do {
      return try await TCPConnection.open(address: address, port: port)
    } catch let error as SystemCallError {
      throw NetworkFailure(error.reason.lowercased())
    } catch {
      throw NetworkFailure("operation was canceled")
    }
  }
}

extension TCPConnection: ByteConnection {}

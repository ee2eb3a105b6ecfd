public import ContainerRuntime
internal import SystemIO

/// How a kubelet reaches its pods: from the node's own network, as any client in the cluster would.
public protocol NodeNetwork: Sendable {
  /// Throws why there is no connection, in the words of the system: `connection refused`.
  func connect(to address: String, port: UInt16) async throws(NetworkFailure) -> any ByteConnection
  /// With TLS, whatever the certificate; `name` is what the server is asked to be.
  func connectSecurely(
    to address: String, port: UInt16, name: String?
  ) async throws(NetworkFailure) -> any ByteConnection
  /// Asks the health service of gRPC, for no longer than the limit.
  func checkHealth(of service: String, at address: String, port: UInt16, within limit: Duration) async -> HealthAnswer
}

/// What a health service said.
public enum HealthAnswer: Sendable, Equatable {
  /// By the number of the service's state.
  case state(UInt64)
  /// A status of gRPC other than OK.
  case refused(code: Int, message: String)
  case noConnection
}

public struct NetworkFailure: Error, Equatable {
  public var reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// Plain connections of the process itself, which runs inside its node.
public struct SystemNetwork: Sendable {
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

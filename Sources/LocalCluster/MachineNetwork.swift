internal import ContainerRuntime
internal import HTTPTransport
internal import Kubelet
internal import KubernetesAPI

/// The network of the process itself, which runs inside its node, with the protocols that probes speak.
struct MachineNetwork: NodeNetwork {
  func connect(to address: String, port: UInt16) async throws(NetworkFailure) -> any ByteConnection {
    try await SystemNetwork().connect(to: address, port: port)
  }

  func connectSecurely(
    to address: String, port: UInt16, name: String?
  ) async throws(NetworkFailure) -> any ByteConnection {
    do throws(StatusError) {
      return ChannelConnection(channel: try await UncheckedTLS.connect(to: address, port: port, name: name))
    } catch {
      let message = error.status.message ?? "\(error)"
      let isPlain = message.contains("unexpected TLS packet")
      throw NetworkFailure(isPlain ? "http: server gave HTTP response to HTTPS client" : message)
    }
  }

  func checkHealth(
    of service: String, at address: String, port: UInt16, within limit: Duration
  ) async -> HealthAnswer {
    let check = HealthCheck(
      host: address, port: port, service: service, userAgent: KubeletService.probeUserAgent, limit: limit)
    return switch await check.run() {
    case .state(let number): .state(number)
    case .refused(let code, let message): .refused(code: code, message: message)
    case .noConnection: .noConnection
    case .broken(let why): .refused(code: 14, message: why)
    }
  }
}

/// A stream of bytes as runtimes call it.
private struct ChannelConnection: ByteConnection {
  let channel: any ByteChannel

  func read() async throws -> [UInt8] { try await channel.read() ?? [] }
  func write(_ bytes: [UInt8]) async throws { try await channel.write(bytes) }
  func closeWriting() { channel.closeWriting() }
  func close() { channel.close() }
}

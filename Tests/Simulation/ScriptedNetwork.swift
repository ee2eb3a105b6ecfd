public import ContainerRuntime
public import Kubelet
public import SimulatedRuntime

/// The pods' addresses in a simulated node.
public struct ScriptedNetwork: NodeNetwork {
  private let runtime: ScriptedRuntime

  public init(runtime: ScriptedRuntime) { self.runtime = runtime }

  public func connect(to address: String, port: UInt16) async throws(NetworkFailure) -> any ByteConnection {
    do throws(RuntimeError) {
      let sandboxes = try await runtime.inventory().sandboxes
      guard let sandbox = sandboxes.first(where: { $0.addresses.contains(address) }) else {
        throw RuntimeError(.notFound, "no route to host")
      }
      return try await runtime.dial(sandbox: sandbox.spec.id, port: port)
    } catch {
      throw NetworkFailure(error.message)
    }
  }

  public func connectSecurely(
    to address: String, port: UInt16, name: String?
  ) async throws(NetworkFailure) -> any ByteConnection {
    try await connect(to: address, port: port)
  }

  public func checkHealth(
    of service: String, at address: String, port: UInt16, within limit: Duration
  ) async -> HealthAnswer {
    service == "shop" ? .state(1) : .state(2)
  }
}

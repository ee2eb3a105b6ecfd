internal import HTTPTransport
internal import ImageStore
internal import KubernetesAPI
internal import SystemIO

/// The way to registries through the network of this process.
struct RegistryConnection: RegistryTransport {
  func send(_ request: RegistryRequest) async throws(RegistryFailure) -> RegistryAnswer {
    var headers: HTTPHeaders = ["User-Agent": "podium"]
    for (name, value) in request.headers { headers.add(name, value) }
    let client = WebClient(certificateAuthority: request.certificateAuthority)
    let response: APIResponse
    do throws(WebFailure) {
      response = try await client.send(request.method, request.url, headers: headers, body: request.body)
    } catch {
      throw Self.failure(error)
    }
    return RegistryAnswer(status: response.status, header: { response.headers[$0] }, next: Self.pieces(response.body))
  }

  private static func pieces(_ body: APIResponse.Body) -> @Sendable () async throws -> [UInt8]? {
    guard case .stream(let stream) = body else { return { nil } }
    return {
      do {
        return try await stream.next()
      } catch let error as StatusError {
        throw RegistryFailure(.interrupted, error.message)
      }
    }
  }

  private static func failure(_ failure: WebFailure) -> RegistryFailure {
    let cause: RegistryFailure.Cause =
      switch failure.cause {
      case .unknownHost: hasWayOut ? .unknownHost : .offline
      case .unreachable: hasWayOut ? .unreachable : .offline
      case .interrupted: .interrupted
      case .other: .other
      }
    return RegistryFailure(cause, failure.message)
  }

  /// Whether the machine has a route to the rest of the world, or a proxy to ask.
  private static var hasWayOut: Bool {
    if ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"].contains(where: { Environment[$0] != nil }
    ) {
      return true
    }
    let routes = ((try? Files.readText("/proc/net/route")) ?? "").split(separator: "\n").dropFirst()
    if routes.contains(where: { $0.split(separator: "\t").dropFirst().first == "00000000" }) { return true }
    let anywhere = String(repeating: "0", count: 32) + " 00 "
    return ((try? Files.readText("/proc/net/ipv6_route")) ?? "").split(separator: "\n")
      .contains { $0.hasPrefix(anywhere) && !$0.hasSuffix(" lo") }
  }
}

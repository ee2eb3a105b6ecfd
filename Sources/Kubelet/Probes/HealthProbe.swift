internal import KubernetesAPI

/// A question to the health service of gRPC, as `grpc` probes ask it.
struct HealthProbe: Sendable {
  /// As the service's definition names its states.
  private static let states = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]
  private static let codes = [
    "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
    "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable",
    "DataLoss", "Unauthenticated",
  ]

  let errand: Errand
  let action: GRPCAction

  func run(within limit: Duration) async -> ProbeResult {
    guard let port = UInt16(exactly: action.port ?? 0), port > 0 else {
      return .errored("couldn't parse port \(action.port ?? 0)")
    }
    let host = errand.addresses.first ?? ""
    let service = action.service ?? ""
    let network = errand.context.network
    return await errand.within(limit) {
      let answer = await network.checkHealth(of: service, at: host, port: port, within: limit)
      if answer == .noConnection {
        // A client of gRPC goes on trying until its time is over.
        return .failure(Self.late("\(host):\(port)", limit))
      }
      return Self.verdict(on: answer, within: limit)
    } orElse: {
      .failure("timeout: health rpc did not complete within \(limit.text)")
    }
  }

  private static func late(_ address: String, _ limit: Duration) -> String {
    "timeout: failed to connect service \"\(address)\" within \(limit.text): context deadline exceeded"
  }

  static func verdict(on answer: HealthAnswer, within limit: Duration) -> ProbeResult {
    switch answer {
    case .state(1): return .success
    case .state(let number):
      let name = number < UInt64(states.count) ? states[Int(number)] : "\(number)"
      return .failure("service unhealthy (responded with \"\(name)\")")
    case .refused(code: 12, let message):
      return .failure(
        "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): \(message)")
    case .refused(code: 4, _): return .failure("timeout: health rpc did not complete within \(limit.text)")
    case .refused(let code, let message):
      let name = codes.indices.contains(code) ? codes[code] : "Code(\(code))"
      return .failure("error: health rpc probe failed: rpc error: code = \(name) desc = \(message)")
    case .noConnection: return .failure("error: health rpc probe failed: no connection")
    }
  }
}

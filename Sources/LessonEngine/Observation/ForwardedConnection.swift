internal import ClusterClient
internal import KubernetesAPI
internal import Synchronization

/// A connection to a port inside a pod, through port forwarding.
struct ForwardedConnection: Sendable {
  enum Reply: Sendable {
    case bytes([UInt8])
    /// Nobody listens at the port.
    case refused
    /// The way to the port is cut.
    case failed(String)
  }

  private let socket: WebSocket

  static func open(_ client: ClusterClient, _ pod: Pod, _ port: UInt16) async throws -> ForwardedConnection {
    let path = Pod.resource.path(namespace: pod.namespace, name: pod.name, subresource: "portforward")
    var request = APIRequest("GET", path, query: [QueryItem("ports", String(port))], user: client.user)
    request.headers["User-Agent"] = client.userAgent
    let handshake = WebSocketHandshake(protocols: ["v4.channel.k8s.io"])
    handshake.addRequestHeaders(to: &request.headers)
    return ForwardedConnection(socket: try await handshake.open(try await client.endpoint.send(request)).socket)
  }

  /// Sends a request and answers everything up to the end of the connection.
  func exchange(_ request: [UInt8]) async throws -> Reply {
    try await withTaskCancellationHandler {
      // Nobody may be there to take it, which the other channel tells.
      try? await socket.send(.binary([0] + request))
      var bytes: [UInt8] = []
      while let piece = try await next() {
        switch piece {
        case .bytes(let more): if bytes.count < 4 << 20 { bytes += more }
        case .refused, .failed: return piece
        }
      }
      await socket.close()
      return .bytes(bytes)
    } onCancel: {
      Task { await socket.close() }
    }
  }

  /// What is said to a connection. Nothing is sent, so a server that waits for words is one that has taken it.
  func firstReply() async throws -> Reply {
    let socket = socket
    return try await withThrowingTaskGroup(of: Reply.self) { group in
      // One that ends it without a word has taken it as well.
      group.addTask { try await next() ?? .bytes([]) }
      group.addTask {
        try await Task.sleep(for: .milliseconds(300))
        return .bytes([])
      }
      defer { group.cancelAll() }
      let first = await group.nextResult() ?? .success(.bytes([]))
      await socket.close()
      return try first.get()
    }
  }

  /// Channel 0 carries the data and channel 1 a complaint; the first message of each is the number of the port.
  private func next() async throws -> Reply? {
    while let message = try await socket.receive() {
      guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
      if bytes.count == 3, greetings.take(channel) { continue }
      if channel == 1 {
        let why = String(decoding: bytes.dropFirst(), as: UTF8.self)
        return why.lowercased().contains("connection refused") ? .refused : .failed(why)
      }
      return .bytes(Array(bytes.dropFirst()))
    }
    return nil
  }

  private let greetings = Greetings()
}

/// Which channels have not yet said which port they are for.
private final class Greetings: Sendable {
  private let waiting = Mutex<Set<UInt8>>([0, 1])

  func take(_ channel: UInt8) -> Bool { waiting.withLock { $0.remove(channel) } != nil }
}

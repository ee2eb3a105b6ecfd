internal import Documents
internal import KubernetesAPI
internal import Synchronization

/// The API server as clients of this machine see it: Kubernetes' paths, and beside them the few by which `podium
/// cluster` steers the process itself.
final class ControlEndpoint: APIEndpoint {
  /// What the process can be asked for.
  protocol Controls: Sendable {
    func status() async -> Document
    /// Opens the loopback port if need be and answers a kubeconfig for it.
    func kubeconfig() async throws -> String
    /// Fetches an image for a kubelet, which has no way to registries.
    func pull(_ body: [UInt8]) async throws(StatusError) -> APIResponse
    /// Removes an image for a kubelet, which does not see who else uses it.
    func removeImage(_ body: [UInt8]) async throws(StatusError) -> APIResponse
    func requestStop()
    /// Answers the name of the new node.
    func addNode(_ name: String?) async throws -> String
    func change(node: String, _ change: NodeChange) async throws
  }

  private let server: any APIEndpoint
  private let controls: any Controls
  private let activity: ClientActivity

  init(server: any APIEndpoint, controls: any Controls, activity: ClientActivity) {
    self.server = server
    self.controls = controls
    self.activity = activity
  }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    if request.path.hasPrefix("/podium/") { return try await control(request) }
    // A kubelet is there as long as its node is; it keeps nothing awake.
    if request.headers["User-Agent"]?.hasPrefix("kubelet") == true { return try await server.send(request) }
    activity.begin()
    do throws(StatusError) {
      var response = try await server.send(request)
      switch response.body {
      case .bytes: activity.end()
      case .stream(let stream): response.body = .stream(CountedStream(stream, activity))
      case .upgraded(let channel): response.body = .upgraded(CountedChannel(channel, activity))
      }
      return response
    } catch {
      activity.end()
      throw error
    }
  }

  private func control(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    // Anybody may knock at the port on the loopback interface; the process obeys its owner.
    if request.user != .admin {
      throw StatusError(
        403, "Forbidden",
        "forbidden: User \"\(request.user.name)\" cannot \(request.method.lowercased()) path \"\(request.path)\"")
    }
    switch (request.method, request.path) {
    case ("GET", "/podium/status"):
      return APIResponse(json: await controls.status().json())
    case ("POST", "/podium/kubeconfig"):
      do {
        let text = try await controls.kubeconfig()
        return APIResponse(headers: ["Content-Type": "application/yaml"], body: .bytes(Array(text.utf8)))
      } catch {
        throw StatusError.internalError("\(error)")
      }
    case ("POST", RemotePull.path): return try await controls.pull(request.body)
    case ("POST", RemoteRemoval.path): return try await controls.removeImage(request.body)
    case ("POST", "/podium/stop"):
      controls.requestStop()
      return APIResponse(status: 202, json: Array("{}".utf8))
    case ("POST", "/podium/nodes"):
      let name = (try? Document.parse(json: request.body))?["name"]?.stringValue
      return try await answer { ["name": .string(try await controls.addNode(name))] }
    default:
      return try await control(nodeOf: request)
    }
  }

  /// `POST /podium/nodes/NAME/CHANGE`
  private func control(nodeOf request: APIRequest) async throws(StatusError) -> APIResponse {
    let parts = request.path.split(separator: "/").dropFirst().map(String.init)
    guard request.method == "POST", parts.count == 3, parts[0] == "nodes", let change = NodeChange(rawValue: parts[2])
    else { throw StatusError.noSuchResource() }
    return try await answer {
      try await controls.change(node: parts[1], change)
      return [:]
    }
  }

  /// What keeps it from being done is told in its own words.
  private func answer(_ body: () async throws -> Document) async throws(StatusError) -> APIResponse {
    do {
      return APIResponse(json: try await body().json())
    } catch let problem as ClusterProblem {
      throw StatusError(409, "Conflict", problem.description)
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }
}

/// What can be done to a node, in the words of `podium node`.
public enum NodeChange: String, Sendable {
  case start, stop, kill, remove
}

/// Who is there: requests, watches and sessions under way, and when the last one ended.
final class ClientActivity: Sendable {
  private struct State {
    var underWay = 0
    var lastEnd: ContinuousClock.Instant
  }

  private let state: Mutex<State>

  init(now: ContinuousClock.Instant) { state = Mutex(State(lastEnd: now)) }

  func begin() { state.withLock { $0.underWay += 1 } }

  func end() {
    state.withLock {
      $0.underWay -= 1
      $0.lastEnd = .now
    }
  }

  /// How long nobody has asked for anything; zero while somebody does.
  func quietTime(now: ContinuousClock.Instant) -> Duration {
    state.withLock { $0.underWay > 0 ? .zero : now - $0.lastEnd }
  }
}

/// Ends an activity once, however often its end is told.
private final class ActivityEnd: Sendable {
  private let activity: ClientActivity
  private let hasEnded = Mutex(false)

  init(_ activity: ClientActivity) { self.activity = activity }

  deinit { tell() }

  func tell() {
    let isFirst = hasEnded.withLock { ended in
      defer { ended = true }
      return !ended
    }
    if isFirst { activity.end() }
  }
}

private struct CountedStream: ByteStream {
  let stream: any ByteStream
  let end: ActivityEnd

  init(_ stream: any ByteStream, _ activity: ClientActivity) {
    self.stream = stream
    end = ActivityEnd(activity)
  }

  func next() async throws -> [UInt8]? {
    let chunk = try await stream.next()
    if chunk == nil { end.tell() }
    return chunk
  }

  func cancel() {
    stream.cancel()
    end.tell()
  }
}

private struct CountedChannel: ByteChannel {
  let channel: any ByteChannel
  let end: ActivityEnd

  init(_ channel: any ByteChannel, _ activity: ClientActivity) {
    self.channel = channel
    end = ActivityEnd(activity)
  }

  func read() async throws -> [UInt8]? { try await channel.read() }
  func write(_ bytes: [UInt8]) async throws { try await channel.write(bytes) }
  func closeWriting() { channel.closeWriting() }

  func close() {
    channel.close()
    end.tell()
  }
}

import APIServer
import ClusterClient
import KubernetesAPI
import ObjectStore
import Synchronization

/// A server over a store in memory that can be told to be away, and to drop those who listen to it.
final class UnreliableServer: APIEndpoint {
  let store: Store
  private let server: Server
  private let state = Mutex(State())

  private struct State {
    var isAway = false
    /// How often all listeners were dropped.
    var drops = 0
    var streams: [any ByteStream] = []
    var asked: [String] = []
  }

  init() async throws {
    store = try Store.inMemory()
    server = Server(store: store, nodes: NoNodes())
    try await server.prepare()
  }

  /// What was asked, as `METHOD path`, with a star behind it for a watch.
  var asked: [String] { state.withLock(\.asked) }

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let (isAway, drops) = state.withLock { state in
      state.asked.append("\(request.method) \(request.path)" + (request.isSet("watch") ? " *" : ""))
      return (state.isAway, state.drops)
    }
    if isAway { throw StatusError.unreachable("the server is away") }
    let response = try await server.send(request)
    guard case .stream(let stream) = response.body else { return response }
    let isDropped = state.withLock { state in
      state.streams.append(stream)
      return state.drops != drops
    }
    // Whoever asked before the drop is dropped with the others.
    if isDropped { stream.cancel() }
    return response
  }

  /// Ends all that is being read, as a server does that goes down or finds a watch old enough.
  func dropListeners() {
    let streams = state.withLock { state in
      defer { state.streams = [] }
      state.drops += 1
      return state.streams
    }
    for stream in streams { stream.cancel() }
  }

  func goAway() {
    state.withLock { $0.isAway = true }
    dropListeners()
  }

  func comeBack() { state.withLock { $0.isAway = false } }

  /// A client of another server over the same store, which is never away.
  var past: ClusterClient { ClusterClient(endpoint: Server(store: store, nodes: NoNodes())) }
}

private struct NoNodes: NodeConnector {
  func endpoint(node: Node) async throws(StatusError) -> any APIEndpoint {
    throw StatusError.unavailable("no node answers here")
  }
}

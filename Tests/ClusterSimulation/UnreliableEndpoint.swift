internal import KubernetesAPI
internal import Simulation

/// The way from one process to the API server, whichever life of it is served at the moment.
struct UnreliableEndpoint: APIEndpoint {
  let cluster: SimulatedCluster
  /// Of the process that asks.
  let life: Life
  let name: String
  /// Whether nothing is lost on this way but by deaths.
  var isPerfect = false

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let what = "\(name): \(request.method) \(request.path)\(request.isSet("watch") ? " watch" : "")"
    try await travel()
    guard let server = cluster.server, life.isAlive else { throw StatusError.unreachable("nobody answers") }
    if !isPerfect, cluster.weather.losesRequest {
      cluster.history.note("\(what) is lost")
      throw StatusError.unreachable("the request is lost")
    }
    // What the server does it does to its end, even if the one who asked is dead.
    let answer = await Task(executorPreference: cluster.world) { () -> Result<APIResponse, StatusError> in
      do throws(StatusError) {
        return .success(try await server.endpoint.send(request))
      } catch {
        return .failure(error)
      }
    }.value
    var response = try answer.get()
    cluster.history.note("\(what) \(response.status)")
    var isLost = !isPerfect && cluster.weather.losesAnswer
    do throws(StatusError) { try await travel() } catch { isLost = true }
    isLost = isLost || !server.life.isAlive || !life.isAlive
    guard case .stream(let source) = response.body else {
      if isLost {
        cluster.history.note("\(what) is not answered")
        throw StatusError.unreachable("the answer is lost")
      }
      return response
    }
    if isLost {
      source.cancel()
      throw StatusError.unreachable("the answer is lost")
    }
    let stream = BreakableStream(source)
    server.life.add(stream)
    response.body = .stream(stream)
    if cluster.fault == .repeatsNews, isPerfect {
      response.body = .stream(RepeatingStream(stream) { [world = cluster.world] in world.pick(0..<10) == 0 })
    }
    return response
  }

  private func travel() async throws(StatusError) {
    if isPerfect { return }
    do {
      try await cluster.weather.delay()
    } catch {
      throw StatusError.unreachable("given up")
    }
  }
}

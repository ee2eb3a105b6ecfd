public import KubernetesAPI
public import ObjectSchema
public import ObjectStore

/// The Kubernetes API over a store: finds the kind, decodes, defaults, admits, checks and stores.
///
/// Knows no sockets: a transport, or a component of the same process, calls `send`. Never throws what a `Status` can
/// say. `prepare` makes what every cluster has; `run` does what takes time: it ends watches that have lasted long
/// enough, sends bookmarks and forgets old events.
public final class Server: APIEndpoint {
  let store: Store
  let nodes: any NodeConnector
  let clock: @Sendable () -> Timestamp
  let objects = ObjectCache(capacity: 2048)
  let watches = WatchTimetable()
  let requests = RequestLog(capacity: 4096)
  let discovery = Discovery()
  let openAPI = OpenAPI()
  let issuer: TokenIssuer?
  let identities: Identities

  /// What a body may hold at most.
  static let bodyLimit = 3 << 20

  /// - Parameter signer: What tokens of service accounts are signed with; without it none are issued.
  /// - Parameter randomness: Where uids and generated names come from.
  public init(
    store: Store, nodes: any NodeConnector, signer: (any TokenSigner)? = nil,
    clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
    randomness: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
  ) {
    identities = Identities(randomness: randomness)
    issuer = signer.map(TokenIssuer.init)
    self.store = store
    self.nodes = nodes
    self.clock = clock
  }

  public func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    let time = clock()
    let start = ContinuousClock.now
    let route = Route(path: request.path)
    var request = request
    let response: APIResponse
    var reason: String?
    do throws(StatusError) {
      request.user = try Impersonation.user(of: request)
      try Authorization.check(request.user, Deed(request, route))
      response = try await answer(request, route)
    } catch {
      reason = error.reason
      response = error.response
    }
    if case .objects(let target) = route, target.resource.group != RequestRecord.resource.group {
      requests.add(
        RequestLog.Entry(
          time: time, request: request, target: target, verb: Deed.verb(request, name: target.name),
          code: response.status, reason: reason, duration: start.duration(to: .now)))
    }
    return response
  }

  private func answer(_ request: APIRequest, _ route: Route?) async throws(StatusError) -> APIResponse {
    guard request.body.count <= Self.bodyLimit else {
      throw StatusError.tooLarge("Request entity too large: limit is \(Self.bodyLimit)")
    }
    guard let route else { throw StatusError.noSuchResource() }
    if case .objects(let target) = route { return try await answer(request, target) }
    guard request.method == "GET" || request.method == "HEAD" else { throw StatusError.methodNotAllowed() }
    switch route {
    case .health(let name): return try await health(name, isVerbose: request.query("verbose") != nil)
    case .version: return APIResponse(json: discovery.version)
    case .openAPIVersion2: return try openAPI.version2(request)
    case .openAPIIndex: return try openAPI.index(request)
    case .openAPIGroup(let name): return try openAPI.group(name, request)
    case .tokenKeys, .tokenConfiguration: return try tokenDiscovery(route)
    case .root, .coreVersions, .groups, .group, .groupVersion: return try discovery.answer(request, route)
    case .objects: throw StatusError.noSuchResource()
    }
  }

  private func answer(_ request: APIRequest, _ target: Route.Target) async throws(StatusError) -> APIResponse {
    if target.resource.group == RequestRecord.resource.group { return try requests.answer(request, target, clock()) }
    let call = try Call(request, target, clock: clock)
    if call.resource.group == PodMetrics.resource.group { return try await answerMetrics(call) }
    if call.resource.isReview { return try await answerReview(call) }
    if call.resource.kind == Binding.resource.kind { return try await answerBinding(call) }
    if let subresource = target.subresource { return try await answer(call, subresource: subresource) }
    switch (request.method, target.name) {
    case ("GET", nil):
      return request.isSet("watch") ? try await watch(call) : try await list(call)
    case ("POST", nil): return try await create(call)
    case ("DELETE", nil): return try await deleteCollection(call)
    case ("GET", let name?):
      // A watch of one object is a watch of the collection that sees only this one.
      return request.isSet("watch") ? try await watch(call.selecting(name)) : try await get(call)
    case ("PUT", .some): return try await update(call, .main)
    case ("PATCH", .some): return try await patch(call, .main)
    case ("DELETE", .some): return try await delete(call)
    default: throw StatusError.methodNotAllowed()
    }
  }

  private func answer(_ call: Call, subresource: String) async throws(StatusError) -> APIResponse {
    guard call.target.name != nil,
      let known = call.target.resource.subresources.first(where: { $0.name == subresource })
    else { throw StatusError.noSuchResource() }
    switch (call.target.resource.kind, subresource, call.request.method) {
    case (_, "status", "GET"), (_, "ephemeralcontainers", "GET"): return try await get(call)
    case (_, "status", "PUT"): return try await update(call, .status)
    case (_, "status", "PATCH"): return try await patch(call, .status)
    case (_, "scale", "GET"): return try await readScale(call)
    case (_, "scale", "PUT"): return try await updateScale(call)
    case (_, "scale", "PATCH"): return try await patchScale(call)
    case ("Pod", "binding", "POST"): return try await bind(call)
    case ("Pod", "eviction", "POST"): return try await evict(call)
    case ("Pod", "log", "GET"): return try await readLog(call)
    case ("Pod", "exec", "GET"), ("Pod", "exec", "POST"), ("Pod", "attach", "GET"), ("Pod", "attach", "POST"):
      return try await openTerminal(call, subresource)
    case ("Pod", "portforward", "GET"), ("Pod", "portforward", "POST"): return try await forwardPorts(call)
    case ("Pod", "ephemeralcontainers", "PUT"): return try await update(call, .ephemeralContainers)
    case ("Pod", "ephemeralcontainers", "PATCH"): return try await patch(call, .ephemeralContainers)
    case ("ServiceAccount", "token", "POST"): return try await issueToken(call)
    case ("Node", "proxy", _): return try await proxy(call)
    case ("Namespace", "finalize", "PUT"): return try await update(call, .finalize)
    default: throw known.verbs.isEmpty ? StatusError.noSuchResource() : StatusError.methodNotAllowed()
    }
  }

  /// What others need to check the tokens of this cluster.
  private func tokenDiscovery(_ route: Route) throws(StatusError) -> APIResponse {
    guard let issuer else { throw StatusError.noSuchResource() }
    if case .tokenKeys = route {
      return APIResponse(
        headers: ["Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=3600"],
        body: .bytes(issuer.keySet.json()))
    }
    return APIResponse(
      headers: ["Content-Type": "application/json", "Cache-Control": "public, max-age=3600"],
      body: .bytes(issuer.configuration.json()))
  }

  private func health(_ name: String, isVerbose: Bool) async throws(StatusError) -> APIResponse {
    do {
      _ = try await store.get("/")
    } catch {
      throw StatusError.unavailable("[-]store failed: \(error)\n\(name) check failed")
    }
    let text = isVerbose ? "[+]ping ok\n[+]store ok\n\(name) check passed\n" : "ok"
    return APIResponse(headers: ["Content-Type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
  }
}

/// One request about objects, with what all verbs want to know of it.
struct Call: Sendable {
  var request: APIRequest
  var target: Route.Target
  let form: StoredForm
  let answerForm: AnswerForm
  let clock: @Sendable () -> Timestamp

  init(_ request: APIRequest, _ target: Route.Target, clock: @escaping @Sendable () -> Timestamp) throws(StatusError) {
    self.request = request
    self.target = target
    self.clock = clock
    form = StoredForm(target.resource)
    let streams = ["exec", "attach", "portforward", "log", "proxy"].contains(target.subresource ?? "")
    answerForm =
      streams
      ? .json
      : try AnswerForm(accept: request.headers["Accept"], offering: [.plain, .table, .partialMetadata])
  }

  var resource: Resource { target.resource }
  var name: String { target.name ?? "" }
  var key: String { form.key(namespace: target.namespace, name: name) }
  var now: Timestamp { clock() }
  var isDryRun: Bool { request.query.contains { $0.name == "dryRun" && $0.value == "All" } }

  func selecting(_ name: String) -> Call {
    var call = self
    call.target.name = nil
    call.request.query.removeAll { $0.name == "fieldSelector" }
    call.request.query.append(QueryItem("fieldSelector", "metadata.name=\(name)"))
    return call
  }

  func notFound() -> StatusError { .notFound(resource.plural, name, group: resource.group) }
}

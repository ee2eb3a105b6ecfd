public import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// What the server does without being asked.
extension Server {
  /// How long an event is kept after it was last written.
  static let eventLifetime = Duration.seconds(3600)

  /// What every cluster has, made before the first request: its namespaces and the service that leads to its API.
  public func prepare() async throws(StatusError) {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      var namespace = Namespace()
      namespace.metadata.name = name
      try await make(namespace, at: "/api/v1/namespaces")
    }
    try await makeOwnService()
  }

  /// The service by which pods find the API. Its address is the first of all.
  private func makeOwnService() async throws(StatusError) {
    var port = ServicePort()
    port.name = "https"
    port.port = 443
    port.targetPort = .int(6443)
    var service = Service()
    service.metadata.name = "kubernetes"
    service.metadata.labels = ["component": "apiserver", "provider": "kubernetes"]
    service.spec.clusterIP = "10.96.0.1"
    service.spec.ports = [port]
    try await make(service, at: "/api/v1/namespaces/default/services")
  }

  /// Makes it again whenever somebody has deleted it.
  private func keepOwnService() async {
    let key = StoredForm(Service.resource).key(namespace: "default", name: "kubernetes")
    while !Task.isCancelled {
      // A store that is closed or full says so to those who ask for something.
      guard let changes = try? await store.watch(prefix: key, after: store.currentRevision) else { return }
      do {
        if try await store.get(key) == nil { try await makeOwnService() }
        for try await change in changes where change.operation == .delete && change.key == key {
          try await makeOwnService()
        }
        return
      } catch {
        // History may have left the watch behind: it begins anew.
        do { try await Task.sleep(for: .seconds(1)) } catch { return }
      }
    }
  }

  private func make(_ object: some NamedObject, at path: String) async throws(StatusError) {
    let request = APIRequest(
      "POST", path, body: object.typed().document().json(),
      user: UserInfo(name: "system:apiserver", groups: ["system:masters"]))
    let response = try await send(request)
    // One that is there is as good as a new one, and an address that somebody else has taken stays with him.
    if [201, 409, 422].contains(response.status) { return }
    guard case .bytes(let body) = response.body else { return }
    throw StatusError(response: response.status, body: body)
  }

  /// Ends watches, sends bookmarks, forgets old events and makes again what must not be missing, until it is cancelled.
  public func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { [self] in await watches.run() }
      group.addTask { [self] in await keepOwnService() }
      group.addTask { [self] in
        while !Task.isCancelled {
          let pause = await forgetOldEvents()
          do { try await Task.sleep(for: pause) } catch { return }
        }
      }
    }
  }

  /// Answers how long there will be nothing to forget.
  @discardableResult
  func forgetOldEvents() async -> Duration {
    let form = StoredForm(Event.resource)
    var pause = Self.eventLifetime
    // A store that is closed or full says so to those who ask for something.
    guard let listing = try? await store.list(prefix: form.prefix(namespace: nil)) else { return pause }
    let now = clock()
    for stored in listing.objects {
      guard let event = form.decode(stored) as? Event else { continue }
      let times = [event.metadata.creationTimestamp, event.lastSeen].compactMap { $0 }
      guard let latest = times.max() else { continue }
      if now - latest > Self.eventLifetime {
        _ = try? await store.delete(stored.key, expecting: stored.modified)
      } else {
        pause = min(pause, Self.eventLifetime - (now - latest))
      }
    }
    // Events come in bursts, and go in bursts.
    return max(.seconds(60), pause)
  }
}

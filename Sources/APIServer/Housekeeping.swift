public import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// What the server does without being asked.
extension Server {
  /// How long an event is kept after it was last written.
  static let eventLifetime = Duration.seconds(3600)

  /// The namespaces of every cluster, made before the first request.
  public func prepare() async throws(StatusError) {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      var namespace = Namespace()
      namespace.metadata.name = name
      let request = APIRequest(
        "POST", "/api/v1/namespaces", body: namespace.typed().document().json(),
        user: UserInfo(name: "system:apiserver", groups: ["system:masters"]))
      let response = try await send(request)
      if response.status == 201 || response.status == 409 { continue }
      guard case .bytes(let body) = response.body else { continue }
      throw StatusError(response: response.status, body: body)
    }
  }

  /// Ends watches, sends bookmarks and forgets old events, until it is cancelled.
  public func run() async {
    var seconds = 0
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
      watches.tick()
      seconds += 1
      if seconds % 60 == 0 { await forgetOldEvents() }
    }
  }

  func forgetOldEvents() async {
    let form = StoredForm(Event.resource)
    // A store that is closed or full says so to those who ask for something.
    guard let listing = try? await store.list(prefix: form.prefix(namespace: nil)) else { return }
    let now = clock()
    for stored in listing.objects {
      guard let event = form.decode(stored) as? Event else { continue }
      let times = [event.metadata.creationTimestamp, event.lastSeen].compactMap { $0 }
      guard let latest = times.max(), now - latest > Self.eventLifetime else { continue }
      _ = try? await store.delete(stored.key, expecting: stored.modified)
    }
  }
}

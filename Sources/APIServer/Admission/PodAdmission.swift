internal import KubernetesAPI
internal import ObjectSchema

/// What the server puts into a new pod besides defaults, and what it refuses because of other objects.
extension Server {
  func admit(_ pod: inout Pod, _ call: Call) async throws(StatusError) {
    let isStatic = pod.metadata.annotations["kubernetes.io/config.mirror"] != nil
    if isStatic {
      // The mirror of a pod that its node runs on its own: it can be shown, not changed.
      if let why = AccountAdmission.refusal(ofMirror: pod.spec) { throw Self.refused(pod, why) }
    } else {
      if pod.spec.serviceAccountName?.isEmpty ?? true { pod.spec.serviceAccountName = "default" }
      let name = pod.spec.serviceAccountName ?? ""
      let namespace = call.target.namespace ?? ""
      guard let account = try await account(name, namespace) else {
        throw Self.refused(
          pod, "error looking up service account \(namespace)/\(name): serviceaccount \"\(name)\" not found")
      }
      AccountAdmission.apply(account, to: &pod.spec, volumeName: identities.name("kube-api-access-"))
      if let why = AccountAdmission.refusal(of: pod.spec, by: account) { throw Self.refused(pod, why) }
    }
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    if let why = PriorityAdmission.resolve(&pod.spec) { throw Self.refused(pod, why) }
    try await admitSecurity(of: pod, call)
  }

  /// Refuses what the pod's namespace does not allow: a new pod, or one that is given another container.
  func admitSecurity(of pod: Pod, _ call: Call) async throws(StatusError) {
    guard let namespace = try await object(Namespace.self, call.target.namespace ?? "", namespace: nil) else { return }
    if let why = PodSecurity.refusal(of: pod, in: namespace) { throw Self.refused(pod, why) }
  }

  private static func refused(_ pod: Pod, _ why: String) -> StatusError { .forbidden("pods", pod.name, why) }

  /// The account; that of a namespace made a moment ago is on its way.
  private func account(_ name: String, _ namespace: String) async throws(StatusError) -> ServiceAccount? {
    if let account = try await object(ServiceAccount.self, name, namespace: namespace) { return account }
    if name != "default" { return nil }
    await waitForChange(of: StoredForm(ServiceAccount.resource).key(namespace: namespace, name: name), in: namespace)
    return try await object(ServiceAccount.self, name, namespace: namespace)
  }

  /// Returns when the object is there; as patient as Kubernetes at most is: two seconds.
  private func waitForChange(of key: String, in namespace: String) async {
    // From before the last look: what came in between counts.
    guard let changes = try? await store.watch(prefix: key, after: store.currentRevision),
      (try? await store.get(key)) == nil
    else { return }
    let patience = Task {
      try await Task.sleep(for: .seconds(2))
      changes.cancel()
    }
    defer { patience.cancel() }
    do {
      for try await change in changes where change.operation == .put && change.key == key { return }
    } catch {
      // The last look tells.
    }
  }

  /// An object that is kept, or nil.
  func object<Object: NamedObject>(
    _ type: Object.Type, _ name: String, namespace: String?
  ) async throws(StatusError) -> Object? {
    let form = StoredForm(Object.resource)
    do {
      guard let stored = try await store.get(form.key(namespace: namespace, name: name)) else { return nil }
      return objects.object(stored, form) as? Object
    } catch {
      throw error.status(Object.resource, name)
    }
  }
}

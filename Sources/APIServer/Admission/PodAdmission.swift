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
    // No cluster has any before somebody makes one, and here nobody can.
    if let name = pod.spec.runtimeClassName {
      throw Self.refused(pod, "pod rejected: RuntimeClass \"\(name)\" not found")
    }
    try await admitSecurity(of: pod, call)
  }

  /// Refuses what the pod's namespace does not allow: a new pod, or one that is given another container.
  func admitSecurity(of pod: Pod, _ call: Call) async throws(StatusError) {
    guard let namespace = try await object(Namespace.self, call.target.namespace ?? "", namespace: nil) else { return }
    if let why = PodSecurity.refusal(of: pod, in: namespace) { throw Self.refused(pod, why) }
  }

  /// What is said about a pod, or about the template of one, that the namespace takes all the same.
  func securityWarnings(about object: any NamedObject, _ call: Call) async throws(StatusError) -> [String] {
    let spec: PodSpec
    switch object {
    case let pod as Pod: spec = pod.spec
    case let template as PodTemplate: spec = template.template.spec
    case let set as ReplicaSet: spec = set.spec.template.spec
    case let set as DaemonSet: spec = set.spec.template.spec
    case let deployment as Deployment: spec = deployment.spec.template.spec
    case let job as Job: spec = job.spec.template.spec
    default: return []
    }
    guard let namespace = try await self.object(Namespace.self, call.target.namespace ?? "", namespace: nil) else {
      return []
    }
    return PodSecurity.warning(about: spec, in: namespace).map { [$0] } ?? []
  }

  /// Which pods a namespace has that it would not take any more.
  func securityWarnings(about namespace: Namespace, from old: Namespace) async -> [String] {
    let policy = PodSecurity.policy(.enforce, of: namespace)
    let form = StoredForm(Pod.resource)
    guard !policy.isNoStricter(than: PodSecurity.policy(.enforce, of: old)),
      let listing = try? await store.list(prefix: form.prefix(namespace: namespace.name))
    else { return [] }
    var names: [String: [String]] = [:]
    for pod in listing.objects.compactMap({ objects.object($0, form) as? Pod }) {
      let reasons = PodSecurity.reasons(against: pod.spec, policy)
      if !reasons.isEmpty { names[reasons.joined(separator: ", "), default: []].append(pod.name) }
    }
    let lines = names.map { reasons, names -> String in
      let others = names.count == 1 ? "" : " (and \(names.count - 1) other \(names.count == 2 ? "pod" : "pods"))"
      return "\(names.min() ?? "")\(others): \(reasons)"
    }
    let head =
      "existing pods in namespace \"\(namespace.name)\" violate the new PodSecurity enforce level \"\(policy)\""
    return lines.isEmpty ? [] : [head] + lines.sorted()
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

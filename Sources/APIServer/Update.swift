internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// Which part of an object a request may change.
enum WriteScope: Sendable {
  case main, status, ephemeralContainers, finalize

  var updateScope: UpdateScope { self == .status ? .status : .main }
}

extension Server {
  func update(_ call: Call, _ scope: WriteScope) async throws(StatusError) -> APIResponse {
    guard scope != .main || call.resource.verbs.contains("update") else { throw StatusError.methodNotAllowed() }
    let (object, remarks) = try call.objectInBody()
    try checkPlace(object, call)
    if scope == .main && call.resource.isMadeByUpdate {
      let key = call.key
      let present = try await read(call) { () throws(StoreError) in try await self.store.get(key) }
      if present == nil { return try await create(call) }
    }
    let (stored, warnings) = try await change(call, scope) { old throws(StatusError) in
      // Without a revision the update is meant for whatever is there.
      let version = object.metadata.resourceVersion ?? ""
      if !version.isEmpty && version != old.metadata.resourceVersion {
        throw StatusError.modified(call.resource.plural, call.name, group: call.resource.group)
      }
      return object
    }
    return call.response(stored, warnings: remarks + warnings, objects)
  }

  private func checkPlace(_ object: any NamedObject, _ call: Call) throws(StatusError) {
    if object.name.isEmpty {
      throw StatusError.badRequest(
        "the name of the object (\(call.name) based on URL) was undeterminable: name must be provided")
    }
    if object.name != call.name {
      throw StatusError.badRequest(
        "the name of the object (\(object.name)) does not match the name on the URL (\(call.name))")
    }
    if let namespace = call.target.namespace, !object.namespace.isEmpty, object.namespace != namespace {
      throw StatusError.badRequest(
        "the namespace of the object (\(object.namespace)) does not match the namespace on the URL (\(namespace))")
    }
  }

  /// Reads the object, lets it be changed, checks the change and writes it; begins anew when somebody was quicker.
  ///
  /// `make` says itself when a client that named a revision has lost the race.
  func change(
    _ call: Call, _ scope: WriteScope,
    _ make: (_ old: any NamedObject) throws(StatusError) -> any NamedObject
  ) async throws(StatusError) -> (stored: StoredObject, warnings: [String]) {
    var attempts = 0
    while true {
      let before = try await stored(call)
      let old = objects.object(before, call.form)
      var object = try make(old)
      try checkIdentity(object.metadata, old.metadata, call)
      prepare(&object, from: old, call, scope)
      let seen = scope == .main ? try await complete(&object, from: old, call) : nil
      var errors = call.resource.check(object) + checkUpdate(object, from: old, call, scope)
      if scope == .main, object is Namespace {
        // What is there already keeps nobody from changing something else.
        let known = PodSecurity.errors(in: old.metadata.labels)
        errors += PodSecurity.errors(in: object.metadata.labels).filter { !known.contains($0) }
      }
      if !errors.isEmpty {
        throw StatusError.invalid(
          call.resource.kind, call.name, group: call.resource.group, call.resource.schema.sorted(errors))
      }
      let pod = object as? Pod
      let isOtherPod = pod.map { PodSecurity.matters(from: (old as? Pod)?.spec ?? PodSpec(), to: $0.spec) } ?? true
      if let pod, scope != .status, isOtherPod { try await admitSecurity(of: pod, call) }
      // Whoever reports a status has not chosen the rest.
      var warnings = scope == .status ? [] : call.resource.warnings(object)
      if scope != .status, isOtherPod { warnings += try await securityWarnings(about: object, call) }
      if scope == .main, let namespace = object as? Namespace, let before = old as? Namespace {
        warnings += await securityWarnings(about: namespace, from: before)
      }
      do {
        return (try await write(object, over: before, knowing: seen, call), warnings)
      } catch  where error.isConflict && attempts < 100 {
        attempts += 1
      }
    }
  }

  private func checkIdentity(_ new: ObjectMeta, _ old: ObjectMeta, _ call: Call) throws(StatusError) {
    guard let uid = new.uid, !uid.isEmpty, uid != old.uid else { return }
    throw StatusError.conflict(
      call.resource.plural, call.name, group: call.resource.group,
      "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid ?? "")")
  }

  private func prepare(
    _ object: inout any NamedObject, from old: any NamedObject, _ call: Call, _ scope: WriteScope
  ) {
    object.metadata.name = old.metadata.name
    object.metadata.namespace = old.metadata.namespace
    object.metadata.uid = old.metadata.uid
    object.metadata.creationTimestamp = old.metadata.creationTimestamp
    object.metadata.deletionTimestamp = old.metadata.deletionTimestamp
    object.metadata.deletionGracePeriodSeconds = old.metadata.deletionGracePeriodSeconds
    object.metadata.generation = old.metadata.generation
    switch scope {
    case .main, .status:
      call.resource.applyDefaults(&object)
      call.resource.prepareForUpdate(&object, from: old, scope: scope.updateScope)
    case .ephemeralContainers:
      guard let asked = object as? Pod, var pod = old as? Pod else { return }
      pod.metadata = object.metadata
      pod.spec.ephemeralContainers = asked.spec.ephemeralContainers
      object = pod
      call.resource.applyDefaults(&object)
    case .finalize:
      guard let asked = object as? Namespace, var namespace = old as? Namespace else { return }
      namespace.spec.finalizers = asked.spec.finalizers
      object = namespace
    }
  }

  private func checkUpdate(
    _ object: any NamedObject, from old: any NamedObject, _ call: Call, _ scope: WriteScope
  ) -> [FieldError] {
    switch scope {
    case .main, .ephemeralContainers: call.resource.checkUpdate(object, from: old)
    case .status: call.resource.checkStatus(object, from: old)
    case .finalize: []
    }
  }

  /// Writes a changed object, unless nothing has changed; one that nobody holds any more goes.
  private func write(
    _ object: any NamedObject, over before: StoredObject, knowing seen: Revision?, _ call: Call
  ) async throws(StatusError) -> StoredObject {
    let value = call.form.encode(object)
    if isReleased(object, call) {
      if call.isDryRun { return before }
      let last = try await transact(call) { transaction throws(StoreError) in
        try transaction.delete(before.key, expecting: before.modified)
      }
      return StoredObject(key: last.key, value: value, created: last.created, modified: last.modified)
    }
    if value == before.value { return before }
    if call.isDryRun {
      return StoredObject(key: before.key, value: value, created: before.created, modified: before.modified)
    }
    return try await transact(call) { transaction throws(StoreError) in
      guard ServiceAddresses.areStillFree(for: object, key: before.key, since: seen, transaction) else {
        throw .conflict(key: before.key, expected: before.modified, actual: before.modified)
      }
      return try transaction.update(before.key, value, expecting: before.modified)
    }
  }

  /// Whether the object is being deleted and the last one to wait for has let it go.
  private func isReleased(_ object: any NamedObject, _ call: Call) -> Bool {
    guard object.metadata.deletionTimestamp != nil, object.metadata.finalizers.isEmpty else { return false }
    if let namespace = object as? Namespace { return namespace.spec.finalizers.isEmpty }
    return (object.metadata.deletionGracePeriodSeconds ?? 0) == 0
  }
}

internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

extension Server {
  func delete(_ call: Call) async throws(StatusError) -> APIResponse {
    guard call.resource.verbs.contains("delete") else { throw StatusError.methodNotAllowed() }
    return try await delete(call, try call.deleteOptions())
  }

  func delete(_ call: Call, _ options: DeleteOptions) async throws(StatusError) -> APIResponse {
    let outcome = try await remove(call, options)
    let warnings = options.remarks(call.resource)
    switch outcome {
    case .kept(let stored): return call.response(stored, warnings: warnings, objects)
    case .gone(let last, let isShown):
      if isShown { return call.response(last, warnings: warnings, objects) }
      let object = objects.object(last, call.form)
      var status = Status()
      status.kind = "Status"
      status.apiVersion = "v1"
      status.status = "Success"
      var details = StatusDetails()
      details.name = object.name
      details.group = call.resource.group.isEmpty ? nil : call.resource.group
      details.kind = call.resource.plural
      details.uid = object.uid
      status.details = details
      return call.response(json: status.document().json(), warnings: warnings)
    }
  }

  func deleteCollection(_ call: Call) async throws(StatusError) -> APIResponse {
    guard call.resource.verbs.contains("deletecollection"),
      call.target.namespace != nil || !call.resource.isNamespaced
    else { throw StatusError.methodNotAllowed() }
    let options = try call.deleteOptions()
    let selection = try Selection(call.request, call.resource, namespace: call.target.namespace)
    let prefix = call.form.prefix(namespace: call.target.namespace)
    let listing = try await read(call) { () throws(StoreError) in try await self.store.list(prefix: prefix) }
    let wanted = listing.objects.filter { selection.matches($0, call.form, objects) }
    for stored in wanted {
      var single = call
      single.target.name = call.form.place(of: stored.key).name
      do {
        _ = try await remove(single, options)
      } catch  where error.isNotFound {
        // Somebody else has deleted it meanwhile, which was the wish.
      }
    }
    return call.response(json: call.list(wanted, metadata: "\"resourceVersion\":\"\(listing.revision)\"", objects))
  }

  private enum Outcome {
    /// Still there: it ends in its own time, or somebody holds it.
    case kept(StoredObject)
    case gone(StoredObject, isShown: Bool)
  }

  private func remove(_ call: Call, _ options: DeleteOptions) async throws(StatusError) -> Outcome {
    var attempts = 0
    while true {
      let before = try await stored(call)
      let object = objects.object(before, call.form)
      try check(options.preconditions, object, call)
      do {
        return try await remove(object, before, call, options)
      } catch  where error.isConflict && attempts < 100 {
        // Somebody changed the object between reading and deleting it, which by itself speaks against nothing.
        attempts += 1
      }
    }
  }

  private func remove(
    _ object: any NamedObject, _ before: StoredObject, _ call: Call, _ options: DeleteOptions
  ) async throws(StatusError) -> Outcome {
    if let namespace = object as? Namespace { return try await terminate(namespace, before, call, options) }
    let isDryRun = call.isDryRun || options.dryRun.contains("All")
    let grace = call.resource.gracePeriod(object, requested: options.gracePeriodSeconds)
    let finalizers = options.finalizers(of: object.metadata, call.resource.dependents)
    var marked = object
    if let deletion = object.metadata.deletionTimestamp {
      if grace == nil {
        // Held by a finalizer since it was deleted before; who deletes it again may think otherwise of its dependents.
        if finalizers == object.metadata.finalizers && !finalizers.isEmpty { return .kept(before) }
        marked.metadata.finalizers = finalizers
      } else {
        let current = object.metadata.deletionGracePeriodSeconds ?? 0
        // The time may only be shortened.
        guard let requested = options.gracePeriodSeconds, requested < current else {
          if current > 0 || !object.metadata.finalizers.isEmpty { return .kept(before) }
          return .gone(try await erase(before, as: nil, call, isDryRun), isShown: true)
        }
        let shorter = max(0, requested)
        marked.metadata.deletionTimestamp = deletion + .seconds(shorter - current)
        marked.metadata.deletionGracePeriodSeconds = shorter
      }
    } else {
      marked.metadata.finalizers = finalizers
      if grace == nil && finalizers.isEmpty {
        return .gone(try await erase(before, as: nil, call, isDryRun), isShown: false)
      }
      marked.metadata.deletionTimestamp = call.now.toTheSecond + .seconds(grace ?? 0)
      marked.metadata.deletionGracePeriodSeconds = grace ?? 0
      if let generation = marked.metadata.generation, generation > 0 { marked.metadata.generation = generation + 1 }
    }
    let value = call.form.encode(marked)
    if marked.metadata.deletionGracePeriodSeconds == 0 && marked.metadata.finalizers.isEmpty {
      return .gone(try await erase(before, as: value, call, isDryRun), isShown: true)
    }
    if isDryRun {
      return .kept(StoredObject(key: before.key, value: value, created: before.created, modified: before.modified))
    }
    return .kept(
      try await read(call) { () throws(StoreError) in
        try await self.store.update(before.key, value, expecting: before.modified)
      })
  }

  /// Removes the object. Watchers first see it marked as deleted, when it was not marked so far.
  private func erase(
    _ before: StoredObject, as marked: [UInt8]?, _ call: Call, _ isDryRun: Bool
  ) async throws(StatusError) -> StoredObject {
    if isDryRun {
      return StoredObject(
        key: before.key, value: marked ?? before.value, created: before.created, modified: before.modified)
    }
    return try await transact(call) { transaction throws(StoreError) in
      if let marked, marked != before.value {
        try transaction.update(before.key, marked, expecting: before.modified)
        return try transaction.delete(before.key)
      }
      return try transaction.delete(before.key, expecting: before.modified)
    }
  }

  private func check(
    _ preconditions: Preconditions?, _ object: any NamedObject, _ call: Call
  ) throws(StatusError) {
    if let uid = preconditions?.uid, uid != object.uid {
      throw StatusError.conflict(
        call.resource.plural, call.name, group: call.resource.group,
        "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). The object might have been deleted and then recreated"
      )
    }
    if let version = preconditions?.resourceVersion, version != object.metadata.resourceVersion {
      throw StatusError.conflict(
        call.resource.plural, call.name, group: call.resource.group,
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record (\(object.metadata.resourceVersion ?? "")). The object might have been modified"
      )
    }
  }

  // MARK: Namespaces

  private static let lastingNamespaces: Set<String> = ["default", "kube-system", "kube-public"]

  /// A namespace goes when it has been emptied, which its controller says by taking the finalizer away.
  private func terminate(
    _ namespace: Namespace, _ before: StoredObject, _ call: Call, _ options: DeleteOptions
  ) async throws(StatusError) -> Outcome {
    if Self.lastingNamespaces.contains(call.name) {
      throw StatusError.forbidden("namespaces", call.name, "this namespace may not be deleted")
    }
    let isDryRun = call.isDryRun || options.dryRun.contains("All")
    if namespace.metadata.deletionTimestamp != nil {
      if !namespace.spec.finalizers.isEmpty || !namespace.metadata.finalizers.isEmpty { return .kept(before) }
      return .gone(try await erase(before, as: nil, call, isDryRun), isShown: true)
    }
    var marked = namespace
    marked.metadata.deletionTimestamp = call.now.toTheSecond
    marked.status.phase = "Terminating"
    let value = call.form.encode(marked)
    if marked.spec.finalizers.isEmpty && marked.metadata.finalizers.isEmpty {
      return .gone(try await erase(before, as: value, call, isDryRun), isShown: true)
    }
    if isDryRun {
      return .kept(StoredObject(key: before.key, value: value, created: before.created, modified: before.modified))
    }
    return .kept(
      try await read(call) { () throws(StoreError) in
        try await self.store.update(before.key, value, expecting: before.modified)
      })
  }
}

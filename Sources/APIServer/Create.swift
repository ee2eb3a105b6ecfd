internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

extension Server {
  func create(_ call: Call) async throws(StatusError) -> APIResponse {
    let resource = call.resource
    guard resource.verbs.contains("create") else { throw StatusError.methodNotAllowed() }
    var (object, warnings) = try call.objectInBody()
    if !(object.metadata.resourceVersion ?? "").isEmpty {
      throw StatusError(500, "", "resourceVersion should not be set on objects to be created")
    }
    try fillIn(&object.metadata, call)
    var room = try await admit(namespace: call.target.namespace, for: call, named: object.name)
    resource.applyDefaults(&object)
    if var pod = object as? Pod {
      try await admit(&pod, call)
      object = pod
    }
    resource.prepareForCreation(&object)
    while true {
      var whole = object
      let seen = try await complete(&whole, from: nil, call)
      var errors = resource.check(whole) + resource.checkCreation(whole)
      if whole is Namespace { errors += PodSecurity.errors(in: whole.metadata.labels) }
      if !errors.isEmpty {
        throw StatusError.invalid(
          resource.kind, whole.name, group: resource.group, resource.schema.sorted(errors))
      }
      if let stored = try await write(new: whole, in: room, knowing: seen, call) {
        warnings += resource.warnings(whole) + (try await securityWarnings(about: whole, call))
        return call.response(stored, status: 201, warnings: warnings, objects)
      }
      room = try await admit(namespace: call.target.namespace, for: call, named: object.name)
    }
  }

  /// What the server alone says of a new object.
  private func fillIn(_ metadata: inout ObjectMeta, _ call: Call) throws(StatusError) {
    if let namespace = call.target.namespace {
      if let given = metadata.namespace, !given.isEmpty, given != namespace {
        throw StatusError.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request")
      }
      metadata.namespace = namespace
    } else if call.resource.isNamespaced {
      // Across all namespaces nothing is created.
      throw StatusError.methodNotAllowed()
    } else {
      metadata.namespace = nil
    }
    if metadata.name?.isEmpty ?? true, let beginning = metadata.generateName, !beginning.isEmpty {
      metadata.name = identities.name(beginning)
    }
    metadata.uid = identities.uid()
    metadata.creationTimestamp = call.now.toTheSecond
    metadata.deletionTimestamp = nil
    metadata.deletionGracePeriodSeconds = nil
    metadata.generation = nil
  }

  /// The namespace that a new object goes into, as it was when the object was admitted.
  private func admit(
    namespace: String?, for call: Call, named name: String
  ) async throws(StatusError) -> StoredObject? {
    guard let namespace else { return nil }
    let form = StoredForm(Namespace.resource)
    let key = form.key(namespace: nil, name: namespace)
    guard let room = try await read(call, { () throws(StoreError) in try await self.store.get(key) }) else {
      throw StatusError.notFound("namespaces", namespace)
    }
    if objects.object(room, form).metadata.deletionTimestamp != nil {
      var error = StatusError.forbidden(
        call.resource.plural, name, group: call.resource.group,
        "unable to create new content in namespace \(namespace) because it is being terminated")
      error.status.details?.causes = [
        StatusCause(
          reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
          field: "metadata.namespace")
      ]
      throw error
    }
    return room
  }

  /// Nil when the namespace, or what the object was given, has changed in this moment and is to be looked at again.
  private func write(
    new object: any NamedObject, in room: StoredObject?, knowing seen: Revision?, _ call: Call
  ) async throws(StatusError) -> StoredObject? {
    let key = call.form.key(namespace: call.target.namespace, name: object.name)
    let value = call.form.encode(object)
    if call.isDryRun {
      if try await read(call, { () throws(StoreError) in try await self.store.get(key) }) != nil {
        throw StatusError.alreadyExists(call.resource.plural, object.name, group: call.resource.group)
      }
      let current = await store.currentRevision
      return StoredObject(key: key, value: value, created: current, modified: current)
    }
    guard let room else {
      return try await read(call, named: object.name) { () throws(StoreError) in
        try await self.store.create(key, value)
      }
    }
    return try await transact(call, named: object.name) { transaction throws(StoreError) -> StoredObject? in
      guard transaction.get(room.key)?.modified == room.modified,
        ServiceAddresses.areStillFree(for: object, key: key, since: seen, transaction)
      else { return nil }
      return try transaction.create(key, value)
    }
  }

  /// Runs a group of writes that are kept together; the store's refusals are told in the API's words.
  func transact<Value: Sendable>(
    _ call: Call, named name: String? = nil,
    _ body: @escaping @Sendable (inout Transaction) throws(StoreError) -> Value
  ) async throws(StatusError) -> Value {
    do {
      return try await store.update { transaction in try body(&transaction) }
    } catch let error as StoreError {
      throw error.status(call.resource, name ?? call.name)
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }

  func read<Value: Sendable>(
    _ call: Call, named name: String? = nil, _ body: () async throws(StoreError) -> Value
  ) async throws(StatusError) -> Value {
    do throws(StoreError) {
      return try await body()
    } catch {
      throw error.status(call.resource, name ?? call.name)
    }
  }
}

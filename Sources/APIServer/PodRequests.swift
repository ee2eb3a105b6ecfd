internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// Binding and eviction.
extension Server {
  /// A binding that was sent by itself names its pod.
  func answerBinding(_ call: Call) async throws(StatusError) -> APIResponse {
    guard call.request.method == "POST", call.target.name == nil, call.target.namespace != nil else {
      throw StatusError.methodNotAllowed()
    }
    let binding = try call.binding()
    guard !binding.name.isEmpty else {
      throw StatusError.invalid(
        "Binding", "",
        [FieldError(FieldPath("metadata", "name"), .requiredBecause("name or generateName is required"))])
    }
    let target = Route.Target(
      resource: Pod.resource, namespace: call.target.namespace, name: binding.name, subresource: "binding")
    return try await bind(try Call(call.request, target, clock: clock))
  }

  /// Ties a pod to the node that the scheduler has chosen.
  func bind(_ call: Call) async throws(StatusError) -> APIResponse {
    let binding = try call.binding()
    if !binding.name.isEmpty && binding.name != call.name {
      throw StatusError.badRequest("name in URL does not match name in Binding object")
    }
    let kind = binding.target.kind ?? ""
    if !kind.isEmpty && kind != "Node" && kind != "Minion" {
      throw StatusError.invalid(
        "Binding", binding.metadata.name ?? "",
        [FieldError(FieldPath("target", "kind"), .notSupported(["Node", "<empty>"]), value: .string(kind))])
    }
    guard let node = binding.target.name, !node.isEmpty else {
      throw StatusError.invalid(
        "Binding", binding.metadata.name ?? "", [FieldError(FieldPath("target", "name"), .required)])
    }
    let now = call.now
    _ = try await writePod(call) { pod throws(StatusError) in
      func refused(_ why: String) -> StatusError { .conflict("pods/binding", call.name, why) }
      if let uid = binding.metadata.uid, !uid.isEmpty, uid != pod.metadata.uid {
        throw refused(
          "Precondition failed: UID in precondition: \(uid), UID in object meta: \(pod.metadata.uid ?? "")")
      }
      if pod.metadata.deletionTimestamp != nil {
        throw refused("pod \(pod.name) is being deleted, cannot be assigned to a host")
      }
      if let present = pod.spec.nodeName, !present.isEmpty {
        throw refused("pod \(pod.name) is already assigned to node \"\(present)\"")
      }
      if !pod.spec.schedulingGates.isEmpty {
        throw refused("pod \(pod.name) has non-empty .spec.schedulingGates")
      }
      pod.spec.nodeName = node
      pod.metadata.annotations.merge(binding.metadata.annotations) { $1 }
      var condition = PodCondition()
      condition.type = "PodScheduled"
      condition.status = "True"
      condition.lastTransitionTime = now.toTheSecond
      pod.status.conditions.removeAll { $0.type == "PodScheduled" }
      pod.status.conditions.append(condition)
    }
    return Self.done(call)
  }

  /// A pod's polite removal. No budgets stand against it here, so it is a deletion.
  func evict(_ call: Call) async throws(StatusError) -> APIResponse {
    let (eviction, report) = Eviction.decode(try call.document(of: "Eviction"))
    if let mismatch = report.mismatches.first {
      throw StatusError.badRequest(
        "Eviction in version \"v1\" cannot be handled as a Eviction: \(mismatch.message)")
    }
    var target = call
    target.target.subresource = nil
    _ = try await delete(target, eviction.deleteOptions ?? DeleteOptions())
    return Self.done(call)
  }

  private static func done(_ call: Call) -> APIResponse {
    let status: Document = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
    ]
    return call.response(json: status.json(), status: 201)
  }

  /// Changes a pod past the rules that bind its users.
  private func writePod(
    _ call: Call, _ change: (inout Pod) throws(StatusError) -> Void
  ) async throws(StatusError) -> StoredObject {
    var attempts = 0
    while true {
      let before = try await stored(call)
      guard var pod = objects.object(before, call.form) as? Pod else { throw call.notFound() }
      try change(&pod)
      if call.isDryRun { return before }
      let value = call.form.encode(pod)
      do {
        return try await read(call) { () throws(StoreError) in
          try await self.store.update(before.key, value, expecting: before.modified)
        }
      } catch  where error.isConflict && attempts < 100 {
        attempts += 1
      }
    }
  }
}

extension Call {
  fileprivate func binding() throws(StatusError) -> Binding {
    let (binding, report) = Binding.decode(try document(of: "Binding"))
    if let mismatch = report.mismatches.first {
      throw StatusError.badRequest("Binding in version \"v1\" cannot be handled as a Binding: \(mismatch.message)")
    }
    if let namespace = target.namespace, !binding.namespace.isEmpty, binding.namespace != namespace {
      throw StatusError.badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    return binding
  }
}

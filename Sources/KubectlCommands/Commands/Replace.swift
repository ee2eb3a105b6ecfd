internal import Documents
internal import KubernetesAPI

/// `kubectl replace`: puts a manifest in the place of an object.
enum Replace {
  static let fieldManager = SharedFlags.fieldManager("kubectl-replace")
  static let wait = Flag.boolean("wait", "With --force: wait until the old objects are gone.")

  static let command = Command(
    name: "replace", group: .advanced,
    summary: "Replace a resource by file name or stdin",
    details: ["The manifest must be complete. With --force the object is deleted and made anew."],
    examples: [
      Example("Put it in place", "kubectl replace -f pod.yaml"),
      Example("Also what cannot be changed", "kubectl replace --force -f pod.yaml"),
    ],
    usage: "replace -f FILENAME [options]",
    flags: [
      SharedFlags.cascade.row, SharedFlags.dryRun.row, fieldManager.row, SharedFlags.filename.row,
      SharedFlags.force.row, SharedFlags.gracePeriod.row, SharedFlags.kustomize.row, SharedFlags.recursive.row,
      SharedFlags.saveConfig.row, SharedFlags.subresource.row, SharedFlags.timeout.row, SharedFlags.validate.row,
      wait.row,
    ] + SharedFlags.objectOutput,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.refuseKustomize()
    guard invocation.isGiven(SharedFlags.filename) else { throw Failure("must specify one of -f and -k") }
    let dryRun = try await DryRun(invocation)
    let validation = try invocation.fieldValidation()
    var creation = try Creation(invocation, dryRun: dryRun, validation: validation, manager: invocation[fieldManager])
    let manifests = try await invocation.manifestFiles.read(invocation[SharedFlags.filename])
    var errors: [any Error] = []
    for manifest in manifests {
      do {
        try manifest.check(validates: validation != "Ignore")
        let object = try await ManifestObject(manifest, invocation)
        try await replace(object, &creation)
      } catch let error as StatusError where error.isConnectionFailure {
        throw error
      } catch let error where error is StatusError || error is Failure {
        errors.append(error)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  private static func replace(_ object: ManifestObject, _ creation: inout Creation) async throws {
    let invocation = creation.invocation
    if object.name.isEmpty {
      throw Failure("error when replacing \"\(object.source)\": resource name may not be empty")
    }
    let kept = LastApplied.read(object.document) != nil || invocation[SharedFlags.saveConfig]
    let document = kept ? LastApplied.annotated(object.document) : object.document
    if invocation[SharedFlags.force], creation.dryRun == .none {
      try await removeOld(object, invocation)
      let made = try await invocation.calls.create(
        object.kind, object.namespace, document, query: [QueryItem("fieldManager", invocation[fieldManager])])
      return try await creation.tell(made, verb: "replaced")
    }
    if creation.dryRun == .client { return try await creation.tell(document, verb: "replaced") }
    var query = creation.dryRun == .server ? [QueryItem("dryRun", "All")] : []
    query.append(QueryItem("fieldManager", invocation[fieldManager]))
    query.append(QueryItem("fieldValidation", creation.validation ?? "Strict"))
    do {
      let changed = try await invocation.calls.replace(
        object.kind, object.namespace, object.name, document, query: query)
      try await creation.tell(changed, verb: "replaced")
    } catch let error as StatusError {
      throw error.isConnectionFailure ? error : error.prefixed("error when replacing \"\(object.source)\"")
    }
  }

  private static func removeOld(_ object: ManifestObject, _ invocation: Invocation) async throws {
    var options = DeleteOptions()
    let grace = invocation[SharedFlags.gracePeriod]
    options.gracePeriodSeconds = Int64(max(0, grace))
    options.propagationPolicy = try Delete.propagationPolicy(invocation)
    do {
      _ = try await invocation.calls.delete(object.kind, object.namespace, object.name, options)
      try await invocation.io.print("\(object.kind.resultName) \"\(object.name)\" deleted\n")
    } catch let error as StatusError where error.isNotFound {
      return
    }
    let timeout = invocation[SharedFlags.timeout]
    try await Disappearance(invocation: invocation, limit: timeout == .zero ? .seconds(300) : timeout).wait(
      for: object.kind, object.namespace, object.name, uid: nil)
  }
}

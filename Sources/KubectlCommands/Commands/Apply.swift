internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// `kubectl apply`: makes objects as manifests say, or changes them to it.
enum Apply {
  static let fieldManager = SharedFlags.fieldManager("kubectl-client-side-apply")
  static let overwrite = Flag.boolean(
    "overwrite", default: true, "Where the live object and the manifest differ, the manifest wins.")
  static let serverSide = Flag.boolean("server-side", "Let the server merge the manifest into the object.")
  static let forceConflicts = Flag.boolean(
    "force-conflicts", "With --server-side: take over fields that belong to others.")
  static let wait = Flag.boolean("wait", "With --force: wait until replaced objects are gone.")
  static let openAPIPatch = Flag.boolean(
    "openapi-patch", default: true, "Merge lists by what is known of the kind; always done here.")
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  static let command = Command(
    name: "apply", group: .advanced,
    summary: "Apply a configuration to a resource by file name or stdin",
    details: [
      "Objects that are not there are created; others are changed so that they have what the manifest says. "
        + "What was applied is remembered in an annotation, so that the next apply also takes away what is no longer "
        + "in the manifest. What others have added stays."
    ],
    examples: [
      Example("Make it so", "kubectl apply -f pod.yaml"),
      Example("All manifests of a folder", "kubectl apply -f manifests/"),
      Example("A manifest from a pipe", "cat pod.yaml | kubectl apply -f -"),
      Example("Only ask the server what it would say", "kubectl apply -f pod.yaml --dry-run=server"),
    ],
    usage: "apply -f FILENAME [options]",
    flags: [
      SharedFlags.filename.row, SharedFlags.recursive.row, SharedFlags.kustomize.row, SharedFlags.selector.row,
      SharedFlags.dryRun.row, SharedFlags.validate.row, fieldManager.row, overwrite.row, serverSide.row,
      forceConflicts.row, SharedFlags.force.row, SharedFlags.gracePeriod.row, SharedFlags.cascade.row,
      SharedFlags.timeout.row, wait.row, openAPIPatch.row, SharedFlags.subresource.row,
    ] + SharedFlags.objectOutput,
    subcommands: [ViewLastApplied.command],
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty {
      throw Failure("Unexpected args: [\(invocation.arguments.joined(separator: " "))]", helpFor: invocation.path)
    }
    if invocation.isGiven(SharedFlags.filename), invocation.isGiven(SharedFlags.kustomize) {
      throw Failure("only one of -f or -k can be specified")
    }
    try invocation.refuseKustomize()
    guard invocation.isGiven(SharedFlags.filename) else { throw Failure("must specify one of -f and -k") }
    let dryRun = try await DryRun(invocation)
    let validation = try invocation.fieldValidation()
    if invocation[forceConflicts], !invocation[serverSide] {
      throw Failure("--force-conflicts only works with --server-side")
    }
    if invocation[serverSide], dryRun == .client {
      throw Failure(
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    }
    let manifests = try await invocation.manifestFiles.read(invocation[SharedFlags.filename])
    if manifests.isEmpty { throw Failure("no objects passed to apply") }
    let application = Application(invocation: invocation, dryRun: dryRun, validation: validation)
    return try await application.run(manifests)
  }
}

/// The applying of manifests, one after the other; one that fails does not stop the others.
struct Application {
  let invocation: Invocation
  let dryRun: DryRun
  let validation: String
  /// Whether the manifest is remembered in the object; `diff` compares without that.
  var remembers = true

  func run(_ manifests: [Manifest]) async throws -> Int32 {
    var errors: [any Error] = []
    var results: [(object: Document, verb: String)] = []
    let printer = try invocation.objectPrinter()
    for manifest in manifests {
      do {
        try manifest.check(validates: validation != "Ignore")
        let object = try await ManifestObject(manifest, invocation)
        let result =
          invocation[Apply.serverSide] ? try await applyOnServer(object) : try await applyFromHere(object)
        results.append(result)
        if printer == nil {
          let name = ObjectPrinter.name(typed(result.object, object.kind))
          try await invocation.io.print("\(name) \(result.verb)\(dryRun.suffix)\n")
        }
      } catch let error as StatusError where error.isConnectionFailure {
        throw error
      } catch let error where error is StatusError || error is Failure {
        errors.append(error)
      }
    }
    if var printer, !results.isEmpty {
      let objects = results.map(\.object)
      try await invocation.io.print(try printer.text(objects.count == 1 ? objects[0] : ObjectPrinter.list(objects)))
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  /// What applying would make of the object; only ever asked with a dry run.
  func result(for object: ManifestObject) async throws -> Document {
    try await (invocation[Apply.serverSide] ? applyOnServer(object) : applyFromHere(object)).object
  }

  private func typed(_ document: Document, _ kind: ResourceKind) -> Document {
    var document = document
    if document["kind"] == nil { document["kind"] = .string(kind.kind) }
    if document["apiVersion"] == nil { document["apiVersion"] = .string(kind.apiVersion) }
    return document
  }

  private func query(manager: String) -> [QueryItem] {
    var query: [QueryItem] = []
    if dryRun == .server { query.append(QueryItem("dryRun", "All")) }
    query.append(QueryItem("fieldManager", manager))
    query.append(QueryItem("fieldValidation", validation))
    return query
  }

  // MARK: Merged by the server

  private func applyOnServer(_ object: ManifestObject) async throws -> (object: Document, verb: String) {
    let manager = invocation.isGiven(Apply.fieldManager) ? invocation[Apply.fieldManager] : "kubectl"
    var query = query(manager: manager)
    query.append(QueryItem("force", invocation[Apply.forceConflicts] ? "true" : "false"))
    let subresource = invocation[SharedFlags.subresource]
    do {
      let answer = try await invocation.calls.patch(
        object.kind, object.namespace, object.name, subresource: subresource.isEmpty ? nil : subresource,
        contentType: "application/apply-patch+yaml", object.document.json(), query: query)
      return (answer, "serverside-applied")
    } catch let error as StatusError where error.reason == "UnsupportedMediaType" {
      throw Failure("Server-side apply not available on the server: (\(error.message))")
    }
  }

  // MARK: Merged here

  private func applyFromHere(_ object: ManifestObject) async throws -> (object: Document, verb: String) {
    let modified = remembers ? LastApplied.annotated(object.document) : LastApplied.bare(object.document)
    guard let current = try await read(object) else {
      if dryRun == .client { return (modified, "created") }
      do {
        let query = query(manager: invocation[Apply.fieldManager])
        return (try await invocation.calls.create(object.kind, object.namespace, modified, query: query), "created")
      } catch let error as StatusError {
        throw error.isConnectionFailure ? error : error.prefixed("error when creating \"\(object.source)\"")
      }
    }
    if dryRun == .client { return (current, "configured") }
    let original = LastApplied.read(current)
    if original == nil, remembers {
      await invocation.io.printError(
        "Warning: resource \(object.kind.plural)/\(object.name) is missing the \(Apply.lastApplied) annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n"
      )
    }
    if current["metadata"]?["deletionTimestamp"] != nil {
      await invocation.io.printError(
        "Warning: Detected changes to resource \(object.name) which is currently being deleted.\n")
    }
    return try await change(object, original: original ?? [:], modified: modified, current: current)
  }

  private func read(_ object: ManifestObject) async throws -> Document? {
    let kind = object.kind
    let circumstances =
      "error when retrieving current configuration of:\n\(description(of: object))\nfrom server for: \"\(object.source)\""
    if object.name.isEmpty { throw Failure("\(circumstances): resource name may not be empty") }
    do {
      return try await invocation.calls.get(kind, object.namespace, object.name)
    } catch let error as StatusError where error.isNotFound {
      return nil
    } catch let error as StatusError where !error.isConnectionFailure {
      throw error.prefixed(circumstances)
    }
  }

  private func description(of object: ManifestObject) -> String {
    let version = "\(object.kind.group)/\(object.kind.version)"
    return
      "Resource: \"\(version), Resource=\(object.kind.plural)\", GroupVersionKind: \"\(version), Kind=\(object.kind.kind)\"\nName: \"\(object.name)\", Namespace: \"\(object.namespace ?? "")\""
  }

  private func change(
    _ object: ManifestObject, original: Document, modified: Document, current: Document
  ) async throws -> (object: Document, verb: String) {
    var current = current
    var attempt = 1
    while true {
      let schema = object.kind.schema
      let patch = ThreeWayPatch.make(original: original, modified: modified, current: current, schema: schema)
      if patch.mapValue?.isEmpty ?? true { return (current, "unchanged") }
      let type: PatchType = schema == nil ? .merge : .strategic
      do {
        let changed = try await invocation.calls.patch(
          object.kind, object.namespace, object.name, contentType: type.rawValue, patch.json(),
          query: query(manager: invocation[Apply.fieldManager]))
        return (changed, "configured")
      } catch let error as StatusError where error.isConflict && attempt < 5 {
        // Somebody else was quicker: look again and compare anew.
        attempt += 1
        current = try await invocation.calls.get(object.kind, object.namespace, object.name)
      } catch let error as StatusError
        where (error.isConflict || error.reason == "Invalid") && invocation[SharedFlags.force]
      {
        return try await replace(object, modified)
      } catch let error as StatusError {
        if error.isConnectionFailure || error.reason == "Invalid" { throw error }
        throw error.prefixed(
          "error when applying patch:\n\(patch.jsonText())\nto:\n\(description(of: object))\nfor: \"\(object.source)\": error when patching \"\(object.source)\""
        )
      }
    }
  }

  /// With `--force`: what cannot be changed is deleted and made anew.
  private func replace(_ object: ManifestObject, _ modified: Document) async throws -> (object: Document, verb: String)
  {
    var options = DeleteOptions()
    options.gracePeriodSeconds = 0
    options.propagationPolicy = "Background"
    _ = try await invocation.calls.delete(object.kind, object.namespace, object.name, options)
    try await Disappearance(invocation: invocation, limit: .seconds(60)).wait(
      for: object.kind, object.namespace, object.name, uid: nil)
    let query = query(manager: invocation[Apply.fieldManager])
    return (try await invocation.calls.create(object.kind, object.namespace, modified, query: query), "configured")
  }
}

/// The annotation in which `apply` remembers what it applied.
enum LastApplied {
  /// The manifest with its own JSON as an annotation.
  static func annotated(_ document: Document) -> Document {
    let bare = bare(document)
    return adding(bare.sortedByKeys().jsonText() + "\n", to: bare)
  }

  /// The manifest as it is remembered: with annotations, but not with this one.
  static func bare(_ document: Document) -> Document {
    var bare = document
    var metadata = bare["metadata"] ?? [:]
    var annotations = metadata["annotations"]?.mapValue ?? DocumentMap()
    annotations[Apply.lastApplied] = nil
    metadata["annotations"] = .map(annotations)
    bare["metadata"] = metadata
    return bare
  }

  private static func adding(_ text: String, to document: Document) -> Document {
    var document = document
    var metadata = document["metadata"] ?? [:]
    var annotations = metadata["annotations"] ?? [:]
    annotations[Apply.lastApplied] = .string(text)
    metadata["annotations"] = annotations
    document["metadata"] = metadata
    return document
  }

  /// The same for an object that was made of known fields.
  static func annotated(_ document: Document, schema: AnySchema?) -> Document {
    adding(document.inOrder(of: schema).jsonText() + "\n", to: document)
  }

  static func read(_ object: Document) -> Document? {
    guard let text = object["metadata"]?["annotations"]?[Apply.lastApplied]?.stringValue else { return nil }
    return try? Document.parse(json: text)
  }
}

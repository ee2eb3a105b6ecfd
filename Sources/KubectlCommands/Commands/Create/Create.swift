internal import Documents
internal import KubernetesAPI

/// `kubectl create`: makes new objects from manifests.
enum Create {
  static let fieldManager = SharedFlags.fieldManager("kubectl-create")

  static let command = Command(
    name: "create", group: .beginner,
    summary: "Create a resource from a file or from stdin",
    details: ["An object of the same name that is there already is an error; `apply` changes it instead."],
    examples: [
      Example("The objects of a manifest", "kubectl create -f pod.yaml"),
      Example("A namespace", "kubectl create namespace try"),
      Example("A deployment of three", "kubectl create deployment web --image=nginx --replicas=3"),
    ],
    usage: "create -f FILENAME [options]",
    flags: [
      SharedFlags.filename.row, SharedFlags.recursive.row, SharedFlags.kustomize.row, SharedFlags.selector.row,
      SharedFlags.dryRun.row, SharedFlags.validate.row, SharedFlags.saveConfig.row, fieldManager.row,
    ] + SharedFlags.objectOutput,
    subcommands: [
      CreateConfigMap.command, CreateDeployment.command, CreateJob.command, CreateNamespace.command,
      CreateSecret.command, CreateService.command, CreateServiceAccount.command, CreateToken.command,
    ],
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty {
      throw Failure("Unexpected args: [\(invocation.arguments.joined(separator: " "))]", helpFor: invocation.path)
    }
    try invocation.refuseKustomize()
    guard invocation.isGiven(SharedFlags.filename) else { throw Failure("must specify one of -f and -k") }
    let dryRun = try await DryRun(invocation)
    let validation = try invocation.fieldValidation()
    let manifests = try await invocation.manifestFiles.read(invocation[SharedFlags.filename])
    if manifests.isEmpty { throw Failure("no objects passed to create") }
    var creation = try Creation(invocation, dryRun: dryRun, validation: validation, manager: invocation[fieldManager])
    var errors: [any Error] = []
    for manifest in manifests {
      do {
        try manifest.check(validates: validation != "Ignore")
        try await creation.create(try await ManifestObject(manifest, invocation))
      } catch let error as StatusError where error.isConnectionFailure {
        throw error
      } catch let error where error is StatusError || error is Failure {
        errors.append(error)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }
}

/// Sends new objects to the server, or only plays it through, and tells of each.
struct Creation {
  let invocation: Invocation
  let dryRun: DryRun
  let validation: String?
  let manager: String
  /// What results say has happened.
  var verb = "created"
  /// Whether the object was made here of known fields, which are then written in the order of their kind.
  var isGenerated = false
  private var printer: ObjectPrinter?

  init(_ invocation: Invocation, dryRun: DryRun, validation: String?, manager: String) throws {
    self.invocation = invocation
    self.dryRun = dryRun
    self.validation = validation
    self.manager = manager
    printer = try invocation.objectPrinter()
  }

  mutating func create(_ object: ManifestObject) async throws {
    do {
      try await create(object.document, object.kind, object.namespace)
    } catch let error as StatusError {
      throw error.isConnectionFailure ? error : error.prefixed("error when creating \"\(object.source)\"")
    }
  }

  @discardableResult
  mutating func create(_ document: Document, _ kind: ResourceKind, _ namespace: String?) async throws -> Document {
    var wanted = document
    if invocation[SharedFlags.saveConfig] {
      wanted = isGenerated ? LastApplied.annotated(document, schema: kind.schema) : LastApplied.annotated(document)
    }
    var made = wanted
    if dryRun != .client {
      var query: [QueryItem] = []
      if dryRun == .server { query.append(QueryItem("dryRun", "All")) }
      query.append(QueryItem("fieldManager", manager))
      if let validation { query.append(QueryItem("fieldValidation", validation)) }
      made = try await invocation.calls.create(kind, namespace, wanted, query: query)
    }
    try await tell(made, verb: verb)
    return made
  }

  mutating func tell(_ object: Document, verb: String) async throws {
    if case .json? = printer?.format, isGenerated {
      let schema = Resource.find(
        apiVersion: object["apiVersion"]?.stringValue ?? "", kind: object["kind"]?.stringValue ?? "")?.schema
      try await invocation.io.print(object.inOrder(of: schema).jsonText(indentedBy: 4) + "\n")
    } else if printer != nil {
      try await invocation.io.print(try printer?.text(object) ?? "")
    } else {
      try await invocation.io.print("\(ObjectPrinter.name(object)) \(verb)\(dryRun.suffix)\n")
    }
  }
}

internal import Documents
internal import KubernetesAPI
internal import SystemIO

/// `kubectl diff`: what `apply` would change.
enum Diff {
  static let concurrency = Flag.number(
    "concurrency", default: 1, "How many objects are asked for at once; here one after the other.")
  static let prune = Flag.boolean("prune", "Also what apply --prune would delete; not done here.")

  static let command = Command(
    name: "diff", group: .advanced,
    summary: "Diff the live version against a would-be applied version",
    details: [
      "The program of the variable KUBECTL_EXTERNAL_DIFF compares, else `diff -u -N`. "
        + "Ends with exit code 1 when there are differences, and with more when something went wrong."
    ],
    examples: [Example("Before applying it", "kubectl diff -f pod.yaml")],
    usage: "diff -f FILENAME [options]",
    flags: [
      concurrency.row, Apply.fieldManager.row, SharedFlags.filename.row, Apply.forceConflicts.row,
      SharedFlags.kustomize.row, prune.row, SharedFlags.recursive.row, SharedFlags.selector.row, Apply.serverSide.row,
      SharedFlags.showManagedFields.row,
    ],
    run: { invocation in
      do {
        return try await run(invocation)
      } catch let error where !(error is CancellationError) && !(error is OutputClosed) {
        // 1 means that there are differences.
        var failure = Failure(error, server: invocation.context.cluster.server)
        failure.exitCode = max(2, failure.exitCode)
        throw failure
      }
    })

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if !invocation.arguments.isEmpty {
      throw Failure("Unexpected args: [\(invocation.arguments.joined(separator: " "))]", helpFor: invocation.path)
    }
    if invocation.isGiven(SharedFlags.filename), invocation.isGiven(SharedFlags.kustomize) {
      throw Failure("only one of -f or -k can be specified")
    }
    try invocation.refuseKustomize()
    guard invocation.isGiven(SharedFlags.filename) else { throw Failure("must specify one of -f and -k") }
    let manifests = try await invocation.manifestFiles.read(invocation[SharedFlags.filename])
    let base = invocation.context.variable("TMPDIR") ?? "/tmp"
    let number = String(UInt32.random(in: 100_000_000 ... .max))
    let (live, merged) = ("\(base)/LIVE-\(number)", "\(base)/MERGED-\(number)")
    defer { for folder in [live, merged] { try? Files.removeTree(folder) } }
    for folder in [live, merged] { try Files.makeDirectories(folder) }
    let application = Application(invocation: invocation, dryRun: .server, validation: "Strict", remembers: false)
    for manifest in manifests {
      if manifest.document.mapValue == nil {
        throw Failure(
          "unable to decode \"\(manifest.source)\": json: cannot unmarshal string into Go value of type unstructured.detector"
        )
      }
      try manifest.check(validates: true)
      let object = try await ManifestObject(manifest, invocation)
      if object.name.isEmpty { throw Failure("resource name may not be empty") }
      let group = object.kind.group.isEmpty ? "" : object.kind.group + "."
      let file = "\(group)\(object.kind.version).\(object.kind.kind).\(object.namespace ?? "").\(object.name)"
      let now = try await current(object, invocation)
      if let now { try Files.write(shown(now, invocation), to: "\(live)/\(file)") }
      let changed = try await application.result(for: object)
      try Files.write(shown(changed, invocation), to: "\(merged)/\(file)")
    }
    return try await compare(live, merged, invocation.context, invocation.io)
  }

  private static func current(_ object: ManifestObject, _ invocation: Invocation) async throws -> Document? {
    do {
      return try await invocation.calls.get(object.kind, object.namespace, object.name)
    } catch let error as StatusError where error.isNotFound {
      return nil
    }
  }

  /// The text that is compared; what is in secrets stays out of sight.
  private static func shown(_ document: Document, _ invocation: Invocation) throws -> String {
    var document = document
    if document["kind"] == "Secret", let data = document["data"]?.mapValue {
      document["data"] = .map(DocumentMap(data.keys.map { ($0, "***") }))
    }
    var printer = ObjectPrinter(.yaml, showsManagedFields: invocation[SharedFlags.showManagedFields])
    return try printer.text(document)
  }

  private static func compare(
    _ live: String, _ merged: String, _ context: KubectlContext, _ io: any CommandIO
  ) async throws -> Int32 {
    let program = context.variable("KUBECTL_EXTERNAL_DIFF") ?? "diff -u -N"
    let output = live + ".diff"
    defer { try? Files.removeTree(output) }
    var launch = ProcessLaunch("/bin/sh", ["sh", "-c", "exec \(program) \"$0\" \"$1\" > \"$2\"", live, merged, output])
    launch.descriptors = [2: 2]
    let code = try await launch.run()
    try await io.write(try Files.read(output))
    if code > 1 { throw Failure("exit status \(code)", exitCode: code) }
    return code
  }
}

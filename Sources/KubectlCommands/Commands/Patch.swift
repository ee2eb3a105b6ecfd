internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import SystemIO

/// `kubectl patch`: changes a few fields of an object.
enum Patch {
  static let fieldManager = SharedFlags.fieldManager("kubectl-patch")
  static let local = Flag.boolean("local", "Work on the manifest given with -f and ask no server.")
  static let patch = Flag.text("patch", short: "p", "The change, as JSON or YAML.")
  static let patchFile = Flag.text("patch-file", values: .file, "A file with the change.")
  static let type = Flag.text(
    "type", default: "strategic", values: .oneOf(["strategic", "merge", "json"]),
    "strategic merges lists by their keys, merge replaces them, json is a list of operations.")

  static let command = Command(
    name: "patch", group: .advanced,
    summary: "Update fields of a resource",
    examples: [
      Example(
        "Another image",
        "kubectl patch pod web -p '{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"nginx:1.27\"}]}}'"),
      Example(
        "One operation",
        "kubectl patch pod web --type=json -p '[{\"op\":\"remove\",\"path\":\"/metadata/labels/old\"}]'"),
    ],
    usage: "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
    flags: [
      SharedFlags.dryRun.row, fieldManager.row, SharedFlags.filename.row, SharedFlags.kustomize.row, local.row,
      patch.row, patchFile.row, SharedFlags.recursive.row, SharedFlags.subresource.row, type.row,
    ] + SharedFlags.objectOutput,
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    if invocation.isGiven(patch), invocation.isGiven(patchFile) {
      throw Failure("cannot specify --patch and --patch-file together")
    }
    if !invocation.isGiven(patch), !invocation.isGiven(patchFile) {
      throw Failure("must specify --patch or --patch-file containing the contents of the patch")
    }
    let types: [String: PatchType] = ["strategic": .strategic, "merge": .merge, "json": .json]
    guard let type = types[invocation[type].lowercased()] else {
      throw Failure("--type must be one of [json merge strategic], not \"\(invocation[type])\"")
    }
    let dryRun = try await DryRun(invocation)
    let body = try patchBytes(invocation)
    let selected = try await SelectedResources.resolve(invocation)
    if selected.requests.contains(where: { $0.name == nil }) {
      throw Failure("resource(s) were provided, but no name was specified")
    }
    let subresource = invocation[SharedFlags.subresource]
    var errors: [any Error] = []
    for request in selected.requests {
      let name = request.name ?? ""
      do {
        let before = try await invocation.calls.get(request.kind, request.namespace, name)
        // What the patch makes of the object is asked of the server in any case: it knows how lists are merged.
        var query = dryRun == .none ? [] : [QueryItem("dryRun", "All")]
        query.append(QueryItem("fieldManager", invocation[fieldManager]))
        let after = try await invocation.calls.patch(
          request.kind, request.namespace, name, subresource: subresource.isEmpty ? nil : subresource,
          contentType: type.rawValue, body, query: query)
        if var printer = try invocation.objectPrinter() {
          try await invocation.io.print(try printer.text(after))
          continue
        }
        let verb = before == after ? "patched (no change)" : "patched"
        let suffix = dryRun == .server ? dryRun.suffix : ""
        try await invocation.io.print("\(request.kind.resultName)/\(name) \(verb)\(suffix)\n")
      } catch let error as StatusError where !error.isConnectionFailure {
        errors.append(error)
      }
    }
    try Failures.throwIfAny(errors)
    return 0
  }

  /// The patch as JSON; what is no JSON is read as YAML.
  private static func patchBytes(_ invocation: Invocation) throws -> [UInt8] {
    var text = invocation[patch]
    if invocation.isGiven(patchFile) {
      let path = invocation[patchFile]
      let place = try invocation.context.place(path)
      do throws(SystemCallError) {
        text = try Files.readText(place)
      } catch {
        throw Failure("unable to read patch file: open \(path): \(error.reason.lowercased())")
      }
    }
    // What begins like JSON is sent as it is: the server says best what is wrong with it.
    if text.drop(while: \.isWhitespace).hasPrefix("{") { return Array(text.utf8) }
    do {
      guard let document = try Document.parse(yaml: text).first else {
        throw Failure("unable to parse \"\": empty patch")
      }
      return document.json()
    } catch let error as ParseError {
      throw Failure("unable to parse \"\(text)\": yaml: \(error)")
    }
  }
}

internal import ClusterClient
internal import Documents
internal import Glibc
internal import KubernetesAPI
internal import SystemIO

/// `kubectl edit`: objects in an editor, and what was changed there back to the server.
enum Edit {
  static let fieldManager = SharedFlags.fieldManager("kubectl-edit")
  static let output = Flag.text(
    "output", short: "o", default: "yaml", values: .oneOf(["yaml", "json"]), "yaml or json.")
  static let outputPatch = Flag.boolean("output-patch", "Print the change that was sent.")
  static let windowsLineEndings = Flag.boolean("windows-line-endings", "Lines end as on Windows; of no use here.")

  static let command = Command(
    name: "edit", group: .intermediate,
    summary: "Edit a resource on the server",
    details: [
      "Opens the editor of the variable KUBE_EDITOR or EDITOR, else vi. What the server refuses can be corrected at once."
    ],
    examples: [
      Example("A pod", "kubectl edit pod web"),
      Example("With another editor", "KUBE_EDITOR=nano kubectl edit deployment/web"),
    ],
    usage: "edit (RESOURCE/NAME | -f FILENAME) [options]",
    flags: [
      SharedFlags.allowMissingKeys.row, fieldManager.row, SharedFlags.filename.row, SharedFlags.kustomize.row,
      output.row, outputPatch.row, SharedFlags.recursive.row, SharedFlags.saveConfig.row,
      SharedFlags.showManagedFields.row, SharedFlags.subresource.row, SharedFlags.template.row,
      SharedFlags.validate.row, windowsLineEndings.row,
    ],
    arguments: .resources,
    run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.refuseKustomize()
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    guard ["yaml", "json"].contains(invocation[output]) else {
      throw Failure(
        "unable to match a printer suitable for the output format \"\(invocation[output])\", allowed formats are: json,yaml"
      )
    }
    var originals: [EditSession.Original] = []
    for request in try await SelectedResources.resolve(invocation).expanded(invocation) {
      var object = try await invocation.calls.get(request.kind, request.namespace, request.name ?? "")
      if !invocation[SharedFlags.showManagedFields], var metadata = object["metadata"] {
        metadata["managedFields"] = nil
        object["metadata"] = metadata
      }
      originals.append(EditSession.Original(kind: request.kind, namespace: request.namespace, object: object))
    }
    if originals.isEmpty { throw Failure("edit cancelled, no objects found") }
    return try await EditSession(invocation: invocation, originals: originals).run()
  }
}

/// Objects in an editor, until the server takes them or nothing more is changed.
private struct EditSession {
  struct Original {
    let kind: ResourceKind
    let namespace: String?
    let object: Document

    var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
  }

  let invocation: Invocation
  let originals: [Original]

  private var isJSON: Bool { invocation[Edit.output] == "json" }

  func run() async throws -> Int32 {
    let whole = originals.count == 1 ? originals[0].object : ObjectPrinter.list(originals.map(\.object))
    let original = isJSON ? whole.sortedByKeys().jsonText(indentedBy: 4) + "\n" : whole.yaml()
    let editor = LocalEditor(suffix: isJSON ? ".json" : ".yaml", invocation.context)
    var reasons: [String] = []
    var text = original
    while true {
      let given = text
      let edited = try await editor.edit(header(reasons) + text, invocation.io)
      text = Self.withoutRemarks(edited)
      if !reasons.isEmpty, text == Self.withoutRemarks(given) {
        await tellWhereItIs(editor)
        throw Failure("Edit cancelled, no valid changes were saved.")
      }
      if text == Self.withoutRemarks(original) {
        editor.discard()
        await invocation.io.printError("Edit cancelled, no changes made.\n")
        return 0
      }
      if text.allSatisfy(\.isWhitespace) {
        editor.discard()
        await invocation.io.printError("Edit cancelled, saved file was empty.\n")
        return 0
      }
      do {
        reasons = try await send(text)
      } catch let failure as Failure {
        await tellWhereItIs(editor)
        throw failure
      }
      if reasons.isEmpty {
        editor.discard()
        return 0
      }
    }
  }

  private func tellWhereItIs(_ editor: LocalEditor) async {
    await invocation.io.printError("A copy of your changes has been stored to \"\(editor.path)\"\n")
  }

  /// What stands above the objects; ignored when the file comes back.
  private func header(_ reasons: [String]) -> String {
    var lines = [
      "Change what you like and save. Lines that begin with '#' do not count; an empty file",
      "leaves everything as it is. What the server refuses comes back here with its reasons.", "",
    ]
    lines += reasons.flatMap { $0.split(separator: "\n").map(String.init) }
    if !reasons.isEmpty { lines.append("") }
    return lines.map { $0.isEmpty ? "#\n" : "# \($0)\n" }.joined()
  }

  private static func withoutRemarks(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("#") }.joined(separator: "\n")
  }

  /// Sends what was changed; answers what the server refused in such a way that it can be corrected.
  private func send(_ text: String) async throws -> [String] {
    let documents: [Document]
    do {
      documents = try Document.parse(yaml: text).flatMap { document in
        document["kind"]?.stringValue == "List" ? document["items"]?.listValue ?? [] : [document]
      }
    } catch {
      return [
        "The edited file had a syntax error: error parsing edited-file: error converting YAML to JSON: yaml: \(error)"
      ]
    }
    var reasons: [String] = []
    for document in documents {
      guard let original = original(of: document) else {
        throw Failure("At least one of apiVersion, kind and name was changed")
      }
      do {
        try await patch(original, document)
      } catch let error as StatusError where !error.isConnectionFailure {
        let object = "\(original.kind.qualifiedName) \"\(original.name)\""
        if error.reason == "Invalid" || error.reason == "BadRequest" {
          await invocation.io.printError("error: \(object) is invalid\n")
          reasons.append("\(object) was not valid:\n* \(Failure(error, server: "").text)")
        } else if error.isNotFound {
          throw Failure("\(object) could not be found on the server")
        } else {
          throw Failure("\(object) could not be patched: \(error.message)")
        }
      }
    }
    return reasons
  }

  private func original(of document: Document) -> Original? {
    originals.first { original in
      original.name == document["metadata"]?["name"]?.stringValue
        && original.object["kind"] == document["kind"] && original.object["apiVersion"] == document["apiVersion"]
    }
  }

  private func patch(_ original: Original, _ edited: Document) async throws {
    let schema = original.kind.schema
    let patch = ThreeWayPatch.make(
      original: original.object, modified: edited, current: original.object, schema: schema)
    let result = "\(original.kind.resultName)/\(original.name)"
    if patch.mapValue?.isEmpty ?? true { return try await invocation.io.print("\(result) skipped\n") }
    if invocation[Edit.outputPatch] { try await invocation.io.print("Patch: \(patch.jsonText())\n") }
    let subresource = invocation[SharedFlags.subresource]
    let type: PatchType = schema == nil ? .merge : .strategic
    _ = try await invocation.calls.patch(
      original.kind, original.namespace, original.name, subresource: subresource.isEmpty ? nil : subresource,
      contentType: type.rawValue, patch.json(), query: [QueryItem("fieldManager", invocation[Edit.fieldManager])])
    try await invocation.io.print("\(result) edited\n")
  }
}

/// The editor of whoever sits at the terminal, with a file of its own.
private struct LocalEditor {
  let path: String
  private let program: String
  private let variables: [String: String]

  init(suffix: String, _ context: KubectlContext) {
    variables = context.variables
    program = context.variable("KUBE_EDITOR") ?? context.variable("EDITOR") ?? "vi"
    let folder = context.variable("TMPDIR") ?? "/tmp"
    path = "\(folder)/kubectl-edit-\(String(UInt32.random(in: 100_000_000 ... .max)))\(suffix)"
  }

  func edit(_ text: String, _ io: any CommandIO) async throws -> String {
    try Files.write(text, to: path)
    // A shell takes the words of the variable apart; the path is a word of its own.
    var launch = ProcessLaunch(
      "/bin/sh", ["sh", "-c", "\(program) \"$0\"", path], environment: Environment.all(with: variables))
    launch.descriptors = [0: 0, 1: 1, 2: 2]
    let code = if let terminal = io.terminal { try await terminal.run(launch) } else { try await launch.run() }
    if code == 127 { throw Failure("unable to launch the editor \"\(program)\"") }
    if code != 0 { throw Failure("there was a problem with the editor \"\(program)\"") }
    return try Files.readText(path)
  }

  func discard() { unlink(path) }
}

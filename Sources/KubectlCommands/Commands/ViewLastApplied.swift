internal import Documents
internal import KubernetesAPI

/// `kubectl apply view-last-applied`: what the last `apply` asked for, which the next one compares with.
enum ViewLastApplied {
  static let output = Flag.text(
    "output", short: "o", default: "yaml", values: .oneOf(["yaml", "json"]), "yaml or json.")
  static let all = Flag.boolean("all", "All objects of the type in the namespace.")

  static let command = Command(
    name: "view-last-applied",
    summary: "View the latest last-applied-configuration annotations of a resource/object",
    examples: [Example("What was applied last", "kubectl apply view-last-applied pod/web")],
    usage: "apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
    flags: [
      all.row, SharedFlags.filename.row, SharedFlags.kustomize.row, output.row, SharedFlags.recursive.row,
      SharedFlags.selector.row,
    ],
    arguments: .resources, run: run)

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    let form = invocation[output]
    guard ["yaml", "json"].contains(form) else {
      throw Failure(
        "Unexpected -o output mode: \(form), the flag 'output' must be one of yaml|json", helpFor: invocation.path)
    }
    try invocation.refuseKustomize()
    if invocation.arguments.isEmpty, !invocation.isGiven(SharedFlags.filename) { throw Failure.nothingNamed }
    let selected = try await SelectedResources.resolve(invocation)
    for request in try await selected.expanded(invocation) {
      let name = request.name ?? ""
      let object = try await invocation.calls.get(request.kind, request.namespace, name)
      // An object that was never applied has nothing to show.
      guard let applied = LastApplied.read(object) else { continue }
      try await invocation.io.print(
        form == "yaml" ? applied.yaml() : applied.sortedByKeys().jsonText(indentedBy: 2) + "\n")
    }
    return 0
  }
}

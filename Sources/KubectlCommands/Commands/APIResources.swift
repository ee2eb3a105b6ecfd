internal import KubernetesAPI

/// `kubectl api-resources` and `kubectl api-versions`: what the server has to offer.
enum APIResources {
  static let group = Flag.text("api-group", "Only this API group.")
  static let cached = Flag.boolean("cached", "Take what was remembered, if anything was.")
  static let categories = Flag.list("categories", "Only types of these categories.")
  static let namespaced = Flag.boolean(
    "namespaced", default: true, "Only types that live in namespaces; with =false only the others.")
  static let output = Flag.text("output", short: "o", values: .oneOf(["wide", "name"]), "wide or name.")
  static let sortBy = Flag.text("sort-by", values: .oneOf(["name", "kind"]), "Order by name or kind.")
  static let verbs = Flag.list("verbs", "Only types that allow all of these.")

  static let command = Command(
    name: "api-resources",
    summary: "Print the supported API resources on the server",
    examples: [
      Example("Everything there is", "kubectl api-resources"),
      Example("… outside of namespaces", "kubectl api-resources --namespaced=false"),
    ],
    usage: "api-resources [flags] [options]",
    flags: [
      group.row, cached.row, categories.row, namespaced.row, SharedFlags.noHeaders.row, output.row, sortBy.row,
      verbs.row,
    ],
    run: run)

  static let versionsCommand = Command(
    name: "api-versions",
    summary: "Print the supported API versions on the server, in the form of \"group/version\"",
    examples: [Example("Every version of every group", "kubectl api-versions")],
    usage: "api-versions [options]",
    run: { invocation in
      try invocation.requireNoArguments()
      for version in try await invocation.discovery.everyVersion() { try await invocation.io.print(version + "\n") }
      return 0
    })

  private static func run(_ invocation: Invocation) async throws -> Int32 {
    try invocation.requireNoArguments()
    let form = invocation[output]
    if !["", "wide", "name"].contains(form) { throw Failure("--output \(form) is not available") }
    if !["", "name", "kind"].contains(invocation[sortBy]) { throw Failure("--sort-by accepts only name or kind") }
    var (known, problem): ([ResourceKind], (any Error)?) = ([], nil)
    do { known = try await invocation.discovery.everyKind() } catch { problem = error }
    var kinds = known.filter { kind in
      if invocation.isGiven(group), kind.group != invocation[group] { return false }
      if invocation.isGiven(namespaced), kind.isNamespaced != invocation[namespaced] { return false }
      return Set(invocation[verbs]).isSubset(of: kind.verbs)
        && Set(invocation[categories]).isSubset(of: kind.categories)
    }
    kinds.sort { left, right in
      switch invocation[sortBy] {
      case "name": left.plural < right.plural
      case "kind": left.kind < right.kind
      default: (left.group, left.plural) < (right.group, right.plural)
      }
    }
    if form == "name" {
      for kind in kinds { try await invocation.io.print(kind.qualifiedName + "\n") }
      if let problem { throw problem }
      return 0
    }
    var text = AlignedText.table
    let heads =
      ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"] + (form == "wide" ? ["VERBS", "CATEGORIES"] : [])
    if !invocation[SharedFlags.noHeaders] { text.write(heads.joined(separator: "\t") + "\n") }
    for kind in kinds {
      var cells = [
        kind.plural, kind.shortNames.joined(separator: ","), kind.apiVersion, kind.isNamespaced ? "true" : "false",
        kind.kind,
      ]
      if form == "wide" { cells += [kind.verbs.joined(separator: ","), kind.categories.joined(separator: ",")] }
      text.write(cells.joined(separator: "\t") + "\n")
    }
    // The columns are named even when nothing can be listed.
    try await invocation.io.print(text.take())
    if let problem { throw problem }
    return 0
  }
}

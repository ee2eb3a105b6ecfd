internal import ClusterClient
internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// What running commands need again and again, taken from an invocation.
extension Invocation {
  var calls: ResourceCalls {
    let io = io
    let seen = SeenWarnings()
    return ResourceCalls(client: context.cluster.client) { warning in
      if await seen.isNew(warning) { await io.printError("Warning: \(warning)\n") }
    }
  }

  var client: ClusterClient { context.cluster.client }

  var discovery: Discovery { Discovery(client: context.cluster.client) }

  /// The namespace that is meant, by flag or by context.
  var namespace: String {
    let given = self[SharedFlags.namespace]
    return given.isEmpty ? context.cluster.namespace : given
  }

  /// Whether the command line itself names the namespace.
  var isNamespaceGiven: Bool { !self[SharedFlags.namespace].isEmpty }

  var manifestFiles: ManifestFiles {
    ManifestFiles(
      folders: [context.workingDirectory] + context.searchFolders, isRecursive: self[SharedFlags.recursive], io: io,
      fetch: context.fetch, confined: context.confined, found: context.found)
  }

  /// Query items for `-l` and `--field-selector`.
  var selectionQuery: [QueryItem] {
    var query: [QueryItem] = []
    let fields = self[SharedFlags.fieldSelector]
    let labels = self[SharedFlags.selector]
    if !fields.isEmpty { query.append(QueryItem("fieldSelector", fields)) }
    if !labels.isEmpty { query.append(QueryItem("labelSelector", labels)) }
    return query
  }

  /// The printer for `-o`; nil when results are told in a line each.
  func objectPrinter() throws -> ObjectPrinter? {
    let text = self[SharedFlags.output]
    let template = self[SharedFlags.template]
    if text.isEmpty, template.isEmpty { return nil }
    let format = try OutputFormat(
      text, template: template, allowsTables: false, context: context)
    return ObjectPrinter(
      format, showsManagedFields: self[SharedFlags.showManagedFields],
      missingKeysAllowed: self[SharedFlags.allowMissingKeys])
  }

  /// Refuses what only the stock program with its built-in kustomize can do.
  func refuseKustomize() throws {
    if isGiven(SharedFlags.kustomize) {
      throw Failure(
        "kustomize is not part of this program: run `kustomize build \(self[SharedFlags.kustomize])` and pipe it into \(commandText) -f -"
      )
    }
  }

  func requireNoArguments() throws {
    if !arguments.isEmpty {
      throw Failure("unexpected arguments: [\(arguments.joined(separator: " "))]", helpFor: path)
    }
  }

  /// The `fieldValidation` that `--validate` asks for.
  func fieldValidation() throws -> String {
    switch self[SharedFlags.validate] {
    case "strict", "true": return "Strict"
    case "warn": return "Warn"
    case "ignore", "false": return "Ignore"
    case let other:
      throw Failure(
        "invalid - validate option \"\(other)\"; must be one of: strict (or true), warn, ignore (or false)")
    }
  }
}

/// A remark that the server repeats is shown once.
private actor SeenWarnings {
  private var seen: Set<String> = []

  func isNew(_ warning: String) -> Bool { seen.insert(warning).inserted }
}

internal import KubernetesAPI

/// One request that a command makes: an object, or a list.
struct ResourceRequest: Sendable {
  var kind: ResourceKind
  /// Nil for all namespaces, and for kinds outside of namespaces.
  var namespace: String?
  /// Nil for a list.
  var name: String?
  var query: [QueryItem] = []
  /// The file that names the object, when one does.
  var source: String?
}

/// What the arguments and `-f` of a command select.
struct SelectedResources: Sendable {
  var requests: [ResourceRequest] = []
  /// Kinds that do not exist, beside others that do.
  var errors: [any Error] = []
  /// One name was given, so one object is meant, not a list.
  var namesOneObject = false

  static func resolve(_ invocation: Invocation) async throws -> SelectedResources {
    var selected = SelectedResources()
    if invocation.isGiven(SharedFlags.filename) {
      let manifests = try await invocation.manifestFiles.read(invocation[SharedFlags.filename])
      if !invocation.arguments.isEmpty {
        throw Failure("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
      }
      for manifest in manifests {
        let object = try await ManifestObject(manifest, invocation)
        selected.requests.append(
          ResourceRequest(kind: object.kind, namespace: object.namespace, name: object.name, source: object.source))
      }
      selected.namesOneObject = selected.requests.count == 1
      return selected
    }
    let arguments = try await ResourceArguments.resolve(invocation.arguments, invocation.discovery)
    let query = invocation.selectionQuery
    if !query.isEmpty, !arguments.namesNothing {
      throw Failure("name cannot be provided when a selector is specified")
    }
    let isEverywhere = invocation[SharedFlags.allNamespaces]
    if isEverywhere, !arguments.namesNothing {
      throw Failure("a resource cannot be retrieved by name across all namespaces")
    }
    for target in arguments.targets {
      let namespace = target.kind.isNamespaced && !isEverywhere ? invocation.namespace : nil
      if target.names.isEmpty {
        selected.requests.append(ResourceRequest(kind: target.kind, namespace: namespace, query: query))
      }
      for name in target.names {
        selected.requests.append(ResourceRequest(kind: target.kind, namespace: namespace, name: name))
      }
    }
    selected.namesOneObject = selected.requests.count == 1 && selected.requests[0].name != nil
    return selected
  }

  /// The names of all selected objects, lists looked up.
  func expanded(_ invocation: Invocation) async throws -> [ResourceRequest] {
    var all: [ResourceRequest] = []
    for request in requests {
      if request.name != nil {
        all.append(request)
        continue
      }
      for object in try await invocation.calls.listAll(request.kind, request.namespace, query: request.query) {
        all.append(
          ResourceRequest(
            kind: request.kind, namespace: object["metadata"]?["namespace"]?.stringValue ?? request.namespace,
            name: object["metadata"]?["name"]?.stringValue))
      }
    }
    return all
  }
}

internal import Documents

/// A manifest whose kind the server knows, with the place where its object belongs.
struct ManifestObject: Sendable {
  let kind: ResourceKind
  let namespace: String?
  let name: String
  /// The manifest with its namespace filled in.
  let document: Document
  let source: String

  init(_ manifest: Manifest, _ invocation: Invocation) async throws {
    guard let kind = try await invocation.discovery.find(apiVersion: manifest.apiVersion, kind: manifest.kind) else {
      throw Failure(
        "resource mapping not found for name: \"\(manifest.name)\" namespace: \"\(manifest.namespace)\" from \"\(manifest.source)\": no matches for kind \"\(manifest.kind)\" in version \"\(manifest.apiVersion)\"\nensure CRDs are installed first"
      )
    }
    if kind.isNamespaced, invocation.isNamespaceGiven, !manifest.namespace.isEmpty,
      manifest.namespace != invocation.namespace
    {
      throw Failure(
        "the namespace from the provided object \"\(manifest.namespace)\" does not match the namespace \"\(invocation.namespace)\". You must pass '--namespace=\(manifest.namespace)' to perform this operation."
      )
    }
    self.kind = kind
    name = manifest.name
    source = manifest.source
    var document = manifest.document
    if kind.isNamespaced {
      let namespace = manifest.namespace.isEmpty ? invocation.namespace : manifest.namespace
      var metadata = document["metadata"] ?? [:]
      metadata["namespace"] = .string(namespace)
      document["metadata"] = metadata
      self.namespace = namespace
    } else {
      namespace = nil
    }
    self.document = document
  }
}

extension Manifest {
  /// Refuses what is no object at all, before anything is sent.
  func check(validates: Bool) throws {
    if !validates { return }
    let problem: String
    if document.mapValue == nil {
      problem = "invalid object to validate"
    } else if apiVersion.isEmpty && kind.isEmpty {
      problem = "[apiVersion not set, kind not set]"
    } else if kind.isEmpty {
      problem = "kind not set"
    } else if apiVersion.isEmpty {
      problem = "apiVersion not set"
    } else {
      return
    }
    throw Failure(
      "error validating \"\(source)\": error validating data: \(problem); if you choose to ignore these errors, turn validation off with --validate=false"
    )
  }
}

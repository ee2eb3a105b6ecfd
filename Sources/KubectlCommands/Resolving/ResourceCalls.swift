internal import ClusterClient
internal import Documents
internal import KubernetesAPI

/// Requests about objects of any kind, as documents.
struct ResourceCalls: Sendable {
  let client: ClusterClient
  /// Told each remark that the server makes about a request.
  let warn: @Sendable (String) async -> Void

  static let tableType =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"

  func get(
    _ kind: ResourceKind, _ namespace: String?, _ name: String, subresource: String? = nil, asTable: Bool = false,
    query: [QueryItem] = []
  ) async throws -> Document {
    let path = kind.path(namespace: namespace, name: name, subresource: subresource)
    do {
      return try await send("GET", path, query: query, accept: asTable ? Self.tableType : "application/json")
    } catch let error as StatusError where error.isNotFound {
      try await checkNamespace(of: kind, namespace)
      throw error
    }
  }

  /// Who looks in a namespace that does not exist shall hear of that, not of the object.
  private func checkNamespace(of kind: ResourceKind, _ namespace: String?) async throws {
    guard kind.isNamespaced, let namespace, !namespace.isEmpty, namespace != "default" else { return }
    do {
      _ = try await send("GET", "/api/v1/namespaces/\(namespace)")
    } catch let error as StatusError where !error.isNotFound {
      return
    }
  }

  func list(
    _ kind: ResourceKind, _ namespace: String?, query: [QueryItem], asTable: Bool = false
  ) async throws -> Document {
    do {
      return try await send(
        "GET", kind.path(namespace: namespace), query: query, accept: asTable ? Self.tableType : "application/json")
    } catch let error as StatusError where error.reason == "BadRequest" || error.isNotFound {
      throw error.prefixed(Self.search(for: kind, query))
    }
  }

  /// What a list was looking for, as its failure tells it.
  private static func search(for kind: ResourceKind, _ query: [QueryItem]) -> String {
    func value(_ name: String) -> String { query.first { $0.name == name }?.value ?? "" }
    let resource = "\"\(kind.group)/\(kind.version), Resource=\(kind.plural)\""
    let labels = value("labelSelector")
    let fields = value("fieldSelector")
    if labels.isEmpty, fields.isEmpty { return "Unable to list \(resource)" }
    return "Unable to find \(resource) that match label selector \"\(labels)\", field selector \"\(fields)\""
  }

  /// All objects of a kind, however many pages the server makes of them.
  func listAll(_ kind: ResourceKind, _ namespace: String?, query: [QueryItem] = []) async throws -> [Document] {
    var items: [Document] = []
    var continuation: [QueryItem] = []
    repeat {
      let page = try await list(kind, namespace, query: query + [QueryItem("limit", "500")] + continuation)
      for item in page["items"]?.listValue ?? [] {
        var item = item
        // Items of a list do not say what they are; printed alone they must.
        if item["kind"] == nil { item["kind"] = .string(kind.kind) }
        if item["apiVersion"] == nil { item["apiVersion"] = .string(kind.apiVersion) }
        items.append(item)
      }
      let token = page["metadata"]?["continue"]?.stringValue ?? ""
      continuation = token.isEmpty ? [] : [QueryItem("continue", token)]
    } while !continuation.isEmpty
    return items
  }

  func watch(
    _ kind: ResourceKind, _ namespace: String?, after resourceVersion: String, query: [QueryItem],
    asTable: Bool = false
  ) async throws -> DocumentLines {
    let all = query + [QueryItem("resourceVersion", resourceVersion), QueryItem("watch", "true")]
    let stream = try await client.stream(
      "GET", kind.path(namespace: namespace), query: all, accept: asTable ? Self.tableType : "application/json")
    return DocumentLines(stream)
  }

  func create(
    _ kind: ResourceKind, _ namespace: String?, _ document: Document, query: [QueryItem]
  ) async throws -> Document {
    try await send("POST", kind.path(namespace: namespace), query: query, body: document.json())
  }

  func replace(
    _ kind: ResourceKind, _ namespace: String?, _ name: String, _ document: Document, query: [QueryItem]
  ) async throws -> Document {
    try await send("PUT", kind.path(namespace: namespace, name: name), query: query, body: document.json())
  }

  func patch(
    _ kind: ResourceKind, _ namespace: String?, _ name: String, subresource: String? = nil, contentType: String,
    _ body: [UInt8], query: [QueryItem]
  ) async throws -> Document {
    try await send(
      "PATCH", kind.path(namespace: namespace, name: name, subresource: subresource), query: query,
      contentType: contentType, body: body)
  }

  func delete(
    _ kind: ResourceKind, _ namespace: String?, _ name: String, _ options: DeleteOptions
  ) async throws -> Document {
    try await send("DELETE", kind.path(namespace: namespace, name: name), body: options.document().json())
  }

  func send(
    _ method: String, _ path: String, query: [QueryItem] = [], contentType: String = "application/json",
    accept: String = "application/json", body: [UInt8] = []
  ) async throws -> Document {
    let response = try await client.respond(
      method, path, query: query, contentType: contentType, accept: accept, body: body)
    for header in response.headers.all("Warning") { await warn(Self.warningText(header)) }
    let bytes = try await ClusterClient.wholeBody(response)
    do {
      return try Document.parse(json: bytes)
    } catch {
      throw StatusError.internalError("the server's answer is not JSON: \(error)")
    }
  }

  /// The words of a `Warning: 299 - "words"` header.
  static func warningText(_ header: String) -> String {
    guard let open = header.firstIndex(of: "\""), let close = header.lastIndex(of: "\""), open < close else {
      return header
    }
    var text = ""
    var isEscaped = false
    for character in header[header.index(after: open)..<close] {
      if character == "\\", !isEscaped {
        isEscaped = true
        continue
      }
      isEscaped = false
      text.append(character)
    }
    return text
  }
}

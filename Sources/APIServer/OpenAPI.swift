internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// The OpenAPI 3 documents of each group, made from the tables of fields when somebody asks first.
final class OpenAPI: Sendable {
  private struct Rendered: Sendable {
    let body: [UInt8]
    let tag: String
  }

  private let groups: [String]
  private let rendered = Mutex<[String: Rendered]>([:])

  init() {
    var groups: [String] = []
    for resource in Resource.all where !groups.contains(Self.path(resource)) { groups.append(Self.path(resource)) }
    self.groups = groups
  }

  /// `api/v1`, `apis/apps/v1`.
  private static func path(_ resource: Resource) -> String {
    (resource.group.isEmpty ? "api/" : "apis/") + resource.apiVersion
  }

  func index(_ request: APIRequest) throws(StatusError) -> APIResponse {
    var paths = DocumentMap()
    for group in groups {
      paths.append(
        group, ["serverRelativeURL": .string("/openapi/v3/\(group)?hash=\(document(group).tag)")])
    }
    let body = Document.map(DocumentMap([("paths", .map(paths))])).json()
    return Self.answer(Rendered(body: body, tag: Digest.text(body)), request)
  }

  func group(_ name: String, _ request: APIRequest) throws(StatusError) -> APIResponse {
    guard groups.contains(name) else { throw StatusError.noSuchResource() }
    var response = Self.answer(document(name), request)
    // The hash in the address names this very state of the document.
    if request.query("hash") != nil { response.headers["Cache-Control"] = "public, immutable" }
    return response
  }

  /// The older form of the document. Clients look into it only for kinds that the newer form does not know, so here it
  /// has none.
  func version2(_ request: APIRequest) throws(StatusError) -> APIResponse {
    let protobuf = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    if request.headers["Accept"]?.contains(protobuf) == true {
      // Fields 1 (swagger), 2 (info: title, version) and 8 (paths) of the document.
      func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
      let info = field(1, Array("Kubernetes".utf8)) + field(2, Array(ServerVersion.gitVersion.utf8))
      let body = field(1, Array("2.0".utf8)) + field(2, info) + field(8, [])
      return APIResponse(
        headers: ["Content-Type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"], body: .bytes(body))
    }
    let document: Document = [
      "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(ServerVersion.gitVersion)], "paths": [:],
      "definitions": [:],
    ]
    return APIResponse(json: document.json())
  }

  private static func answer(_ rendered: Rendered, _ request: APIRequest) -> APIResponse {
    let tag = "\"\(rendered.tag)\""
    let headers: HTTPHeaders = ["Content-Type": "application/json", "ETag": tag, "Vary": "Accept"]
    if request.headers["If-None-Match"] == tag { return APIResponse(status: 304, headers: headers) }
    return APIResponse(headers: headers, body: .bytes(rendered.body))
  }

  private func document(_ group: String) -> Rendered {
    rendered.withLock { rendered in
      if let known = rendered[group] { return known }
      let body = OpenAPIWriter.document(Resource.all.filter { Self.path($0) == group }).json()
      let made = Rendered(body: body, tag: Digest.text(body))
      rendered[group] = made
      return made
    }
  }
}

/// Writes one group's document: the paths of its kinds, and every type that they are made of.
private struct OpenAPIWriter {
  private var schemas: [String: Document] = [:]

  static func document(_ resources: [Resource]) -> Document {
    var writer = OpenAPIWriter()
    var paths = DocumentMap()
    for resource in resources { writer.add(resource, to: &paths) }
    writer.addOptions(resources)
    return [
      "openapi": "3.0.0",
      "info": ["title": "Kubernetes", "version": .string(ServerVersion.gitVersion)],
      "paths": .map(paths),
      "components": [
        "schemas": .map(DocumentMap(writer.schemas.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
      ],
    ]
  }

  // MARK: Paths

  private mutating func add(_ resource: Resource, to paths: inout DocumentMap) {
    let kind = Self.kind(resource.group, resource.version, resource.kind)
    let name = Self.name(resource.schema, in: resource)
    addSchema(resource.schema, in: resource)
    extend(name) { $0["x-kubernetes-group-version-kind"] = .list([kind]) }
    addList(resource, of: name)
    let root = resource.group.isEmpty ? "/api/v1" : "/apis/\(resource.apiVersion)"
    let collection = (resource.isNamespaced ? "\(root)/namespaces/{namespace}" : root) + "/\(resource.plural)"
    let place = resource.isNamespaced ? [Self.parameter("namespace", in: "path")] : []

    func operation(
      _ action: String, _ verb: String, query: [String] = [], body: Bool = false, of part: Part? = nil
    ) -> Document? {
      guard resource.verbs.contains(verb) else { return nil }
      var operation: Document = [
        "tags": .list([.string(root.dropFirst().replacingSlashes)]),
        "operationId": .string("\(action)\(resource.group.isEmpty ? "Core" : "")\(resource.kind)"),
        "responses": ["200": ["description": "OK"]],
        "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": part?.kind ?? kind,
      ]
      let parameters = query.map { Self.parameter($0, in: "query") }
      if !parameters.isEmpty { operation["parameters"] = .list(parameters) }
      if body {
        operation["requestBody"] = [
          "content": ["*/*": ["schema": Self.reference(part?.schema ?? name)]], "required": true,
        ]
      }
      return operation
    }
    let writing = ["dryRun", "fieldManager", "fieldValidation"]
    let listing = ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"]
    func path(_ operations: [(String, Document?)], _ parameters: [Document]) -> Document {
      var map = DocumentMap(operations.compactMap { method, operation in operation.map { (method, $0) } })
      if !parameters.isEmpty { map.append("parameters", .list(parameters)) }
      return .map(map)
    }
    if resource.isNamespaced {
      paths.append("\(root)/\(resource.plural)", path([("get", operation("list", "list", query: listing))], []))
    }
    paths.append(
      collection,
      path(
        [
          ("get", operation("list", "list", query: listing)),
          ("post", operation("post", "create", query: writing, body: true)),
          ("delete", operation("deletecollection", "deletecollection", query: listing)),
        ], place))
    let named = place + [Self.parameter("name", in: "path")]
    paths.append(
      "\(collection)/{name}",
      path(
        [
          ("get", operation("get", "get")), ("put", operation("put", "update", query: writing, body: true)),
          ("delete", operation("delete", "delete", query: ["dryRun", "gracePeriodSeconds", "propagationPolicy"])),
          ("patch", operation("patch", "patch", query: writing + ["force"], body: true)),
        ], named))
    for subresource in resource.subresources where subresource.name == "status" || subresource.name == "scale" {
      let part = subresource.name == "scale" ? addScale(subresource, in: resource) : nil
      paths.append(
        "\(collection)/{name}/\(subresource.name)",
        path(
          [
            ("get", operation("get", "get", of: part)),
            ("put", operation("put", "update", query: writing, body: true, of: part)),
            ("patch", operation("patch", "patch", query: writing + ["force"], body: true, of: part)),
          ], named))
    }
  }

  /// A subresource of a kind of its own.
  private struct Part {
    let kind: Document
    let schema: String
  }

  private mutating func addScale(_ subresource: Subresource, in resource: Resource) -> Part {
    let part = Part(
      kind: Self.kind(subresource.group, subresource.version, subresource.kind),
      schema: Self.name(AnySchema(Scale.self), in: resource))
    addSchema(AnySchema(Scale.self), in: resource)
    extend(part.schema) { $0["x-kubernetes-group-version-kind"] = .list([part.kind]) }
    return part
  }

  private static func parameter(_ name: String, in place: String) -> Document {
    let type: Document =
      switch name {
      case "limit", "gracePeriodSeconds": ["type": "integer", "uniqueItems": true]
      case "watch", "force": ["type": "boolean", "uniqueItems": true]
      default: ["type": "string", "uniqueItems": true]
      }
    var parameter: Document = ["name": .string(name), "in": .string(place), "schema": type]
    if place == "path" { parameter["required"] = true }
    return parameter
  }

  // MARK: Types

  private mutating func addOptions(_ resources: [Resource]) {
    guard let first = resources.first else { return }
    addSchema(AnySchema(DeleteOptions.self), in: first)
    addSchema(AnySchema(Status.self), in: first)
  }

  private mutating func addList(_ resource: Resource, of item: String) {
    addSchema(AnySchema(ListMeta.self), in: resource)
    schemas[item + "List"] = [
      "type": "object", "description": .string("A list of \(resource.kind) objects."), "required": ["items"],
      "properties": [
        "apiVersion": ["type": "string"], "kind": ["type": "string"],
        "items": ["type": "array", "items": Self.reference(item)],
        "metadata": Self.reference("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"),
      ],
      "x-kubernetes-group-version-kind": [Self.kind(resource.group, resource.version, resource.kind + "List")],
    ]
  }

  private mutating func addSchema(_ schema: AnySchema, in resource: Resource) {
    let name = Self.name(schema, in: resource)
    guard schemas[name] == nil else { return }
    // Taken before its fields are looked at, since a type may contain itself.
    schemas[name] = ["type": "object", "description": .string(schema.summary)]
    var properties = DocumentMap()
    var required: [Document] = []
    for field in schema.fields.sorted(by: { $0.name < $1.name }) {
      properties.append(field.name, property(field, in: resource))
      if field.isRequired { required.append(.string(field.name)) }
    }
    extend(name) { document in
      if !required.isEmpty { document["required"] = .list(required) }
      document["properties"] = .map(properties)
    }
  }

  private mutating func extend(_ name: String, _ change: (inout Document) -> Void) {
    guard var document = schemas[name] else { return }
    change(&document)
    schemas[name] = document
  }

  private mutating func property(_ field: FieldDescription, in resource: Resource) -> Document {
    var summary = field.summary
    let allowed = field.allowed.sorted()
    if !allowed.isEmpty {
      summary += "\n\nPossible enum values:\n" + allowed.map { " - `\"\($0)\"`" }.joined(separator: "\n")
    }
    var property = type(field.type, in: resource)
    if property["$ref"] != nil { property = ["allOf": [property]] }
    // Always, even where its type says the same: a list of fields shows only what each says itself.
    property["description"] = .string(summary)
    if !allowed.isEmpty { property["enum"] = .list(allowed.map { .string($0) }) }
    let strategy = (field.mergeKey == nil ? [] : ["merge"]) + (field.retainsKeys ? ["retainKeys"] : [])
    if !strategy.isEmpty { property["x-kubernetes-patch-strategy"] = .string(strategy.joined(separator: ",")) }
    if let key = field.mergeKey, !key.isEmpty { property["x-kubernetes-patch-merge-key"] = .string(key) }
    return property
  }

  private mutating func type(_ type: TypeDescription, in resource: Resource) -> Document {
    let summary = Document.string(type.summary ?? "")
    switch type {
    case .string: return ["type": "string"]
    case .bytes: return ["type": "string", "format": "byte"]
    case .boolean: return ["type": "boolean"]
    case .integer32: return ["type": "integer", "format": "int32"]
    case .integer64: return ["type": "integer", "format": "int64"]
    case .number: return ["type": "number", "format": "double"]
    case .any: return ["type": "object"]
    case .quantity:
      return plain(
        "io.k8s.apimachinery.pkg.api.resource.Quantity",
        ["description": summary, "oneOf": [["type": "string"], ["type": "number"]]])
    case .intOrString:
      return plain(
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        [
          "description": summary, "format": "int-or-string",
          "oneOf": [["type": "integer"], ["type": "string"]],
        ])
    case .time:
      return plain(
        "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
        ["description": summary, "type": "string", "format": "date-time"])
    case .microTime:
      return plain(
        "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
        ["description": summary, "type": "string", "format": "date-time"])
    case .object(let schema):
      addSchema(schema, in: resource)
      return Self.reference(Self.name(schema, in: resource))
    case .list(let element): return ["type": "array", "items": self.type(element, in: resource)]
    case .map(let element):
      return ["type": "object", "additionalProperties": self.type(element, in: resource)]
    }
  }

  private mutating func plain(_ name: String, _ schema: Document) -> Document {
    schemas[name] = schema
    return Self.reference(name)
  }

  private static func reference(_ name: String) -> Document {
    ["$ref": .string("#/components/schemas/\(name)")]
  }

  private static func kind(_ group: String, _ version: String, _ kind: String) -> Document {
    ["group": .string(group), "kind": .string(kind), "version": .string(version)]
  }

  private static let metaTypes: Set<String> = [
    "ObjectMeta", "OwnerReference", "ManagedFieldsEntry", "ListMeta", "ShardInfo", "LabelSelector",
    "LabelSelectorRequirement", "DeleteOptions", "Preconditions", "Status", "StatusDetails", "StatusCause", "Condition",
  ]

  private static let scaleTypes: Set<String> = ["Scale", "ScaleSpec", "ScaleStatus"]

  /// What the kinds of the core group are made of; other groups borrow from there.
  private static let coreTypes: Set<ObjectIdentifier> = {
    var types: Set<ObjectIdentifier> = []
    func visit(_ type: TypeDescription) {
      switch type {
      case .object(let schema):
        if types.insert(schema.identity).inserted { for field in schema.fields { visit(field.type) } }
      case .list(let element), .map(let element): visit(element)
      default: break
      }
    }
    for resource in Resource.all where resource.group.isEmpty { visit(.object(resource.schema)) }
    return types
  }()

  /// The name under which Kubernetes' documents know the type.
  private static func name(_ schema: AnySchema, in resource: Resource) -> String {
    if metaTypes.contains(schema.name) { return "io.k8s.apimachinery.pkg.apis.meta.v1.\(schema.name)" }
    if scaleTypes.contains(schema.name) { return "io.k8s.api.autoscaling.v1.\(schema.name)" }
    if coreTypes.contains(schema.identity) { return "io.k8s.api.core.v1.\(schema.name)" }
    switch resource.group {
    case let group where group.contains(".") && !group.hasSuffix(".k8s.io"):
      return group.split(separator: ".").reversed().joined(separator: ".") + ".\(resource.version).\(schema.name)"
    case let group:
      let word = group.split(separator: ".").first ?? "core"
      return "io.k8s.api.\(word).\(resource.version).\(schema.name)"
    }
  }
}

extension Substring {
  fileprivate var replacingSlashes: String { String(map { $0 == "/" ? "_" : $0 }) }
}

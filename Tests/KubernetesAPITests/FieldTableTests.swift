import Documents
import KubernetesAPI
import SystemIO
import Testing

@testable import ObjectSchema

/// Every table of every kind is walked, and held against the published list of fields.
struct FieldTableTests {
  /// All types that the kinds are made of, by name; a second one of the same name by its group and name.
  static let types: [String: AnySchema] = {
    var types: [String: AnySchema] = [:]
    func visit(_ type: TypeDescription, _ group: String = "") {
      switch type {
      case .object(let schema):
        let name = [schema.name, group + schema.name].first {
          (types[$0]?.identity ?? schema.identity) == schema.identity
        }
        if types.updateValue(schema, forKey: name!) == nil { for field in schema.fields { visit(field.type, group) } }
      case .list(let element), .map(let element): visit(element, group)
      default: break
      }
    }
    for resource in Resource.all {
      visit(.object(resource.schema), resource.group.split(separator: ".").first?.capitalized ?? "")
    }
    for schema in [
      AnySchema(Binding.self), AnySchema(DeleteOptions.self), AnySchema(KubernetesAPI.Status.self),
      AnySchema(ListMeta.self), AnySchema(TokenRequest.self), AnySchema(Scale.self),
    ] {
      visit(.object(schema))
    }
    return types
  }()

  /// Type → field → (type, required), as published: the groups of stored kinds, and those of questions.
  static let facts: Document = {
    let folder = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/Golden"
    var types = DocumentMap()
    for name in ["kubernetes-v1-fields", "review-fields"] {
      guard let text = try? Files.readText("\(folder)/\(name).json"), let document = try? Document.parse(json: text)
      else { return .null }
      for entry in document["types"]?.mapValue?.entries ?? [] { types.append(entry.key, entry.value) }
    }
    return .map(types)
  }()

  /// Properties whose names in Swift are not those of their fields.
  private static let renamed = ["continueToken": "continue", "listMetadata": "metadata"]

  @Test func thereAreManyTypes() {
    #expect(Self.types.count > 140)
    #expect((Self.facts.mapValue?.count ?? 0) > 250)
  }

  @Test(arguments: types.keys.sorted())
  func everyPropertyHasExactlyOneRow(name: String) throws {
    let schema = try #require(Self.types[name])
    let properties = schema.properties().map { Self.renamed[$0] ?? $0 }
    #expect(schema.fields.map(\.name).sorted() == properties.sorted())
  }

  @Test(arguments: types.keys.sorted())
  func everyRowIsExplainedInASentence(name: String) throws {
    let schema = try #require(Self.types[name])
    #expect(schema.summary.hasSuffix("."), "\(name)")
    for field in schema.fields {
      #expect(field.summary.hasSuffix("."), "\(name).\(field.name)")
      #expect(field.summary.first?.isWhitespace == false, "\(name).\(field.name)")
    }
  }

  /// A row that reads into the wrong property loses what it has read.
  @Test(arguments: types.keys.sorted())
  func everyFieldThatIsReadIsWritten(name: String) throws {
    let schema = try #require(Self.types[name])
    for field in schema.fields {
      let value = Self.example(field.type, depth: 0)
      let document = Document.map(DocumentMap([(field.name, value)]))
      let (written, problems) = schema.roundTrip(document)
      #expect(problems.isEmpty, "\(name).\(field.name): \(problems)")
      #expect(Self.contains(written[field.name], value), "\(name).\(field.name)")
    }
  }

  private static func example(_ type: TypeDescription, depth: Int) -> Document {
    switch type {
    case .string, .bytes: "text"
    case .boolean: true
    case .integer32, .integer64: 7
    case .number: 7
    case .quantity: "500m"
    case .intOrString: "http"
    case .time: "2026-11-21T12:00:00Z"
    case .microTime: "2026-11-21T12:00:00.000001Z"
    case .any: ["anything": 1]
    case .list(let element): [example(element, depth: depth + 1)]
    case .map(let element): .map(DocumentMap([("key", example(element, depth: depth + 1))]))
    case .object(let schema):
      // Deep enough to tell the field from its neighbours of the same type.
      depth > 1
        ? [:] : .map(DocumentMap(schema.fields.prefix(1).map { ($0.name, example($0.type, depth: depth + 1)) }))
    }
  }

  /// What was written may say more than what was read, such as fields that are always there.
  private static func contains(_ written: Document?, _ read: Document) -> Bool {
    switch (written?.content, read.content) {
    case (.map(let whole)?, .map(let part)): part.entries.allSatisfy { contains(whole[$0.key], $0.value) }
    case (.list(let whole)?, .list(let part)):
      whole.count == part.count && zip(whole, part).allSatisfy { contains($0, $1) }
    default: written == read
    }
  }

  // MARK: Against the published list

  private static let published = [
    "EndpointPort": "CoreV1EndpointPort", "DiscoveryEndpointPort": "DiscoveryV1EndpointPort", "Event": "CoreV1Event",
    "EventSeries": "CoreV1EventSeries", "EventsEvent": "EventsV1Event", "EventsEventSeries": "EventsV1EventSeries",
    "ContainerResourceClaim": "CoreV1ResourceClaim",
  ]

  private static let own: Set<String> = ["ContainerMetrics", "NodeMetrics", "PodMetrics", "RequestRecord"]

  /// Structures that every value has, empty or not: what is required in them is asked for by their own rows.
  private static let alwaysThere: Set<String> = [
    "Binding.target", "Event.involvedObject", "Event.metadata", "LocalSubjectAccessReview.spec",
    "PersistentVolumeClaimTemplate.spec", "SelfSubjectAccessReview.spec", "SelfSubjectRulesReview.spec",
    "SubjectAccessReview.spec", "TokenRequest.spec", "TokenReview.spec",
  ]

  @Test(arguments: types.keys.sorted().filter { !own.contains($0) })
  func namesAndRequiredMarksAreThePublishedOnes(name: String) throws {
    let schema = try #require(Self.types[name])
    let facts = try #require(
      Self.facts[Self.published[name] ?? "V1\(name)"]?.mapValue, "\(name) is not a published type")
    #expect(schema.fields.map(\.name).sorted() == facts.keys.sorted())
    for field in schema.fields {
      guard let fact = facts[field.name] else { continue }
      let isRequired = fact["required"]?.boolValue ?? false
      #expect(
        field.isRequired == isRequired || Self.alwaysThere.contains("\(name).\(field.name)"), "\(name).\(field.name)")
      #expect(Self.fits(field.type, fact["type"]?.stringValue ?? ""), "\(name).\(field.name) is \(fact["type"]!)")
    }
  }

  private static func fits(_ type: TypeDescription, _ published: String) -> Bool {
    func inner(_ prefix: String) -> String? {
      published.hasPrefix(prefix) && published.hasSuffix("]")
        ? String(published.dropFirst(prefix.count).dropLast()) : nil
    }
    switch type {
    case .string: return published == "str"
    case .bytes: return published == "bytes" || published == "str"
    case .boolean: return published == "bool"
    case .integer32, .integer64: return published == "int"
    case .number: return published == "float"
    case .quantity: return ["str", "object"].contains(published)
    case .intOrString: return ["str", "object"].contains(published)
    case .time, .microTime: return published == "datetime"
    // What is not settled yet is kept as it is.
    case .any: return published == "object" || published.hasPrefix("V1alpha")
    case .list(let element): return inner("list[").map { fits(element, $0) } ?? false
    case .map(let element): return inner("map[").map { fits(element, $0) } ?? false
    case .object(let schema):
      let name = Self.types.first { $0.value.identity == schema.identity }?.key ?? schema.name
      return published == (Self.published[name] ?? "V1\(name)")
    }
  }
}

extension Substring {
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

import Documents
import ObjectSchema
import Testing

@testable import KubernetesAPI

/// Every type that clients send has its field numbers, and no value is lost on the way.
struct MessageTableTests {
  struct Body: Sendable, CustomTestStringConvertible {
    let apiVersion: String
    let kind: String
    let schema: AnySchema

    var testDescription: String { "\(apiVersion) \(kind)" }
  }

  /// The kinds of Kubernetes that can be sent; those of other owners have no protobuf form anywhere.
  static let bodies: [Body] =
    Resource.all.filter { !$0.group.hasSuffix(".dev") && !Set($0.verbs).isSubset(of: ["get", "list", "watch"]) }.map {
      Body(apiVersion: $0.apiVersion, kind: $0.kind, schema: $0.schema)
    }
    + ProtobufBody.besides.map { group, schema in
      Body(apiVersion: group.isEmpty ? "v1" : "\(group)/v1", kind: schema.name, schema: schema)
    }

  /// Fields of later versions: one is published without its number, the other is kept as JSON without its types.
  static let unnumbered: Set<String> = ["NodeSystemInfo.runningInUserNamespace", "JobSpec.scheduling"]

  /// What an object is travels in front of it, not in it.
  static func isInTheEnvelope(_ field: String, of schema: AnySchema) -> Bool {
    ["apiVersion", "kind"].contains(field) && bodies.contains { $0.schema.name == schema.name }
  }

  @Test func theUsualKindsAreThere() {
    #expect(Set(Self.bodies.map(\.kind)).isSuperset(of: ["Pod", "Node", "Namespace", "Event", "DeleteOptions"]))
  }

  @Test(arguments: bodies)
  func everyFieldOfEveryTypeHasANumber(body: Body) {
    let tables = MessageTable.tables(of: body.group)
    var seen: Set<String> = []
    func visit(_ type: TypeDescription) {
      switch type {
      case .list(let element), .map(let element): visit(element)
      case .object(let schema):
        guard seen.insert(schema.name).inserted else { return }
        let names = Self.names(schema.name, tables)
        for field in schema.fields {
          let path = "\(schema.name).\(field.name)"
          if Self.unnumbered.contains(path) || Self.isInTheEnvelope(field.name, of: schema) { continue }
          #expect(names.contains(field.name), "\(path) in \(body.apiVersion)")
          visit(field.type)
        }
      default: break
      }
    }
    visit(.object(body.schema))
  }

  private static func names(_ message: String, _ tables: [MessageTable]) -> Set<String> {
    Set(
      (tables.message(message) ?? [:]).values.flatMap { row in
        row.isInlined ? names(row.name, tables) : [row.name]
      })
  }

  private static let groups = Set(bodies.map(\.group))

  @Test func noFieldIsListedTwice() {
    for table in Self.groups.flatMap(MessageTable.tables) {
      for (name, message) in table.messages {
        #expect(Set(message.values.map(\.name)).count == message.count, "\(name)")
        #expect(!message.isEmpty && message.keys.allSatisfy { $0 > 0 }, "\(name)")
      }
    }
  }

  @Test func noMessageIsListedForNothing() {
    var used: [String: Set<String>] = [:]
    for body in Self.bodies {
      let tables = MessageTable.tables(of: body.group)
      func use(_ message: String) {
        used[body.group, default: []].insert(message)
        for row in (tables.message(message) ?? [:]).values where row.isInlined { use(row.name) }
      }
      func visit(_ type: TypeDescription) {
        switch type {
        case .list(let element), .map(let element): visit(element)
        case .object(let schema):
          if used[body.group]?.contains(schema.name) == true { return }
          use(schema.name)
          for field in schema.fields { visit(field.type) }
        default: break
        }
      }
      visit(.object(body.schema))
    }
    for group in Self.groups {
      // The last two tables are those that all groups share.
      for table in MessageTable.tables(of: group).dropLast(2) {
        #expect(Set(table.messages.keys).subtracting(used[group] ?? []) == [], "\(group)")
      }
    }
    let all = used.values.reduce(into: Set()) { $0.formUnion($1) }
    for table in MessageTable.tables(of: "") {
      #expect(Set(table.messages.keys).subtracting(all) == [])
    }
  }

  @Test(arguments: bodies)
  func whatIsWrittenIsReadAgain(body: Body) throws {
    var values = ExampleValues()
    var document = values.object(body.schema)
    document["apiVersion"] = .string(body.apiVersion)
    document["kind"] = .string(body.kind)
    let bytes = MessageEncoder.body(
      document, as: body.schema, apiVersion: body.apiVersion, kind: body.kind)
    #expect(bytes.count > 20)
    let read = try ProtobufBody(bytes).document(apiVersion: "", kind: "")
    #expect(read.sorted().jsonText() == document.sorted().jsonText())
    if let resource = Resource.find(apiVersion: body.apiVersion, kind: body.kind) {
      #expect(resource.decode(read).report.isClean)
    }
  }
}

extension MessageTableTests.Body {
  var group: String { apiVersion.split(separator: "/").dropLast().joined() }
}

/// A value for each field, no two alike.
struct ExampleValues {
  private var count = 0

  mutating func object(_ schema: AnySchema) -> Document {
    var map = DocumentMap()
    for field in schema.fields
    where !MessageTableTests.isInTheEnvelope(field.name, of: schema)
      && !MessageTableTests.unnumbered.contains("\(schema.name).\(field.name)")
    {
      map.append(field.name, value(field.type))
    }
    return .map(map)
  }

  private mutating func value(_ type: TypeDescription) -> Document {
    count += 1
    switch type {
    case .string: return .string("text-\(count)")
    case .bytes: return .string(Base64.encode(Array("bytes-\(count)".utf8) + [0xFF]))
    case .boolean: return true
    // Negative numbers take the longest form.
    case .integer32: return .integer(count % 2 == 0 ? count : -count)
    case .integer64: return .integer(Int64(count) << 33)
    case .number: return Document(.decimal(0))
    case .quantity: return .string("\(count)Mi")
    case .intOrString: return count % 2 == 0 ? .integer(count) : .string("port-\(count)")
    case .time: return .string(Timestamp(seconds: Int64(count) * 1000).text)
    case .microTime: return .string(Timestamp(seconds: Int64(-count), nanoseconds: Int32(count * 1000)).microText)
    case .any: return .map(DocumentMap([("f:\(count)", [:])]))
    case .list(let element): return .list([value(element), value(element)])
    case .map(let element):
      return .map(DocumentMap([("key-\(count)", value(element)), ("other", value(element))]))
    case .object(let schema): return object(schema)
    }
  }
}

extension Document {
  /// With the keys of every map in order, so that two texts can be held side by side.
  func sorted() -> Document {
    switch content {
    case .map(let map):
      .map(DocumentMap(map.sorted().entries.map { ($0.key, $0.value.sorted()) }))
    case .list(let list): .list(list.map { $0.sorted() })
    default: self
    }
  }
}

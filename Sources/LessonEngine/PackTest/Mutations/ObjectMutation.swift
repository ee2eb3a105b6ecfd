internal import Documents
internal import KubernetesAPI
internal import Synchronization

/// Changes a field of an object on its way to the API server.
struct ObjectMutation: Sendable {
  enum Key: Sendable, Equatable {
    case field(String)
    case item(Int)
  }

  var kind: String
  var name: String
  var path: [Key]
  /// Nil takes the field away.
  var value: Document?
  private let mark = Mark()

  /// Whether an object was changed by it.
  var isDone: Bool { mark.isSet.load(ordering: .acquiring) }

  private final class Mark: Sendable {
    let isSet = Atomic(false)
  }

  init(kind: String, name: String, path: [Key], value: Document?) {
    self.kind = kind
    self.name = name
    self.path = path
    self.value = value
  }

  /// The object with the change; nil when it is another one.
  func apply(to document: Document) -> Document? {
    guard document["kind"]?.stringValue == kind, document["metadata"]?["name"]?.stringValue == name else { return nil }
    mark.isSet.store(true, ordering: .releasing)
    return Self.set(document, path[...], value)
  }

  private static func set(_ document: Document, _ path: ArraySlice<Key>, _ value: Document?) -> Document {
    guard let key = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    var document = document
    switch key {
    case .field(let name):
      if rest.isEmpty {
        document[name] = value
      } else if let inner = document[name] {
        document[name] = set(inner, rest, value)
      }
      return document
    case .item(let index):
      guard var list = document.listValue, list.indices.contains(index) else { return document }
      if rest.isEmpty, value == nil {
        list.remove(at: index)
      } else {
        list[index] = set(list[index], rest, value)
      }
      return .list(list)
    }
  }

  // MARK: What there is to change

  typealias Change = (subject: Mutation.Subject, original: String, replacement: String, mutation: ObjectMutation)

  /// The changes to the objects of a manifest.
  static func all(of manifest: String) -> [Change] {
    ((try? Document.parse(yaml: manifest)) ?? []).flatMap(changes)
  }

  private static func changes(_ object: Document) -> [Change] {
    guard let kind = object["kind"]?.stringValue, let name = object["metadata"]?["name"]?.stringValue else { return [] }
    var changes: [Change] = []
    func add(
      _ subject: Mutation.Subject, _ path: [Key], _ original: String, _ replacement: String, _ value: Document?
    ) {
      let mutation = ObjectMutation(kind: kind, name: name, path: path, value: value)
      changes.append((subject, original, replacement, mutation))
    }
    func texts(_ subject: Mutation.Subject, _ path: [Key], _ found: Document?, _ other: (String) -> String) {
      guard let text = found?.stringValue, !text.isEmpty else { return }
      add(subject, path, text, other(text), .string(other(text)))
    }
    texts(.name, [.field("metadata"), .field("name")], object["metadata"]?["name"]) { $0 + "-2" }
    for entry in object["metadata"]?["labels"]?.mapValue?.entries ?? [] {
      texts(.label, [.field("metadata"), .field("labels"), .field(entry.key)], entry.value) { $0 + "-2" }
    }
    if let count = object["spec"]?["replicas"]?.integerValue {
      add(.count, [.field("spec"), .field("replicas")], "\(count)", "\(count + 1)", .integer(count + 1))
    }
    let isTemplated = object["spec"]?["template"] != nil
    let spec = isTemplated ? object["spec"]?["template"]?["spec"] : object["spec"]
    let place: [Key] = isTemplated ? [.field("spec"), .field("template"), .field("spec")] : [.field("spec")]
    let containers = spec?["containers"]?.listValue ?? []
    for (index, container) in containers.enumerated() {
      let own = place + [.field("containers"), .item(index)]
      texts(.image, own + [.field("image")], container["image"], Mutation.otherImage)
      texts(.name, own + [.field("name")], container["name"]) { $0 + "-2" }
      for (number, mount) in (container["volumeMounts"]?.listValue ?? []).enumerated() {
        let path = own + [.field("volumeMounts"), .item(number), .field("mountPath")]
        texts(.path, path, mount["mountPath"]) { $0 + "-2" }
      }
      for (number, variable) in (container["env"]?.listValue ?? []).enumerated() {
        texts(.variable, own + [.field("env"), .item(number), .field("value")], variable["value"]) { $0 + "-2" }
      }
      for field in ["args", "command"] {
        guard let words = container[field]?.listValue, let last = words.last?.stringValue else { continue }
        let path = own + [.field(field), .item(words.count - 1)]
        add(.command, path, last, last + "-2", .string(last + "-2"))
        break
      }
    }
    if containers.count > 1 {
      add(
        .count, place + [.field("containers"), .item(containers.count - 1)], "\(containers.count) containers",
        "\(containers.count - 1)", nil)
    }
    return changes
  }
}

/// An API to which objects are sent changed.
struct MutatingEndpoint: APIEndpoint {
  let endpoint: any APIEndpoint
  let mutation: ObjectMutation

  func send(_ request: APIRequest) async throws(StatusError) -> APIResponse {
    var request = request
    if request.method == "POST" || request.method == "PUT", let document = try? Document.parse(json: request.body),
      let changed = mutation.apply(to: document)
    {
      request.body = changed.json()
    }
    return try await endpoint.send(request)
  }
}

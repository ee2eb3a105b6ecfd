internal import Documents
internal import KubernetesAPI
internal import ObjectStore

/// How objects of a kind lie in the store: as JSON that begins with its kind and its metadata.
///
/// The resource version is not stored, since it is known only once the object is written. It is put in at a place that
/// is the same for all objects of a kind, so that an answer is made of stored bytes without reading them.
struct StoredForm: Sendable {
  let resource: Resource
  /// `{"apiVersion":"v1","kind":"Pod","metadata":{`
  private let opening: [UInt8]
  /// The opening of an object inside a list, which says once for all what its items are.
  private static let itemOpening = Array("{\"metadata\":{".utf8)
  private static let partialOpening = Array(
    "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{".utf8)

  init(_ resource: Resource) {
    self.resource = resource
    opening = Array("{\"apiVersion\":\"\(resource.apiVersion)\",\"kind\":\"\(resource.kind)\",\"metadata\":{".utf8)
  }

  // MARK: Keys

  /// `/pods/`, `/pods/default/`.
  func prefix(namespace: String?) -> String {
    "/\(resource.qualifiedName)/" + (namespace.map { "\($0)/" } ?? "")
  }

  func key(namespace: String?, name: String) -> String { prefix(namespace: namespace) + name }

  /// The namespace and name in a key of this kind.
  func place(of key: String) -> (namespace: String, name: String) {
    let rest = key.dropFirst(resource.qualifiedName.count + 2)
    guard resource.isNamespaced, let slash = rest.firstIndex(of: "/") else { return ("", String(rest)) }
    return (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
  }

  // MARK: Values

  func encode(_ object: any NamedObject) -> [UInt8] {
    var object = object
    object.metadata.resourceVersion = nil
    object.metadata.selfLink = nil
    object.metadata.managedFields = []
    object.apiVersion = resource.apiVersion
    object.kind = resource.kind
    let bytes = object.document().json()
    precondition(bytes.starts(with: opening), "the first rows of \(resource.kind) are its kind and its metadata")
    return bytes
  }

  func decode(_ stored: StoredObject) -> any NamedObject {
    guard let document = try? Document.parse(json: stored.value) else {
      preconditionFailure("\(stored.key) holds what this server has not written")
    }
    var object = resource.decode(document).object
    object.metadata.resourceVersion = stored.modified.description
    return object
  }

  /// The object as a document, with its kind and its resource version.
  func document(_ stored: StoredObject) -> Document {
    guard var document = try? Document.parse(json: stored.value) else {
      preconditionFailure("\(stored.key) holds what this server has not written")
    }
    document["metadata"]?["resourceVersion"] = .string(stored.modified.description)
    return document
  }

  /// Its labels, without reading the rest of the object.
  func labels(_ stored: StoredObject) -> [String: String] {
    let end = metadataEnd(stored.value)
    guard let metadata = try? Document.parse(json: [UInt8(ascii: "{")] + stored.value[opening.count...end]) else {
      return [:]
    }
    var labels: [String: String] = [:]
    for entry in metadata["labels"]?.mapValue?.entries ?? [] { labels[entry.key] = entry.value.stringValue }
    return labels
  }

  // MARK: Answers

  func append(whole stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += opening
    appendResourceVersion(stored, to: &bytes)
    bytes += stored.value[opening.count...]
  }

  func append(item stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += Self.itemOpening
    appendResourceVersion(stored, to: &bytes)
    bytes += stored.value[opening.count...]
  }

  func append(partialMetadata stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += Self.partialOpening
    appendResourceVersion(stored, to: &bytes)
    bytes += stored.value[opening.count...metadataEnd(stored.value)]
    bytes.append(UInt8(ascii: "}"))
  }

  func whole(_ stored: StoredObject) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(stored.value.count + 32)
    append(whole: stored, to: &bytes)
    return bytes
  }

  private func appendResourceVersion(_ stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += "\"resourceVersion\":\"\(stored.modified.number)\",".utf8
  }

  /// Where the brace stands that closes the metadata.
  private func metadataEnd(_ bytes: [UInt8]) -> Int {
    var depth = 1
    var isText = false
    var index = opening.count
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\"): index += 1
      case UInt8(ascii: "\""): isText.toggle()
      case UInt8(ascii: "{") where !isText: depth += 1
      case UInt8(ascii: "}") where !isText:
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
      index += 1
    }
    preconditionFailure("a stored \(resource.kind) is a whole JSON text")
  }
}

internal import Documents
internal import KubernetesAPI
internal import ObjectStore

/// How objects of a kind lie in the store: as JSON that begins with its kind and its metadata.
///
/// The resource version is not stored, since it is known only once the object is written. It is put in at a place that
/// is the same for all objects of a kind, so that an answer is made of stored bytes without reading them.
///
/// A kind may be another form of one that is stored; its objects are turned into that form and back.
struct StoredForm: Sendable {
  let resource: Resource
  private let storage: Resource
  /// `{"apiVersion":"v1","kind":"Pod","metadata":{`
  private let opening: [UInt8]
  private let storedOpening: [UInt8]
  /// The opening of an object inside a list, which says once for all what its items are.
  private static let itemOpening = Array("{\"metadata\":{".utf8)
  private static let partialOpening = Array(
    "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{".utf8)

  init(_ resource: Resource) {
    self.resource = resource
    storage = resource.storage
    opening = Self.opening(resource)
    storedOpening = Self.opening(storage)
  }

  private static func opening(_ resource: Resource) -> [UInt8] {
    Array("{\"apiVersion\":\"\(resource.apiVersion)\",\"kind\":\"\(resource.kind)\",\"metadata\":{".utf8)
  }

  // MARK: Keys

  /// `/pods/`, `/pods/default/`.
  func prefix(namespace: String?) -> String {
    "/\(storage.qualifiedName)/" + (namespace.map { "\($0)/" } ?? "")
  }

  func key(namespace: String?, name: String) -> String { prefix(namespace: namespace) + name }

  /// The namespace and name in a key of this kind.
  func place(of key: String) -> (namespace: String, name: String) {
    let rest = key.dropFirst(storage.qualifiedName.count + 2)
    guard resource.isNamespaced, let slash = rest.firstIndex(of: "/") else { return ("", String(rest)) }
    return (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
  }

  // MARK: Values

  func encode(_ object: any NamedObject) -> [UInt8] {
    Self.bytes(resource.stored(object), storage, storedOpening)
  }

  private static func bytes(_ object: any NamedObject, _ resource: Resource, _ opening: [UInt8]) -> [UInt8] {
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

  /// The object in the form of this kind.
  func decode(_ stored: StoredObject) -> any NamedObject { resource.shown(decodeStored(stored)) }

  func decodeStored(_ stored: StoredObject) -> any NamedObject {
    guard let document = try? Document.parse(json: stored.value) else {
      preconditionFailure("\(stored.key) holds what this server has not written")
    }
    var object = storage.decode(document).object
    object.metadata.resourceVersion = stored.modified.description
    return object
  }

  /// Its labels, without reading the rest of the object.
  func labels(_ stored: StoredObject) -> [String: String] {
    guard let metadata = try? Document.parse(json: [UInt8(ascii: "{")] + metadata(stored)) else { return [:] }
    var labels: [String: String] = [:]
    for entry in metadata["labels"]?.mapValue?.entries ?? [] { labels[entry.key] = entry.value.stringValue }
    return labels
  }

  // MARK: Answers

  func append(whole stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += opening
    appendResourceVersion(stored, to: &bytes)
    bytes += behindOpening(stored)
  }

  func append(item stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += Self.itemOpening
    appendResourceVersion(stored, to: &bytes)
    bytes += behindOpening(stored)
  }

  func append(partialMetadata stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += Self.partialOpening
    appendResourceVersion(stored, to: &bytes)
    bytes += metadata(stored)
    bytes.append(UInt8(ascii: "}"))
  }

  private func appendResourceVersion(_ stored: StoredObject, to bytes: inout [UInt8]) {
    bytes += "\"resourceVersion\":\"\(stored.modified.number)\",".utf8
  }

  /// The stored bytes in the form of this kind, from the first field of the metadata on.
  private func behindOpening(_ stored: StoredObject) -> ArraySlice<UInt8> {
    if !resource.isStoredInAnotherForm { return stored.value[opening.count...] }
    return Self.bytes(decode(stored), resource, opening)[opening.count...]
  }

  /// The metadata, up to the brace that closes it; they are the same in all forms.
  private func metadata(_ stored: StoredObject) -> ArraySlice<UInt8> {
    stored.value[storedOpening.count...metadataEnd(stored.value)]
  }

  /// Where the brace stands that closes the metadata.
  private func metadataEnd(_ bytes: [UInt8]) -> Int {
    var depth = 1
    var isText = false
    var index = storedOpening.count
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

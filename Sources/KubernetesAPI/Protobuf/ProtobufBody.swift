public import Documents
internal import ObjectSchema

/// A request body in the form that Kubernetes' own Go clients send: a signature, and an envelope that says which kind
/// is inside.
public struct ProtobufBody: Sendable {
  public static let mediaType = "application/vnd.kubernetes.protobuf"

  private static let signature: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

  /// What clients send beside the kinds of the registry, with the group whose messages it is made of.
  static let besides: [(group: String, schema: AnySchema)] = [
    ("", AnySchema(DeleteOptions.self)), ("policy", AnySchema(Eviction.self)),
    ("autoscaling", AnySchema(Scale.self)), (Resource.authenticationGroup, AnySchema(TokenRequest.self)),
  ]

  /// Empty when the envelope leaves it out.
  public let apiVersion: String
  public let kind: String
  private let object: WireReader

  public init(_ bytes: [UInt8]) throws(ProtobufError) {
    guard bytes.starts(with: Self.signature) else {
      throw ProtobufError(at: 0, "the body does not begin with the signature k8s\\0")
    }
    var reader = WireReader(bytes, from: Self.signature.count)
    var type = (apiVersion: "", kind: "")
    var object = WireReader([])
    while let tag = try reader.nextTag() {
      switch (tag.number, tag.type) {
      case (1, .content): type = try Self.type(reader.content())
      case (2, .content): object = try reader.content()
      case (3, .content):
        let offset = reader.position
        let encoding = String(decoding: try reader.content().rest, as: UTF8.self)
        if !encoding.isEmpty {
          throw ProtobufError(at: offset, "the encoding \"\(encoding)\" is unknown; send the object as it is")
        }
      default: try reader.skip(tag)
      }
    }
    apiVersion = type.apiVersion
    kind = type.kind
    self.object = object
  }

  private static func type(_ reader: WireReader) throws(ProtobufError) -> (apiVersion: String, kind: String) {
    var reader = reader
    var type = (apiVersion: "", kind: "")
    while let tag = try reader.nextTag() {
      switch (tag.number, tag.type) {
      case (1, .content): type.apiVersion = String(decoding: try reader.content().rest, as: UTF8.self)
      case (2, .content): type.kind = String(decoding: try reader.content().rest, as: UTF8.self)
      default: try reader.skip(tag)
      }
    }
    return type
  }

  /// The object as JSON would have it, taken for the given kind where the envelope names none.
  ///
  /// Of a kind that is not known there is only its name.
  public func document(apiVersion wantedVersion: String, kind wantedKind: String) throws(ProtobufError) -> Document {
    let apiVersion = apiVersion.isEmpty ? wantedVersion : apiVersion
    let kind = kind.isEmpty ? wantedKind : kind
    var document: Document = [:]
    if let (group, schema) = Self.form(apiVersion: apiVersion, kind: kind) {
      document = try MessageDecoder(tables: MessageTable.tables(of: group)).decode(object, as: schema)
    }
    document["apiVersion"] = .string(apiVersion)
    document["kind"] = .string(kind)
    return document
  }

  /// Whether more than the name of the object can be read.
  var isOfKnownKind: Bool { Self.form(apiVersion: apiVersion, kind: kind) != nil }

  private static func form(apiVersion: String, kind: String) -> (group: String, schema: AnySchema)? {
    if let resource = Resource.find(apiVersion: apiVersion, kind: kind) { return (resource.group, resource.schema) }
    return besides.first { $0.schema.name == kind }
  }
}

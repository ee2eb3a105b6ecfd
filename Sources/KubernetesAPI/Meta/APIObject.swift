public import ObjectSchema

/// A top-level type of the API: it says of itself what it is.
public protocol APIObject: Described {
  var apiVersion: String? { get set }
  var kind: String? { get set }
}

/// A type whose objects are stored under a name.
public protocol NamedObject: APIObject {
  var metadata: ObjectMeta { get set }
  /// The row of the registry that tells everything else about this type.
  static var resource: Resource { get }
}

extension NamedObject {
  public var name: String { metadata.name ?? "" }
  public var namespace: String { metadata.namespace ?? "" }
  public var uid: String { metadata.uid ?? "" }

  /// The object with its kind filled in.
  public func typed() -> Self {
    var object = self
    object.apiVersion = Self.resource.apiVersion
    object.kind = Self.resource.kind
    return object
  }

  /// How events and owners speak of this object.
  public func reference(fieldPath: String? = nil) -> ObjectReference {
    var reference = ObjectReference()
    reference.apiVersion = Self.resource.apiVersion
    reference.kind = Self.resource.kind
    reference.name = metadata.name
    reference.namespace = metadata.namespace
    reference.uid = metadata.uid
    reference.resourceVersion = metadata.resourceVersion
    reference.fieldPath = fieldPath
    return reference
  }
}

extension Field where Root: APIObject {
  /// The two rows that begin every top-level type.
  static var typeFields: [Field] {
    [
      Field("apiVersion", \.apiVersion, .string, "The version of the form that the object is written in."),
      Field("kind", \.kind, .string, "What kind of object this is."),
    ]
  }
}

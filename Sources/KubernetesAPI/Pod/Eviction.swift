public import ObjectSchema

/// The polite wish that a pod may go.
public struct Eviction: APIObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var deleteOptions: DeleteOptions?

  public init() {}

  public static let schema = Schema<Eviction>(
    "Eviction", "Asks for a pod to be removed from its node.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "The pod's name and namespace."),
      Field("deleteOptions", \.deleteOptions, .object(DeleteOptions.self), "How it is to be deleted."),
    ])
}

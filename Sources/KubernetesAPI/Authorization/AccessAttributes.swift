public import ObjectSchema

/// A deed that is about an object or a kind of objects.
public struct ResourceAttributes: Described {
  public var fieldSelector: FieldSelectorAttributes?
  public var group: String?
  public var labelSelector: LabelSelectorAttributes?
  public var name: String?
  public var namespace: String?
  public var resource: String?
  public var subresource: String?
  public var verb: String?
  public var version: String?

  public init() {}

  public static let schema = Schema<ResourceAttributes>(
    "ResourceAttributes", "A deed that is about an object or a kind of objects.",
    [
      Field("namespace", \.namespace, .string, "Where; nothing means everywhere, or a kind without namespaces."),
      Field("verb", \.verb, .string, "What is to be done, such as get, list, create; * means all."),
      Field("group", \.group, .string, "The API group of the kind; * means all."),
      Field("version", \.version, .string, "The version of the group; * means all."),
      Field("resource", \.resource, .string, "The kind, in the plural; * means all."),
      Field("subresource", \.subresource, .string, "The part of the object, such as status or log."),
      Field("name", \.name, .string, "The object; nothing means all of the kind."),
      Field(
        "fieldSelector", \.fieldSelector, .object(FieldSelectorAttributes.self),
        "The fields by which the objects are chosen."),
      Field(
        "labelSelector", \.labelSelector, .object(LabelSelectorAttributes.self),
        "The labels by which the objects are chosen."),
    ])
}

/// The fields that a deed chooses its objects by.
public struct FieldSelectorAttributes: Described {
  public var rawSelector: String?
  public var requirements: [FieldSelectorRequirement] = []

  public init() {}

  public static let schema = Schema<FieldSelectorAttributes>(
    "FieldSelectorAttributes", "The fields that a deed chooses its objects by.",
    [
      Field("rawSelector", \.rawSelector, .string, "The selector as a request would say it."),
      Field(
        "requirements", \.requirements, listOf: .object(FieldSelectorRequirement.self),
        "The selector, a condition an entry."),
    ])
}

/// One condition on a field.
public struct FieldSelectorRequirement: Described {
  public var key: String?
  public var `operator`: String?
  public var values: [String] = []

  public init() {}

  public static let schema = Schema<FieldSelectorRequirement>(
    "FieldSelectorRequirement", "One condition on a field.",
    [
      Field("key", \.key, .string, required: true, "The field."),
      Field("operator", \.operator, .string, required: true, "In, NotIn, Exists or DoesNotExist."),
      Field("values", \.values, listOf: .string, "What the field is compared with."),
    ])
}

/// The labels that a deed chooses its objects by.
public struct LabelSelectorAttributes: Described {
  public var rawSelector: String?
  public var requirements: [LabelSelectorRequirement] = []

  public init() {}

  public static let schema = Schema<LabelSelectorAttributes>(
    "LabelSelectorAttributes", "The labels that a deed chooses its objects by.",
    [
      Field("rawSelector", \.rawSelector, .string, "The selector as a request would say it."),
      Field(
        "requirements", \.requirements, listOf: .object(LabelSelectorRequirement.self),
        "The selector, a condition an entry."),
    ])
}

/// A deed that is about a path of the server and no object.
public struct NonResourceAttributes: Described {
  public var path: String?
  public var verb: String?

  public init() {}

  public static let schema = Schema<NonResourceAttributes>(
    "NonResourceAttributes", "A deed that is about a path of the server and no object.",
    [
      Field("path", \.path, .string, "The path."),
      Field("verb", \.verb, .string, "The method in small letters, such as get."),
    ])
}

/// Whether a deed is allowed.
public struct SubjectAccessReviewStatus: Described {
  public var allowed: Bool?
  public var denied: Bool?
  public var evaluationError: String?
  public var reason: String?

  public init() {}

  public static let schema = Schema<SubjectAccessReviewStatus>(
    "SubjectAccessReviewStatus", "Whether a deed is allowed.",
    [
      Field("allowed", \.allowed, .bool, required: true, "Whether it is allowed."),
      Field("denied", \.denied, .bool, "Whether it is forbidden, whoever else would allow it."),
      Field("reason", \.reason, .string, "Why."),
      Field("evaluationError", \.evaluationError, .string, "What could not be found out."),
    ])
}

public import ObjectSchema

/// The question "may I do this?".
public struct SelfSubjectAccessReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = SelfSubjectAccessReviewSpec()
  public var status = SubjectAccessReviewStatus()

  public init() {}

  public static let schema = Schema<SelfSubjectAccessReview>(
    "SelfSubjectAccessReview", "The question \"may I do this?\".",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Not used: the question is not kept."),
      Field("spec", \.spec, .object(SelfSubjectAccessReviewSpec.self), "The deed."),
      Field("status", \.status, .object(SubjectAccessReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    SelfSubjectAccessReview.self, group: Resource.authorizationGroup, plural: "selfsubjectaccessreviews",
    isNamespaced: false)
}

/// The deed that the asker has in mind.
public struct SelfSubjectAccessReviewSpec: Described {
  public var nonResourceAttributes: NonResourceAttributes?
  public var resourceAttributes: ResourceAttributes?

  public init() {}

  public static let schema = Schema<SelfSubjectAccessReviewSpec>(
    "SelfSubjectAccessReviewSpec", "The deed that the asker has in mind; exactly one field is set.",
    [
      Field(
        "resourceAttributes", \.resourceAttributes, .object(ResourceAttributes.self), "A deed that is about objects."),
      Field(
        "nonResourceAttributes", \.nonResourceAttributes, .object(NonResourceAttributes.self),
        "A deed that is about a path."),
    ])
}

/// The question "may this user do that?".
public struct SubjectAccessReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = SubjectAccessReviewSpec()
  public var status = SubjectAccessReviewStatus()

  public init() {}

  public static let schema = Schema<SubjectAccessReview>(
    "SubjectAccessReview", "The question \"may this user do that?\".",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Not used: the question is not kept."),
      Field("spec", \.spec, .object(SubjectAccessReviewSpec.self), "The user and the deed."),
      Field("status", \.status, .object(SubjectAccessReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    SubjectAccessReview.self, group: Resource.authorizationGroup, plural: "subjectaccessreviews", isNamespaced: false)
}

/// The question "may this user do that in this namespace?", for those who may ask about one namespace only.
public struct LocalSubjectAccessReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = SubjectAccessReviewSpec()
  public var status = SubjectAccessReviewStatus()

  public init() {}

  public static let schema = Schema<LocalSubjectAccessReview>(
    "LocalSubjectAccessReview", "The question \"may this user do that in this namespace?\".",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "The namespace; the question is not kept."),
      Field("spec", \.spec, .object(SubjectAccessReviewSpec.self), "The user and the deed."),
      Field("status", \.status, .object(SubjectAccessReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    LocalSubjectAccessReview.self, group: Resource.authorizationGroup, plural: "localsubjectaccessreviews",
    isNamespaced: true)
}

/// A user and a deed.
public struct SubjectAccessReviewSpec: Described {
  public var extra: [String: [String]] = [:]
  public var groups: [String] = []
  public var nonResourceAttributes: NonResourceAttributes?
  public var resourceAttributes: ResourceAttributes?
  public var uid: String?
  public var user: String?

  public init() {}

  public static let schema = Schema<SubjectAccessReviewSpec>(
    "SubjectAccessReviewSpec", "A user and a deed; exactly one of the two attributes is set.",
    [
      Field(
        "resourceAttributes", \.resourceAttributes, .object(ResourceAttributes.self), "A deed that is about objects."),
      Field(
        "nonResourceAttributes", \.nonResourceAttributes, .object(NonResourceAttributes.self),
        "A deed that is about a path."),
      Field("user", \.user, .string, "The user's name."),
      Field("groups", \.groups, listOf: .string, "The groups that the user belongs to."),
      Field("extra", \.extra, mapOf: .list(of: .string), "What else the proof of identity says."),
      Field("uid", \.uid, .string, "The user's identity."),
    ])

  public var userInfo: UserInfo { UserInfo(name: user ?? "", groups: groups, uid: uid, extra: extra) }
}

// MARK: - What may not be asked

extension SelfSubjectAccessReview {
  public func problems() -> [FieldError] {
    AccessReviewCheck.metadata(metadata) + AccessReviewCheck.deed(spec.resourceAttributes, spec.nonResourceAttributes)
  }
}

extension SubjectAccessReview {
  public func problems() -> [FieldError] { AccessReviewCheck.spec(spec) + AccessReviewCheck.metadata(metadata) }
}

extension LocalSubjectAccessReview {
  public func problems() -> [FieldError] {
    var errors = AccessReviewCheck.spec(spec)
    var rest = metadata
    rest.namespace = nil
    errors += AccessReviewCheck.metadata(rest)
    let path = FieldPath("spec")
    if let deed = spec.resourceAttributes, (deed.namespace ?? "") != namespace {
      errors.append(
        FieldError(
          path.field("resourceAttributes").field("namespace"), .invalid("must match metadata.namespace"),
          value: .string(deed.namespace ?? "")))
    }
    if let deed = spec.nonResourceAttributes {
      errors.append(
        FieldError(
          path.field("nonResourceAttributes"), .invalid("disallowed on this kind of request"), value: deed.document()))
    }
    return errors
  }
}

private enum AccessReviewCheck {
  static func metadata(_ metadata: ObjectMeta) -> [FieldError] {
    if metadata == ObjectMeta() { return [] }
    return [FieldError(FieldPath("metadata"), .invalid("must be empty"), value: metadata.document())]
  }

  static func spec(_ spec: SubjectAccessReviewSpec) -> [FieldError] {
    var errors = deed(spec.resourceAttributes, spec.nonResourceAttributes)
    if (spec.user ?? "").isEmpty && spec.groups.isEmpty {
      errors.append(
        FieldError(
          FieldPath("spec", "user"), .invalid("at least one of user or group must be specified"), value: .string("")))
    }
    return errors
  }

  static func deed(_ resource: ResourceAttributes?, _ path: NonResourceAttributes?) -> [FieldError] {
    switch (resource, path) {
    case (.some, let path?):
      [
        FieldError(
          FieldPath("spec", "nonResourceAttributes"),
          .invalid("cannot be specified in combination with resourceAttributes"), value: path.document())
      ]
    case (nil, nil):
      [
        FieldError(
          FieldPath("spec", "resourceAttributes"),
          .invalid("exactly one of nonResourceAttributes or resourceAttributes must be specified"), value: .null)
      ]
    default: []
    }
  }
}

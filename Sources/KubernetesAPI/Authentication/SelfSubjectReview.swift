public import ObjectSchema

/// The question "who am I?", which the API server answers.
public struct SelfSubjectReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var status = SelfSubjectReviewStatus()

  public init() {}

  public static let schema = Schema<SelfSubjectReview>(
    "SelfSubjectReview", "The question \"who am I?\".",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Not used: the question is not kept."),
      Field("status", \.status, .object(SelfSubjectReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    SelfSubjectReview.self, group: Resource.authenticationGroup, plural: "selfsubjectreviews", isNamespaced: false)
}

/// Who asks, as the API server sees it.
public struct SelfSubjectReviewStatus: Described {
  public var userInfo = UserInfo()

  public init() {}

  public static let schema = Schema<SelfSubjectReviewStatus>(
    "SelfSubjectReviewStatus", "Who asks, as the API server sees it.",
    [Field("userInfo", \.userInfo, .object(UserInfo.self), "The user that the request was made by.")])
}

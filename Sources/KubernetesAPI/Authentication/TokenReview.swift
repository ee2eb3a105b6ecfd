public import ObjectSchema

/// The question whose token this is, asked by programs that are shown one.
public struct TokenReview: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = TokenReviewSpec()
  public var status = TokenReviewStatus()

  public init() {}

  public static let schema = Schema<TokenReview>(
    "TokenReview", "The question whose token this is.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Not used: the question is not kept."),
      Field("spec", \.spec, .object(TokenReviewSpec.self), "The token in question."),
      Field("status", \.status, .object(TokenReviewStatus.self), "The answer."),
    ])

  public static let resource = Resource.review(
    TokenReview.self, group: Resource.authenticationGroup, plural: "tokenreviews", isNamespaced: false)
}

/// The token in question.
public struct TokenReviewSpec: Described {
  public var audiences: [String] = []
  public var token: String?

  public init() {}

  public static let schema = Schema<TokenReviewSpec>(
    "TokenReviewSpec", "The token in question.",
    [
      Field("token", \.token, .string, "The token as it was presented."),
      Field(
        "audiences", \.audiences, listOf: .string,
        "Whom the token may be meant for; the API server when none is given."),
    ])
}

/// Whether a token is good, and whose it is.
public struct TokenReviewStatus: Described {
  public var audiences: [String] = []
  public var authenticated: Bool?
  public var error: String?
  public var user = UserInfo()

  public init() {}

  public static let schema = Schema<TokenReviewStatus>(
    "TokenReviewStatus", "Whether a token is good, and whose it is.",
    [
      Field("authenticated", \.authenticated, .bool, "Whether the token is good."),
      Field("user", \.user, .object(UserInfo.self), "Whose it is."),
      Field("audiences", \.audiences, listOf: .string, "Which of the asked-for audiences it is meant for."),
      Field("error", \.error, .string, "Why it is not good."),
    ])
}

public import ObjectSchema

/// The wish for a token of a service account, and the token.
public struct TokenRequest: APIObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var spec = TokenRequestSpec()
  public var status = TokenRequestStatus()

  public init() {}

  public static let schema = Schema<TokenRequest>(
    "TokenRequest", "The wish for a token of a service account, and the token.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "The account's name and namespace."),
      Field("spec", \.spec, .object(TokenRequestSpec.self), "What kind of token is wished for."),
      Field("status", \.status, .object(TokenRequestStatus.self), "The token."),
    ])

  /// What is wrong with the wish.
  public func problems() -> [FieldError] {
    let path = FieldPath("spec", "expirationSeconds")
    let seconds = spec.expirationSeconds ?? 0
    func invalid(_ why: String) -> [FieldError] { [FieldError(path, .invalid(why), value: .integer(seconds))] }
    if seconds < 600 { return invalid("may not specify a duration less than 10 minutes") }
    if seconds > 1 << 32 { return invalid("may not specify a duration larger than 2^32 seconds") }
    return []
  }
}

/// What kind of token is wished for.
public struct TokenRequestSpec: Described {
  public var audiences: [String] = []
  public var boundObjectRef: BoundObjectReference?
  public var expirationSeconds: Int64?

  public init() {}

  public static let schema = Schema<TokenRequestSpec>(
    "TokenRequestSpec", "What kind of token is wished for.",
    [
      Field(
        "audiences", \.audiences, listOf: .string, required: true, written: .asNull,
        "Whom the token is meant for; the API server when none is given."),
      Field(
        "expirationSeconds", \.expirationSeconds, .int64, default: 3600, "The seconds that the token is to be good for."
      ),
      Field(
        "boundObjectRef", \.boundObjectRef, .object(BoundObjectReference.self), written: .asNull,
        "The object that the token dies with."),
    ])
}

/// The object that a token dies with.
public struct BoundObjectReference: Described {
  public var apiVersion: String?
  public var kind: String?
  public var name: String?
  public var uid: String?

  public init() {}

  public static let schema = Schema<BoundObjectReference>(
    "BoundObjectReference", "The object that a token dies with.",
    [
      Field("kind", \.kind, .string, "Pod, Node or Secret."),
      Field("apiVersion", \.apiVersion, .string, "The version of the object's form."),
      Field("name", \.name, .string, "The object's name."),
      Field("uid", \.uid, .string, "The object's identity."),
    ])
}

/// A token, and when it ends.
public struct TokenRequestStatus: Described {
  public var expirationTimestamp: Timestamp?
  public var token: String?

  public init() {}

  public static let schema = Schema<TokenRequestStatus>(
    "TokenRequestStatus", "A token, and when it ends.",
    [
      Field("token", \.token, .string, required: true, "The token, to be sent as `Authorization: Bearer`."),
      Field(
        "expirationTimestamp", \.expirationTimestamp, .time, required: true, written: .asNull,
        "When it is no longer good."),
    ])
}

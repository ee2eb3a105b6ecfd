public import ObjectSchema

/// What the API answers instead of an object: that something was done, or why not.
public struct Status: APIObject {
  public var apiVersion: String?
  public var kind: String?
  public var listMetadata = ListMeta()
  public var status: String?
  public var message: String?
  public var reason: String?
  public var details: StatusDetails?
  public var code: Int32?

  public init() {}

  public static let schema = Schema<Status>(
    "Status", "Outcome of a call that answers no object.",
    [
      Field("kind", \.kind, .string, "The kind of this object."),
      Field("apiVersion", \.apiVersion, .string, "The version of this object's form."),
      Field("metadata", \.listMetadata, .object(ListMeta.self), "Data about the answer."),
      Field("status", \.status, .string, "Success or Failure."),
      Field("message", \.message, .string, "The outcome in words."),
      Field("reason", \.reason, .string, "The outcome in one word that programs can compare."),
      Field("details", \.details, .object(StatusDetails.self), "More about the reason."),
      Field("code", \.code, .int32, "The HTTP status code that belongs to it."),
    ])
}

public struct StatusDetails: Described {
  public var name: String?
  public var group: String?
  public var kind: String?
  public var uid: String?
  public var causes: [StatusCause] = []
  public var retryAfterSeconds: Int32?

  public init() {}

  public static let schema = Schema<StatusDetails>(
    "StatusDetails", "What a status is about.",
    [
      Field("name", \.name, .string, "The object's name."),
      Field("group", \.group, .string, "The API group of its kind."),
      Field("kind", \.kind, .string, "Its kind or resource."),
      Field("uid", \.uid, .string, "Its unique identity."),
      Field("causes", \.causes, listOf: .object(StatusCause.self), "Each single problem."),
      Field("retryAfterSeconds", \.retryAfterSeconds, .int32, "When it is worth another try."),
    ])
}

public struct StatusCause: Described {
  public var reason: String?
  public var message: String?
  public var field: String?

  public init() {}

  public init(reason: String, message: String, field: String? = nil) {
    self.reason = reason
    self.message = message
    self.field = field
  }

  public static let schema = Schema<StatusCause>(
    "StatusCause", "One problem of several.",
    [
      Field("reason", \.reason, .string, "The kind of problem in one word."),
      Field("message", \.message, .string, "The problem in words."),
      Field("field", \.field, .string, "Where in the object it is."),
    ])
}

internal import Documents
public import ObjectSchema

/// A refused or failed API call, with the constructors and words of Kubernetes.
public struct StatusError: Error, Sendable, Equatable, CustomStringConvertible {
  public var status: Status
  /// Set when no server answered at all.
  public var isConnectionFailure = false

  public init(_ status: Status) { self.status = status }

  public var code: Int { Int(status.code ?? 500) }
  public var reason: String { status.reason ?? "" }
  public var message: String { status.message ?? "" }
  public var description: String { message }

  /// Whether the server does not offer to us what was asked for; asking again does not help, being given a right does.
  public var isRefusal: Bool { [401, 403, 405].contains(code) || code == 404 && status.details?.name == nil }

  public init(_ code: Int32, _ reason: String, _ message: String, details: StatusDetails? = nil) {
    var status = Status()
    status.kind = "Status"
    status.apiVersion = "v1"
    status.status = "Failure"
    status.code = code
    status.reason = reason.isEmpty ? nil : reason
    status.message = message
    status.details = details
    self.status = status
  }

  /// How Kubernetes names a resource in messages: `pods`, `deployments.apps`.
  private static func qualified(_ plural: String, _ group: String) -> String {
    group.isEmpty ? plural : "\(plural).\(group)"
  }

  private static func details(_ name: String, _ kind: String, _ group: String) -> StatusDetails {
    var details = StatusDetails()
    details.name = name.isEmpty ? nil : name
    details.kind = kind
    details.group = group.isEmpty ? nil : group
    return details
  }

  public static func notFound(_ plural: String, _ name: String, group: String = "") -> StatusError {
    StatusError(
      404, "NotFound", "\(qualified(plural, group)) \"\(name)\" not found", details: details(name, plural, group))
  }

  /// No such path on this server.
  public static func noSuchResource() -> StatusError {
    var error = StatusError(404, "NotFound", "the server could not find the requested resource")
    error.status.details = StatusDetails()
    return error
  }

  public static func alreadyExists(_ plural: String, _ name: String, group: String = "") -> StatusError {
    StatusError(
      409, "AlreadyExists", "\(qualified(plural, group)) \"\(name)\" already exists",
      details: details(name, plural, group))
  }

  public static func conflict(_ plural: String, _ name: String, group: String = "", _ why: String) -> StatusError {
    StatusError(
      409, "Conflict", "Operation cannot be fulfilled on \(qualified(plural, group)) \"\(name)\": \(why)",
      details: details(name, plural, group))
  }

  /// The usual conflict: somebody else was quicker.
  public static func modified(_ plural: String, _ name: String, group: String = "") -> StatusError {
    conflict(
      plural, name, group: group,
      "the object has been modified; please apply your changes to the latest version and try again")
  }

  public static func invalid(_ kind: String, _ name: String, group: String = "", _ errors: [FieldError]) -> StatusError
  {
    var all = details(name, kind, group)
    all.causes = errors.map { error in
      StatusCause(reason: error.causeReason, message: error.message, field: error.path.description)
    }
    var seen: Set<String> = []
    let texts = errors.map(\.description).filter { seen.insert($0).inserted }
    let list = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    return StatusError(422, "Invalid", "\(qualified(kind, group)) \"\(name)\" is invalid: \(list)", details: all)
  }

  public static func badRequest(_ message: String) -> StatusError { StatusError(400, "BadRequest", message) }

  public static func forbidden(_ plural: String, _ name: String, group: String = "", _ why: String) -> StatusError {
    StatusError(
      403, "Forbidden", "\(qualified(plural, group)) \"\(name)\" is forbidden: \(why)",
      details: details(name, plural, group))
  }

  public static func unauthorized() -> StatusError { StatusError(401, "Unauthorized", "Unauthorized") }

  public static func methodNotAllowed() -> StatusError {
    StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
  }

  public static func notAcceptable(_ message: String) -> StatusError { StatusError(406, "NotAcceptable", message) }

  public static func unsupportedMediaType(_ message: String) -> StatusError {
    StatusError(415, "UnsupportedMediaType", message)
  }

  public static func tooLarge(_ message: String) -> StatusError {
    StatusError(413, "RequestEntityTooLarge", message)
  }

  /// The wanted revision is no longer kept.
  public static func expired(_ message: String) -> StatusError { StatusError(410, "Expired", message) }

  public static func internalError(_ message: String) -> StatusError {
    var details = StatusDetails()
    details.causes = [StatusCause(reason: "", message: message)]
    return StatusError(500, "InternalError", "Internal error occurred: \(message)", details: details)
  }

  public static func unavailable(_ message: String) -> StatusError {
    StatusError(503, "ServiceUnavailable", message)
  }

  /// No server was there to answer.
  public static func unreachable(_ message: String) -> StatusError {
    var error = StatusError(0, "", message)
    error.isConnectionFailure = true
    return error
  }

  public var isNotFound: Bool { reason == "NotFound" }
  public var isAlreadyExists: Bool { reason == "AlreadyExists" }
  public var isConflict: Bool { reason == "Conflict" }
  public var isExpired: Bool { reason == "Expired" || reason == "Gone" }

  /// The answer that carries this error.
  public var response: APIResponse { APIResponse(status: code == 0 ? 503 : code, json: status.document().json()) }

  /// Reads the error out of an answer; one that is no `Status` is shown as it is.
  public init(response status: Int, body: [UInt8]) {
    if let document = try? Document.parse(json: body), document["kind"]?.stringValue == "Status" {
      self.init(Status.decode(document).value)
      return
    }
    let text = String(decoding: body.prefix(1024), as: UTF8.self)
    self.init(Int32(status), status == 404 ? "NotFound" : "", text.isEmpty ? "the server answered \(status)" : text)
  }
}

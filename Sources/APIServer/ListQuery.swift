internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

/// The options of a list or a watch.
struct ListQuery: Sendable {
  enum Match: String, Sendable {
    case exact = "Exact"
    case notOlderThan = "NotOlderThan"
  }

  var selection: Selection
  var limit: Int?
  var start: ContinueToken?
  var resourceVersion: Int64?
  var match: Match?
  var timeout: Duration?
  var allowsBookmarks: Bool
  var sendsInitialEvents: Bool?

  init(_ request: APIRequest, _ resource: Resource, namespace: String?) throws(StatusError) {
    selection = try Selection(request, resource, namespace: namespace)
    limit = try Self.number(request, "limit").flatMap { $0 > 0 ? Int($0) : nil }
    if let text = request.query("continue"), !text.isEmpty {
      guard let token = ContinueToken(text) else {
        throw StatusError.badRequest("continue key is not valid: encoded start key \"\(text)\" cannot be read")
      }
      start = token
    }
    let version = request.query("resourceVersion") ?? ""
    if !version.isEmpty {
      guard let number = Int64(version), number >= 0 else {
        throw Self.invalid(
          "resourceVersion", .invalid("strconv.ParseUint: parsing \"\(version)\": invalid syntax"), value: version)
      }
      resourceVersion = number
    }
    if let text = request.query("resourceVersionMatch"), !text.isEmpty {
      guard let match = Match(rawValue: text) else {
        throw Self.invalid("resourceVersionMatch", .notSupported(["Exact", "NotOlderThan", ""]), value: text)
      }
      self.match = match
    }
    timeout = try Self.number(request, "timeoutSeconds").map { .seconds($0) }
    allowsBookmarks = request.isSet("allowWatchBookmarks")
    sendsInitialEvents = request.query("sendInitialEvents").map { _ in request.isSet("sendInitialEvents") }
    try checkCombination(isWatch: request.isSet("watch"))
  }

  private func checkCombination(isWatch: Bool) throws(StatusError) {
    if isWatch {
      if sendsInitialEvents == nil && match != nil {
        throw Self.invalid("resourceVersionMatch", .forbidden("resourceVersionMatch is forbidden for watch"))
      }
      if sendsInitialEvents != nil && match != .notOlderThan {
        throw Self.invalid(
          "resourceVersionMatch",
          .forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
      }
      return
    }
    if sendsInitialEvents != nil {
      throw Self.invalid("sendInitialEvents", .forbidden("sendInitialEvents is forbidden for list"))
    }
    if match != nil && start != nil {
      throw Self.invalid(
        "resourceVersionMatch", .forbidden("resourceVersionMatch is forbidden when continue is provided"))
    }
    if match != nil && resourceVersion == nil {
      throw Self.invalid(
        "resourceVersionMatch", .forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"))
    }
    if match == .exact && resourceVersion == 0 {
      throw Self.invalid(
        "resourceVersionMatch", .forbidden("resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\""))
    }
    if let start, start.revision != nil, let resourceVersion, resourceVersion > 0 {
      throw StatusError.badRequest("specifying resource version is not allowed when using continue")
    }
  }

  private static func number(_ request: APIRequest, _ name: String) throws(StatusError) -> Int64? {
    guard let text = request.query(name), !text.isEmpty else { return nil }
    guard let number = Int64(text) else {
      throw StatusError.badRequest(
        "strconv.ParseInt: parsing \"\(text)\": invalid syntax")
    }
    return number
  }

  private static func invalid(_ field: String, _ reason: FieldError.Reason, value: String? = nil) -> StatusError {
    .invalid(
      "ListOptions", "", group: "meta.k8s.io",
      [FieldError(FieldPath(field), reason, value: value.map { .string($0) })])
  }
}

/// Which objects of a kind are wanted.
struct Selection: Sendable {
  var labels = LabelQuery.everything
  var fields = FieldQuery.everything
  /// Fields that the key does not tell.
  private(set) var needsObject = false
  /// The only name that can match, if the fields say one.
  private(set) var name: String?

  var isEverything: Bool { labels.isEverything && fields.isEverything }

  init() {}

  init(_ request: APIRequest, _ resource: Resource, namespace: String?) throws(StatusError) {
    do {
      labels = try LabelQuery(request.query("labelSelector") ?? "")
    } catch {
      throw StatusError.badRequest(error.message)
    }
    do {
      fields = try FieldQuery(request.query("fieldSelector") ?? "")
    } catch {
      throw StatusError.badRequest(error.message)
    }
    for requirement in fields.requirements where !resource.selectableFieldNames.contains(requirement.field) {
      throw StatusError.badRequest("field label not supported: \(requirement.field)")
    }
    name = fields.value(of: "metadata.name")
    needsObject = fields.requirements.contains { !["metadata.name", "metadata.namespace"].contains($0.field) }
  }

  /// Whether a stored object is wanted; reads no more of it than it must.
  func matches(_ stored: StoredObject, _ form: StoredForm, _ objects: ObjectCache) -> Bool {
    if isEverything { return true }
    if let name, form.place(of: stored.key).name != name { return false }
    if !labels.isEverything && !labels.matches(form.labels(stored)) { return false }
    if needsObject {
      return fields.matches(form.resource.selectableFields(objects.object(stored, form)))
    }
    if fields.isEverything { return true }
    let place = form.place(of: stored.key)
    return fields.matches(["metadata.name": place.name, "metadata.namespace": place.namespace])
  }
}

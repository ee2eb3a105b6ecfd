internal import Documents
internal import KubernetesAPI
internal import ObjectSchema

/// How strictly unknown and repeated fields are taken.
enum FieldValidation: String, Sendable {
  case strict = "Strict"
  case warn = "Warn"
  case ignore = "Ignore"
}

extension Call {
  func fieldValidation() throws(StatusError) -> FieldValidation {
    guard let text = request.query("fieldValidation"), !text.isEmpty else { return .warn }
    guard let validation = FieldValidation(rawValue: text) else {
      throw StatusError.invalid(
        "\(request.method == "PATCH" ? "Patch" : request.method == "PUT" ? "Update" : "Create")Options", "",
        group: "meta.k8s.io",
        [
          FieldError(
            FieldPath("fieldValidation"), .notSupported(["", "Ignore", "Strict", "Warn"]), value: .string(text))
        ])
    }
    return validation
  }

  /// The body as a document: JSON, YAML or protobuf by its content type.
  func document(of wanted: String) throws(StatusError) -> Document {
    do {
      switch request.contentType {
      case "", "application/json": return try Document.parse(json: request.body)
      case "application/yaml":
        return try Document.parse(yaml: request.body).first ?? .null
      case ProtobufBody.mediaType: return try protobufDocument(of: wanted)
      default:
        throw StatusError.unsupportedMediaType(
          "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, \(ProtobufBody.mediaType)"
        )
      }
    } catch let error as ParseError {
      throw StatusError.badRequest(
        "the object provided is unrecognized (must be of type \(wanted)): couldn't get version/kind; json parse error: \(error.message)"
      )
    } catch let error as StatusError {
      throw error
    } catch {
      throw StatusError.internalError("\(error)")
    }
  }

  private func protobufDocument(of wanted: String) throws(StatusError) -> Document {
    let body: ProtobufBody
    do {
      body = try ProtobufBody(request.body)
    } catch {
      throw StatusError.badRequest("the object provided is unrecognized (must be of type \(wanted)): \(error)")
    }
    do {
      return try body.document(apiVersion: wanted == resource.kind ? resource.apiVersion : "v1", kind: wanted)
    } catch {
      throw StatusError.badRequest(
        "\(body.kind) in version \"\(body.apiVersion)\" cannot be handled as a \(wanted): \(error)")
    }
  }

  /// The object in the body of a create or an update, with what is to be remarked about it.
  func objectInBody() throws(StatusError) -> (object: any NamedObject, warnings: [String]) {
    let validation = try fieldValidation()
    let document = try document(of: resource.kind)
    let kind = document["kind"]?.stringValue ?? resource.kind
    let version = document["apiVersion"]?.stringValue ?? resource.apiVersion
    let shortVersion = version.split(separator: "/").last.map(String.init) ?? version
    guard document.mapValue != nil else {
      throw StatusError.badRequest(
        "the object provided is unrecognized (must be of type \(resource.kind)): couldn't get version/kind; json parse error: json: cannot unmarshal \(document.kindName) into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"
      )
    }
    func refused(_ why: String) -> StatusError {
      .badRequest("\(kind) in version \"\(shortVersion)\" cannot be handled as a \(resource.kind): \(why)")
    }
    if version != resource.apiVersion {
      throw StatusError.badRequest(
        "the API version in the data (\(version)) does not match the expected API version (\(resource.apiVersion))")
    }
    if kind != resource.kind {
      throw refused(
        Resource.find(apiVersion: version, kind: kind) == nil
          ? "no kind \"\(kind)\" is registered for version \"\(version)\""
          : "converting (\(shortVersion).\(kind)) to (\(shortVersion).\(resource.kind)): unknown conversion")
    }
    let (object, report) = resource.decode(document)
    if let mismatch = report.mismatches.first { throw refused(mismatch.message) }
    let problems = report.strictProblems.map(\.message)
    if problems.isEmpty || validation == .ignore { return (object, []) }
    if validation == .strict { throw refused("strict decoding error: " + problems.joined(separator: ", ")) }
    return (object, problems)
  }

  /// The options in the body of a delete, or those of the query when there is no body.
  func deleteOptions() throws(StatusError) -> DeleteOptions {
    var options = DeleteOptions()
    if !request.body.isEmpty {
      let (read, report) = DeleteOptions.decode(try document(of: "DeleteOptions"))
      if let mismatch = report.mismatches.first {
        throw StatusError.badRequest(
          "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: \(mismatch.message)")
      }
      options = read
    }
    if let text = request.query("gracePeriodSeconds") {
      guard let seconds = Int64(text) else {
        throw StatusError.badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      options.gracePeriodSeconds = seconds
    }
    if let policy = request.query("propagationPolicy") { options.propagationPolicy = policy }
    if let text = request.query("orphanDependents") { options.orphanDependents = text == "true" || text == "1" }
    if isDryRun { options.dryRun = ["All"] }
    try check(options.propagationPolicy, besides: options.orphanDependents)
    return options
  }

  private func check(_ policy: String?, besides orphanDependents: Bool?) throws(StatusError) {
    guard let policy else { return }
    let policies = ["Foreground", "Background", "Orphan"]
    let reason: FieldError.Reason
    if orphanDependents != nil {
      reason = .invalid("orphanDependents and deletionPropagation cannot be both set")
    } else if !policies.contains(policy) {
      reason = .notSupported(policies + ["nil"])
    } else {
      return
    }
    throw StatusError.invalid(
      "DeleteOptions", "", group: "meta.k8s.io",
      [FieldError(FieldPath("propagationPolicy"), reason, value: .string(policy))])
  }
}

extension APIRequest {
  /// Without its parameters.
  var contentType: String {
    let whole = headers["Content-Type"] ?? ""
    return String((whole.split(separator: ";").first ?? "").trimmed)
  }
}

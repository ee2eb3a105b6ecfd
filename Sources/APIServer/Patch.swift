internal import Documents
internal import KubernetesAPI
internal import ObjectSchema
internal import ObjectStore

extension Server {
  /// What a patch may hold at most.
  private static let operationLimit = 10_000

  func patch(_ call: Call, _ scope: WriteScope) async throws(StatusError) -> APIResponse {
    guard scope != .main || call.resource.verbs.contains("patch") else { throw StatusError.methodNotAllowed() }
    let patch = try ReadPatch(call)
    let validation = try call.fieldValidation()
    var remarks: [String] = []
    let (stored, warnings) = try await change(call, scope) { old throws(StatusError) in
      let after = try patch.applied(to: old.document(), call.resource.schema)
      let (object, report) = call.resource.decode(after)
      remarks = try patch.remarks(report, validation)
      try Self.checkPlace(object, call)
      let version = object.metadata.resourceVersion ?? ""
      if !version.isEmpty && version != old.metadata.resourceVersion {
        throw StatusError.modified(call.resource.plural, call.name, group: call.resource.group)
      }
      return object
    }
    return call.response(stored, warnings: remarks + warnings, objects)
  }

  /// A patch leaves an object where it is.
  private static func checkPlace(_ object: any NamedObject, _ call: Call) throws(StatusError) {
    if object.name != call.name {
      throw StatusError.badRequest(
        "the name of the object (\(object.name)) does not match the name on the URL (\(call.name))")
    }
    if let namespace = call.target.namespace, object.namespace != namespace {
      throw StatusError.badRequest(
        "the namespace of the object (\(object.namespace)) does not match the namespace on the URL (\(namespace))")
    }
  }

  /// A patch as it was sent, read once however often it is applied.
  enum ReadPatch {
    case json(JSONPatch, text: String)
    case merge(Document, text: String)
    case strategic(Document)

    init(_ call: Call) throws(StatusError) {
      let accepted =
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json"
      switch call.request.contentType {
      case "application/json-patch+json":
        let patch: JSONPatch
        do {
          patch = try JSONPatch(try Self.parse(call))
        } catch let failure as JSONPatch.Failure {
          throw StatusError.badRequest(failure.message)
        } catch let error as StatusError {
          throw error
        } catch {
          throw StatusError.internalError("\(error)")
        }
        if patch.count > Server.operationLimit {
          throw StatusError.tooLarge(
            "The allowed maximum operations in a JSON patch is \(Server.operationLimit), got \(patch.count)")
        }
        self = .json(patch, text: String(decoding: call.request.body, as: UTF8.self))
      case "application/merge-patch+json":
        self = .merge(try Self.map(call), text: String(decoding: call.request.body, as: UTF8.self))
      case "application/strategic-merge-patch+json": self = .strategic(try Self.map(call))
      case "application/apply-patch+yaml", "application/apply-patch+cbor":
        throw StatusError.unsupportedMediaType(
          "server-side apply is not served here: apply without --server-side, or send an application/strategic-merge-patch+json"
        )
      default: throw StatusError.unsupportedMediaType(accepted)
      }
    }

    private static func parse(_ call: Call) throws(StatusError) -> Document {
      do {
        return try Document.parse(json: call.request.body)
      } catch {
        throw StatusError.badRequest("error decoding patch: \(error.message)")
      }
    }

    private static func map(_ call: Call) throws(StatusError) -> Document {
      let document = try parse(call)
      guard document.mapValue != nil else {
        throw StatusError.badRequest(
          "json: cannot unmarshal \(document.kindName) into Go value of type map[string]interface {}")
      }
      return document
    }

    func applied(to before: Document, _ schema: AnySchema) throws(StatusError) -> Document {
      switch self {
      case .json(let patch, _):
        do {
          return try patch.applied(to: before)
        } catch {
          var details = StatusDetails()
          details.causes = [StatusCause(reason: "UnexpectedServerResponse", message: error.message)]
          throw StatusError(
            422, "Invalid", "the server rejected our request due to an error in our request", details: details)
        }
      case .merge(let patch, _): return before.merging(patch)
      case .strategic(let patch):
        do {
          return try schema.merging(patch, into: before)
        } catch {
          throw StatusError.badRequest(error.message)
        }
      }
    }

    /// What is to be remarked about the outcome, unless it is refused.
    func remarks(_ report: DecodingReport, _ validation: FieldValidation) throws(StatusError) -> [String] {
      if let mismatch = report.mismatches.first { throw refusal(mismatch.message) }
      let problems = report.strictProblems.map(\.message)
      switch validation {
      case .strict where !problems.isEmpty:
        throw refusal("strict decoding error: " + problems.joined(separator: ", "))
      case .strict, .ignore: return []
      case .warn: return problems
      }
    }

    private func refusal(_ why: String) -> StatusError {
      let shown: String
      switch self {
      case .json(_, let text), .merge(_, let text): shown = text
      case .strategic(let patch): shown = AnySchema.goText(patch)
      }
      return .invalid("", "", [FieldError(FieldPath("patch"), .invalid(why), value: .string(shown))])
    }
  }
}

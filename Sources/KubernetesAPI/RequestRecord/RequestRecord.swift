internal import Documents
public import ObjectSchema

/// One request that the API server has answered: who asked what of which object, with which result.
public struct RequestRecord: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var time: Timestamp?
  public var user: String?
  public var agent: String?
  public var verb: String?
  public var path: String?
  public var object = ObjectReference()
  public var subresource: String?
  public var code: Int32?
  public var reason: String?
  public var durationMicroseconds: Int64?

  public init() {}

  public static let schema = Schema<RequestRecord>(
    "RequestRecord", "One request that the API server has answered.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Its number in the log as a name."),
      Field("time", \.time, .microTime, "When it came in."),
      Field("user", \.user, .string, "Who asked."),
      Field("agent", \.agent, .string, "The program that asked, as it calls itself."),
      Field("verb", \.verb, .string, "What was asked: get, list, watch, create, update, patch, delete."),
      Field("path", \.path, .string, "The path and the query as they were sent."),
      Field("object", \.object, .object(ObjectReference.self), "The object that it was about."),
      Field("subresource", \.subresource, .string, "The part of the object that it was about."),
      Field("code", \.code, .int32, "The HTTP status of the answer."),
      Field("reason", \.reason, .string, "Why it was refused, in one word."),
      Field("durationMicroseconds", \.durationMicroseconds, .int64, "How long the answer took."),
    ])

  public static let resource = Resource(
    RequestRecord.self, group: "podium.dev", kind: "RequestRecord", plural: "requests", isNamespaced: false,
    verbs: ["get", "list", "watch"],
    columns: [
      Column("Name", format: "name", "Its number in the log.") { record, _ in .string(record.name) },
      Column("Time", "When it came in.") { record, _ in
        .string(record.time.map { String($0.microText.dropFirst(11).dropLast(4)) } ?? "")
      },
      Column("User", "Who asked.") { record, _ in .string(record.user ?? "") },
      Column("Verb", "What was asked.") { record, _ in .string(record.verb ?? "") },
      Column("Object", "What it was about.") { record, _ in .string(record.objectText) },
      Column("Code", type: "integer", "The HTTP status of the answer.") { record, _ in .integer(record.code ?? 0) },
      Column("Took", "How long the answer took.") { record, _ in
        .string(milliseconds(record.durationMicroseconds ?? 0))
      },
      Column("Agent", wide: true, "The program that asked.") { record, _ in .string(record.agent ?? "") },
      Column("Path", wide: true, "The path and the query.") { record, _ in .string(record.path ?? "") },
    ],
    rules: Rules())

  /// `pods/web/status`; for a list the kind alone.
  public var objectText: String {
    [object.kind, object.name, subresource].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "/")
  }

  private static func milliseconds(_ microseconds: Int64) -> String {
    let tenths = (microseconds + 50) / 100
    return "\(tenths / 10).\(tenths % 10)ms"
  }
}

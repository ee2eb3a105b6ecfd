internal import Documents
public import ObjectSchema

/// Passwords, keys and certificates for pods.
public struct Secret: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var immutable: Bool?
  public var data: [String: [UInt8]] = [:]
  public var stringData: [String: String] = [:]
  public var type: String?

  public init() {}

  public static let schema = Schema<Secret>(
    "Secret", "Passwords, keys and certificates for pods: bytes under keys, read as files or environment variables.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("immutable", \.immutable, .bool, "Whether the data may never change again."),
      Field("data", \.data, mapOf: .bytes, "The bytes, in base64; a key may become the name of a file."),
      Field(
        "stringData", \.stringData, mapOf: .string,
        "Texts that are put into the data as they are; only for writing, never shown."),
      Field("type", \.type, .string, default: "Opaque", "What the data is for; some types ask for certain keys."),
    ])

  public static let resource = Resource(
    Secret.self, kind: "Secret", plural: "secrets",
    columns: [
      .name,
      Column("Type", "What the data is for.") { secret, _ in .string(secret.type ?? "") },
      Column("Data", "How many keys it has.") { secret, _ in .integer(secret.data.count) },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<Secret> {
    var rules = Rules<Secret>()
    rules.applyDefaults = { secret in
      for (key, text) in secret.stringData { secret.data[key] = Array(text.utf8) }
      secret.stringData = [:]
    }
    rules.check = { SecretCheck.check($0) }
    rules.checkUpdate = { SecretCheck.check($0, from: $1) }
    rules.warnings = { SecretCheck.warnings($0) }
    rules.selectableFields = { ["type": $0.type ?? ""] }
    return rules
  }
}

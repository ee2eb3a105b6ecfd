internal import Documents
public import ObjectSchema

/// Settings for pods: texts and bytes under keys.
public struct ConfigMap: NamedObject {
  public var apiVersion: String?
  public var kind: String?
  public var metadata = ObjectMeta()
  public var immutable: Bool?
  public var data: [String: String] = [:]
  public var binaryData: [String: [UInt8]] = [:]

  public init() {}

  public static let schema = Schema<ConfigMap>(
    "ConfigMap", "Settings for pods: texts and bytes under keys, read as files or environment variables.",
    Field.typeFields + [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Name, labels and history."),
      Field("immutable", \.immutable, .bool, "Whether the data may never change again."),
      Field("data", \.data, mapOf: .string, "The texts; a key may become the name of a file."),
      Field("binaryData", \.binaryData, mapOf: .bytes, "What is no text; its keys are others than those of the texts."),
    ])

  public static let resource = Resource(
    ConfigMap.self, kind: "ConfigMap", plural: "configmaps", shortNames: ["cm"],
    columns: [
      .name,
      Column("Data", "How many keys it has.") { map, _ in .integer(map.data.count + map.binaryData.count) },
      .age,
    ],
    rules: rules)

  private static var rules: Rules<ConfigMap> {
    var rules = Rules<ConfigMap>()
    rules.check = { map in
      var errors: [FieldError] = []
      for key in map.data.keys.sorted() {
        let path = FieldPath("data").key(key)
        errors += DataKeys.check(key, at: path)
        if map.binaryData[key] != nil {
          errors.append(FieldError(path, .invalid("duplicate of key present in binaryData"), value: .string(key)))
        }
      }
      for key in map.binaryData.keys.sorted() { errors += DataKeys.check(key, at: FieldPath("binaryData").key(key)) }
      let size =
        map.data.values.reduce(0) { $0 + $1.utf8.count } + map.binaryData.values.reduce(0) { $0 + $1.count }
      // The whole object is meant, which Kubernetes writes as an empty key.
      if size > DataKeys.sizeLimit { errors.append(FieldError(FieldPath().key(""), .tooLong(DataKeys.sizeLimit))) }
      return errors
    }
    rules.checkUpdate = { map, old in
      guard old.immutable == true else { return [] }
      var errors: [FieldError] = []
      if map.immutable != true { errors.append(DataKeys.frozen("immutable")) }
      if map.data != old.data { errors.append(DataKeys.frozen("data")) }
      if map.binaryData != old.binaryData { errors.append(DataKeys.frozen("binaryData")) }
      return errors
    }
    return rules
  }
}

/// What config maps and secrets ask of their data alike.
enum DataKeys {
  /// What all values of an object may hold together.
  static let sizeLimit = 1 << 20

  static func check(_ key: String, at path: FieldPath) -> [FieldError] {
    Names.dataKeyProblems(key).map { FieldError(path, .invalid($0), value: .string(key)) }
  }

  /// The refusal to change what was declared final.
  static func frozen(_ field: String) -> FieldError {
    FieldError(FieldPath(field), .forbidden("field is immutable when `immutable` is set"))
  }
}

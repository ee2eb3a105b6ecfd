public import ObjectSchema

/// Env var.
public struct EnvVar: Described {
  public var name: String?
  public var value: String?
  public var valueFrom: EnvVarSource?

  public init() {}

  public static let schema = Schema<EnvVar>(
    "EnvVar", "Env var.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("value", \.value, .string, "The value."),
      Field("valueFrom", \.valueFrom, .object(EnvVarSource.self), "The value from."),
    ])
}

/// Env from source.
public struct EnvFromSource: Described {
  public var configMapRef: ConfigMapEnvSource?
  public var prefix: String?
  public var secretRef: SecretEnvSource?

  public init() {}

  public static let schema = Schema<EnvFromSource>(
    "EnvFromSource", "Env from source.",
    [
      Field("configMapRef", \.configMapRef, .object(ConfigMapEnvSource.self), "The config map ref."),
      Field("prefix", \.prefix, .string, "The prefix."),
      Field("secretRef", \.secretRef, .object(SecretEnvSource.self), "The secret ref."),
    ])
}

/// Env var source.
public struct EnvVarSource: Described {
  public var configMapKeyRef: ConfigMapKeySelector?
  public var fieldRef: ObjectFieldSelector?
  public var fileKeyRef: FileKeySelector?
  public var resourceFieldRef: ResourceFieldSelector?
  public var secretKeyRef: SecretKeySelector?

  public init() {}

  public static let schema = Schema<EnvVarSource>(
    "EnvVarSource", "Env var source.",
    [
      Field("configMapKeyRef", \.configMapKeyRef, .object(ConfigMapKeySelector.self), "The config map key ref."),
      Field("fieldRef", \.fieldRef, .object(ObjectFieldSelector.self), "The field ref."),
      Field("fileKeyRef", \.fileKeyRef, .object(FileKeySelector.self), "The file key ref."),
      Field("resourceFieldRef", \.resourceFieldRef, .object(ResourceFieldSelector.self), "The resource field ref."),
      Field("secretKeyRef", \.secretKeyRef, .object(SecretKeySelector.self), "The secret key ref."),
    ])
}

/// Config map env source.
public struct ConfigMapEnvSource: Described {
  public var name: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapEnvSource>(
    "ConfigMapEnvSource", "Config map env source.",
    [
      Field("name", \.name, .string, "The name."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Secret env source.
public struct SecretEnvSource: Described {
  public var name: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretEnvSource>(
    "SecretEnvSource", "Secret env source.",
    [
      Field("name", \.name, .string, "The name."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Config map key selector.
public struct ConfigMapKeySelector: Described {
  public var name: String?
  public var key: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapKeySelector>(
    "ConfigMapKeySelector", "Config map key selector.",
    [
      Field("name", \.name, .string, "The name."),
      Field("key", \.key, .string, required: true, "The key."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Object field selector.
public struct ObjectFieldSelector: Described {
  public var apiVersion: String?
  public var fieldPath: String?

  public init() {}

  public static let schema = Schema<ObjectFieldSelector>(
    "ObjectFieldSelector", "Object field selector.",
    [
      Field("apiVersion", \.apiVersion, .string, default: "v1", "The api version."),
      Field("fieldPath", \.fieldPath, .string, required: true, "The field path."),
    ])
}

/// File key selector.
public struct FileKeySelector: Described {
  public var key: String?
  public var optional: Bool?
  public var path: String?
  public var volumeName: String?

  public init() {}

  public static let schema = Schema<FileKeySelector>(
    "FileKeySelector", "File key selector.",
    [
      Field("key", \.key, .string, required: true, "The key."),
      Field("optional", \.optional, .bool, "The optional."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("volumeName", \.volumeName, .string, required: true, "The volume name."),
    ])
}

/// Resource field selector.
public struct ResourceFieldSelector: Described {
  public var containerName: String?
  public var divisor: Quantity?
  public var resource: String?

  public init() {}

  public static let schema = Schema<ResourceFieldSelector>(
    "ResourceFieldSelector", "Resource field selector.",
    [
      Field("containerName", \.containerName, .string, "The container name."),
      Field("divisor", \.divisor, .quantity, "The divisor."),
      Field("resource", \.resource, .string, required: true, "The resource."),
    ])
}

/// Secret key selector.
public struct SecretKeySelector: Described {
  public var name: String?
  public var key: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretKeySelector>(
    "SecretKeySelector", "Secret key selector.",
    [
      Field("name", \.name, .string, "The name."),
      Field("key", \.key, .string, required: true, "The key."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

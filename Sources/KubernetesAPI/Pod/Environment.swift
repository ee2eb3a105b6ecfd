public import ObjectSchema

/// One environment variable.
public struct EnvVar: Described {
  public var name: String?
  public var value: String?
  @Boxed public var valueFrom: EnvVarSource?

  public init() {}

  public static let schema = Schema<EnvVar>(
    "EnvVar", "One environment variable.",
    [
      Field("name", \.name, .string, required: true, "What the variable is called."),
      Field("value", \.value, .string, "Its text; $(NAME) stands for a variable given before it."),
      Field("valueFrom", \.valueFrom, .object(EnvVarSource.self), "Where its text comes from, instead of value."),
    ])
}

/// A config map or secret whose entries become environment variables.
public struct EnvFromSource: Described {
  @Boxed public var configMapRef: ConfigMapEnvSource?
  public var prefix: String?
  @Boxed public var secretRef: SecretEnvSource?

  public init() {}

  public static let schema = Schema<EnvFromSource>(
    "EnvFromSource", "A config map or secret whose entries become environment variables.",
    [
      Field("configMapRef", \.configMapRef, .object(ConfigMapEnvSource.self), "The config map."),
      Field("prefix", \.prefix, .string, "Put in front of each name."),
      Field("secretRef", \.secretRef, .object(SecretEnvSource.self), "The secret."),
    ])
}

/// Where the text of a variable comes from.
public struct EnvVarSource: Described {
  @Boxed public var configMapKeyRef: ConfigMapKeySelector?
  @Boxed public var fieldRef: ObjectFieldSelector?
  @Boxed public var fileKeyRef: FileKeySelector?
  @Boxed public var resourceFieldRef: ResourceFieldSelector?
  @Boxed public var secretKeyRef: SecretKeySelector?

  public init() {}

  public static let schema = Schema<EnvVarSource>(
    "EnvVarSource", "Where the text of a variable comes from.",
    [
      Field("configMapKeyRef", \.configMapKeyRef, .object(ConfigMapKeySelector.self), "An entry of a config map."),
      Field(
        "fieldRef", \.fieldRef, .object(ObjectFieldSelector.self), "A field of the pod itself, such as status.podIP."),
      Field("fileKeyRef", \.fileKeyRef, .object(FileKeySelector.self), "A line of a file in a volume."),
      Field(
        "resourceFieldRef", \.resourceFieldRef, .object(ResourceFieldSelector.self),
        "A request or limit of a container."),
      Field("secretKeyRef", \.secretKeyRef, .object(SecretKeySelector.self), "An entry of a secret."),
    ])
}

/// A config map, all of whose entries are meant.
public struct ConfigMapEnvSource: Described {
  public var name: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapEnvSource>(
    "ConfigMapEnvSource", "A config map, all of whose entries are meant.",
    [
      Field("name", \.name, .string, "The config map, in the pod's namespace."),
      Field("optional", \.optional, .bool, "The container starts even when there is no such config map."),
    ])
}

/// A secret, all of whose entries are meant.
public struct SecretEnvSource: Described {
  public var name: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretEnvSource>(
    "SecretEnvSource", "A secret, all of whose entries are meant.",
    [
      Field("name", \.name, .string, "The secret, in the pod's namespace."),
      Field("optional", \.optional, .bool, "The container starts even when there is no such secret."),
    ])
}

/// One entry of a config map.
public struct ConfigMapKeySelector: Described {
  public var name: String?
  public var key: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapKeySelector>(
    "ConfigMapKeySelector", "One entry of a config map.",
    [
      Field("name", \.name, .string, "The config map, in the pod's namespace."),
      Field("key", \.key, .string, required: true, "The entry."),
      Field("optional", \.optional, .bool, "The container starts even when there is no such entry."),
    ])
}

/// A field of an object.
public struct ObjectFieldSelector: Described {
  public var apiVersion: String?
  public var fieldPath: String?

  public init() {}

  public static let schema = Schema<ObjectFieldSelector>(
    "ObjectFieldSelector", "A field of an object.",
    [
      Field("apiVersion", \.apiVersion, .string, default: "v1", "The version whose field names are meant."),
      Field("fieldPath", \.fieldPath, .string, required: true, "The path of the field, such as metadata.name."),
    ])
}

/// A variable in a file of a volume.
public struct FileKeySelector: Described {
  public var key: String?
  public var optional: Bool?
  public var path: String?
  public var volumeName: String?

  public init() {}

  public static let schema = Schema<FileKeySelector>(
    "FileKeySelector", "A variable in a file of a volume.",
    [
      Field("key", \.key, .string, required: true, "The variable's name in the file."),
      Field("optional", \.optional, .bool, "The container starts even when there is no such file or variable."),
      Field("path", \.path, .string, required: true, "The file, from the root of the volume."),
      Field("volumeName", \.volumeName, .string, required: true, "The volume with the file."),
    ])
}

/// A request or limit of a container.
public struct ResourceFieldSelector: Described {
  public var containerName: String?
  public var divisor: Quantity?
  public var resource: String?

  public init() {}

  public static let schema = Schema<ResourceFieldSelector>(
    "ResourceFieldSelector", "A request or limit of a container.",
    [
      Field(
        "containerName", \.containerName, .string,
        "The container; needed for volumes, in a variable it is the one at hand."),
      Field("divisor", \.divisor, .quantity, "The unit that the amount is told in, such as 1Mi."),
      Field("resource", \.resource, .string, required: true, "Which one, such as limits.memory."),
    ])
}

/// One entry of a secret.
public struct SecretKeySelector: Described {
  public var name: String?
  public var key: String?
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretKeySelector>(
    "SecretKeySelector", "One entry of a secret.",
    [
      Field("name", \.name, .string, "The secret, in the pod's namespace."),
      Field("key", \.key, .string, required: true, "The entry."),
      Field("optional", \.optional, .bool, "The container starts even when there is no such entry."),
    ])
}

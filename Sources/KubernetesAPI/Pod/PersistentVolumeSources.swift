public import ObjectSchema

/// Persistent volume claim volume source.
public struct PersistentVolumeClaimVolumeSource: Described {
  public var claimName: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<PersistentVolumeClaimVolumeSource>(
    "PersistentVolumeClaimVolumeSource", "Persistent volume claim volume source.",
    [
      Field("claimName", \.claimName, .string, required: true, "The claim name."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
    ])
}

/// Ephemeral volume source.
public struct EphemeralVolumeSource: Described {
  public var volumeClaimTemplate: PersistentVolumeClaimTemplate?

  public init() {}

  public static let schema = Schema<EphemeralVolumeSource>(
    "EphemeralVolumeSource", "Ephemeral volume source.",
    [
      Field(
        "volumeClaimTemplate", \.volumeClaimTemplate, .object(PersistentVolumeClaimTemplate.self),
        "The volume claim template.")
    ])
}

/// Persistent volume claim template.
public struct PersistentVolumeClaimTemplate: Described {
  public var metadata: ObjectMeta?
  public var spec = PersistentVolumeClaimSpec()

  public init() {}

  public static let schema = Schema<PersistentVolumeClaimTemplate>(
    "PersistentVolumeClaimTemplate", "Persistent volume claim template.",
    [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "The metadata."),
      Field("spec", \.spec, .object(PersistentVolumeClaimSpec.self), "The spec."),
    ])
}

/// Persistent volume claim spec.
public struct PersistentVolumeClaimSpec: Described {
  public var accessModes: [String] = []
  public var dataSource: TypedLocalObjectReference?
  public var dataSourceRef: TypedObjectReference?
  public var resources = VolumeResourceRequirements()
  public var selector: LabelSelector?
  public var storageClassName: String?
  public var volumeAttributesClassName: String?
  public var volumeMode: String?
  public var volumeName: String?

  public init() {}

  public static let schema = Schema<PersistentVolumeClaimSpec>(
    "PersistentVolumeClaimSpec", "Persistent volume claim spec.",
    [
      Field("accessModes", \.accessModes, listOf: .string, "The access modes."),
      Field("dataSource", \.dataSource, .object(TypedLocalObjectReference.self), "The data source."),
      Field("dataSourceRef", \.dataSourceRef, .object(TypedObjectReference.self), "The data source ref."),
      Field("resources", \.resources, .object(VolumeResourceRequirements.self), "The resources."),
      Field("selector", \.selector, .object(LabelSelector.self), "The selector."),
      Field("storageClassName", \.storageClassName, .string, "The storage class name."),
      Field("volumeAttributesClassName", \.volumeAttributesClassName, .string, "The volume attributes class name."),
      Field("volumeMode", \.volumeMode, .string, "The volume mode."),
      Field("volumeName", \.volumeName, .string, "The volume name."),
    ])
}

/// Typed local object reference.
public struct TypedLocalObjectReference: Described {
  public var name: String?
  public var apiGroup: String?
  public var kind: String?

  public init() {}

  public static let schema = Schema<TypedLocalObjectReference>(
    "TypedLocalObjectReference", "Typed local object reference.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("apiGroup", \.apiGroup, .string, "The api group."),
      Field("kind", \.kind, .string, required: true, "The kind."),
    ])
}

/// Typed object reference.
public struct TypedObjectReference: Described {
  public var name: String?
  public var apiGroup: String?
  public var kind: String?
  public var namespace: String?

  public init() {}

  public static let schema = Schema<TypedObjectReference>(
    "TypedObjectReference", "Typed object reference.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field("apiGroup", \.apiGroup, .string, "The api group."),
      Field("kind", \.kind, .string, required: true, "The kind."),
      Field("namespace", \.namespace, .string, "The namespace."),
    ])
}

/// Volume resource requirements.
public struct VolumeResourceRequirements: Described {
  public var limits: [String: Quantity] = [:]
  public var requests: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<VolumeResourceRequirements>(
    "VolumeResourceRequirements", "Volume resource requirements.",
    [
      Field("limits", \.limits, mapOf: .quantity, "The limits."),
      Field("requests", \.requests, mapOf: .quantity, "The requests."),
    ])
}

/// Csivolume source.
public struct CSIVolumeSource: Described {
  public var driver: String?
  public var fsType: String?
  public var nodePublishSecretRef: LocalObjectReference?
  public var readOnly: Bool?
  public var volumeAttributes: [String: String] = [:]

  public init() {}

  public static let schema = Schema<CSIVolumeSource>(
    "CSIVolumeSource", "Csivolume source.",
    [
      Field("driver", \.driver, .string, required: true, "The driver."),
      Field("fsType", \.fsType, .string, "The fs type."),
      Field(
        "nodePublishSecretRef", \.nodePublishSecretRef, .object(LocalObjectReference.self),
        "The node publish secret ref."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("volumeAttributes", \.volumeAttributes, mapOf: .string, "The volume attributes."),
    ])
}

/// Image volume source.
public struct ImageVolumeSource: Described {
  public var pullPolicy: String?
  public var reference: String?

  public init() {}

  public static let schema = Schema<ImageVolumeSource>(
    "ImageVolumeSource", "Image volume source.",
    [
      Field("pullPolicy", \.pullPolicy, .string, "The pull policy."),
      Field("reference", \.reference, .string, "The reference."),
    ])
}

public import ObjectSchema

/// Storage that a claim stands for.
public struct PersistentVolumeClaimVolumeSource: Described {
  public var claimName: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<PersistentVolumeClaimVolumeSource>(
    "PersistentVolumeClaimVolumeSource", "Storage that a claim stands for.",
    [
      Field("claimName", \.claimName, .string, required: true, "The claim, in the pod's namespace."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
    ])
}

/// Storage that is made with the pod and goes with it.
public struct EphemeralVolumeSource: Described {
  public var volumeClaimTemplate: PersistentVolumeClaimTemplate?

  public init() {}

  public static let schema = Schema<EphemeralVolumeSource>(
    "EphemeralVolumeSource", "Storage that is made with the pod and goes with it.",
    [
      Field(
        "volumeClaimTemplate", \.volumeClaimTemplate, .object(PersistentVolumeClaimTemplate.self),
        "The claim that is made for it.")
    ])
}

/// A claim that is made with a pod.
public struct PersistentVolumeClaimTemplate: Described {
  public var metadata: ObjectMeta?
  public var spec = PersistentVolumeClaimSpec()

  public init() {}

  public static let schema = Schema<PersistentVolumeClaimTemplate>(
    "PersistentVolumeClaimTemplate", "A claim that is made with a pod.",
    [
      Field("metadata", \.metadata, .object(ObjectMeta.self), "Labels and annotations of the claim."),
      Field("spec", \.spec, .object(PersistentVolumeClaimSpec.self), "What is asked of the storage."),
    ])
}

/// What is asked of storage.
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
    "PersistentVolumeClaimSpec", "What is asked of storage.",
    [
      Field(
        "accessModes", \.accessModes, listOf: .string,
        "How it shall be used: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod."),
      Field(
        "dataSource", \.dataSource, .object(TypedLocalObjectReference.self),
        "What it is filled with at first: a snapshot or another claim."),
      Field(
        "dataSourceRef", \.dataSourceRef, .object(TypedObjectReference.self), "Like dataSource, for any kind of object."
      ),
      Field("resources", \.resources, .object(VolumeResourceRequirements.self), "How large it must be."),
      Field("selector", \.selector, .object(LabelSelector.self), "The labels of volumes that come into question."),
      Field("storageClassName", \.storageClassName, .string, "The class of storage that makes it."),
      Field("volumeAttributesClassName", \.volumeAttributesClassName, .string, "The class that sets its performance."),
      Field("volumeMode", \.volumeMode, .string, "Filesystem, or Block for a raw device."),
      Field("volumeName", \.volumeName, .string, "The very volume that is wanted."),
    ])
}

/// Names an object of any kind in the same namespace.
public struct TypedLocalObjectReference: Described {
  public var name: String?
  public var apiGroup: String?
  public var kind: String?

  public init() {}

  public static let schema = Schema<TypedLocalObjectReference>(
    "TypedLocalObjectReference", "Names an object of any kind in the same namespace.",
    [
      Field("name", \.name, .string, required: true, "Its name."),
      Field("apiGroup", \.apiGroup, .string, "The API group of its kind."),
      Field("kind", \.kind, .string, required: true, "Its kind."),
    ])
}

/// Names an object of any kind, also in another namespace.
public struct TypedObjectReference: Described {
  public var name: String?
  public var apiGroup: String?
  public var kind: String?
  public var namespace: String?

  public init() {}

  public static let schema = Schema<TypedObjectReference>(
    "TypedObjectReference", "Names an object of any kind, also in another namespace.",
    [
      Field("name", \.name, .string, required: true, "Its name."),
      Field("apiGroup", \.apiGroup, .string, "The API group of its kind."),
      Field("kind", \.kind, .string, required: true, "Its kind."),
      Field("namespace", \.namespace, .string, "Its namespace."),
    ])
}

/// How large storage must be.
public struct VolumeResourceRequirements: Described {
  public var limits: [String: Quantity] = [:]
  public var requests: [String: Quantity] = [:]

  public init() {}

  public static let schema = Schema<VolumeResourceRequirements>(
    "VolumeResourceRequirements", "How large storage must be.",
    [
      Field("limits", \.limits, mapOf: .quantity, "The most that it may be."),
      Field("requests", \.requests, mapOf: .quantity, "The least that it must be."),
    ])
}

/// Storage from a driver that speaks the container storage interface.
public struct CSIVolumeSource: Described {
  public var driver: String?
  public var fsType: String?
  public var nodePublishSecretRef: LocalObjectReference?
  public var readOnly: Bool?
  public var volumeAttributes: [String: String] = [:]

  public init() {}

  public static let schema = Schema<CSIVolumeSource>(
    "CSIVolumeSource", "Storage from a driver that speaks the container storage interface.",
    [
      Field("driver", \.driver, .string, required: true, "The driver's name."),
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field(
        "nodePublishSecretRef", \.nodePublishSecretRef, .object(LocalObjectReference.self),
        "The secret that the driver needs."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("volumeAttributes", \.volumeAttributes, mapOf: .string, "What the driver wants to know besides."),
    ])
}

/// The files of an image, as a volume.
public struct ImageVolumeSource: Described {
  public var pullPolicy: String?
  public var reference: String?

  public init() {}

  public static let schema = Schema<ImageVolumeSource>(
    "ImageVolumeSource", "The files of an image, as a volume.",
    [
      Field("pullPolicy", \.pullPolicy, .string, "When the image is fetched: Always, IfNotPresent or Never."),
      Field("reference", \.reference, .string, "The image, such as registry/name:tag."),
    ])
}

extension Volume {
  /// The claim that the volume needs, if it needs one; one of its own is named after the pod and the volume.
  public func claimName(of pod: Pod) -> String? {
    if let claim = persistentVolumeClaim { return claim.claimName ?? "" }
    return ephemeral == nil ? nil : "\(pod.name)-\(name ?? "")"
  }
}

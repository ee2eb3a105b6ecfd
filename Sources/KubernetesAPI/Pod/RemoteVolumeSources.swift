public import ObjectSchema

/// Awselastic block store volume source.
public struct AWSElasticBlockStoreVolumeSource: Described {
  public var fsType: String?
  public var partition: Int32?
  public var readOnly: Bool?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<AWSElasticBlockStoreVolumeSource>(
    "AWSElasticBlockStoreVolumeSource", "Awselastic block store volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("partition", \.partition, .int32, "The partition."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume id."),
    ])
}

/// Azure disk volume source.
public struct AzureDiskVolumeSource: Described {
  public var cachingMode: String?
  public var diskName: String?
  public var diskURI: String?
  public var fsType: String?
  public var kind: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<AzureDiskVolumeSource>(
    "AzureDiskVolumeSource", "Azure disk volume source.",
    [
      Field("cachingMode", \.cachingMode, .string, "The caching mode."),
      Field("diskName", \.diskName, .string, required: true, "The disk name."),
      Field("diskURI", \.diskURI, .string, required: true, "The disk uri."),
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("kind", \.kind, .string, "The kind."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
    ])
}

/// Azure file volume source.
public struct AzureFileVolumeSource: Described {
  public var readOnly: Bool?
  public var secretName: String?
  public var shareName: String?

  public init() {}

  public static let schema = Schema<AzureFileVolumeSource>(
    "AzureFileVolumeSource", "Azure file volume source.",
    [
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretName", \.secretName, .string, required: true, "The secret name."),
      Field("shareName", \.shareName, .string, required: true, "The share name."),
    ])
}

/// Ceph fsvolume source.
public struct CephFSVolumeSource: Described {
  public var monitors: [String] = []
  public var path: String?
  public var readOnly: Bool?
  public var secretFile: String?
  public var secretRef: LocalObjectReference?
  public var user: String?

  public init() {}

  public static let schema = Schema<CephFSVolumeSource>(
    "CephFSVolumeSource", "Ceph fsvolume source.",
    [
      Field("monitors", \.monitors, listOf: .string, required: true, "The monitors."),
      Field("path", \.path, .string, "The path."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretFile", \.secretFile, .string, "The secret file."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
      Field("user", \.user, .string, "The user."),
    ])
}

/// Cinder volume source.
public struct CinderVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<CinderVolumeSource>(
    "CinderVolumeSource", "Cinder volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume id."),
    ])
}

/// Fcvolume source.
public struct FCVolumeSource: Described {
  public var fsType: String?
  public var lun: Int32?
  public var readOnly: Bool?
  public var targetWWNs: [String] = []
  public var wwids: [String] = []

  public init() {}

  public static let schema = Schema<FCVolumeSource>(
    "FCVolumeSource", "Fcvolume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("lun", \.lun, .int32, "The lun."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("targetWWNs", \.targetWWNs, listOf: .string, "The target wwns."),
      Field("wwids", \.wwids, listOf: .string, "The wwids."),
    ])
}

/// Flex volume source.
public struct FlexVolumeSource: Described {
  public var driver: String?
  public var fsType: String?
  public var options: [String: String] = [:]
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?

  public init() {}

  public static let schema = Schema<FlexVolumeSource>(
    "FlexVolumeSource", "Flex volume source.",
    [
      Field("driver", \.driver, .string, required: true, "The driver."),
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("options", \.options, mapOf: .string, "The options."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
    ])
}

/// Flocker volume source.
public struct FlockerVolumeSource: Described {
  public var datasetName: String?
  public var datasetUUID: String?

  public init() {}

  public static let schema = Schema<FlockerVolumeSource>(
    "FlockerVolumeSource", "Flocker volume source.",
    [
      Field("datasetName", \.datasetName, .string, "The dataset name."),
      Field("datasetUUID", \.datasetUUID, .string, "The dataset uuid."),
    ])
}

/// Gcepersistent disk volume source.
public struct GCEPersistentDiskVolumeSource: Described {
  public var fsType: String?
  public var partition: Int32?
  public var pdName: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<GCEPersistentDiskVolumeSource>(
    "GCEPersistentDiskVolumeSource", "Gcepersistent disk volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("partition", \.partition, .int32, "The partition."),
      Field("pdName", \.pdName, .string, required: true, "The pd name."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
    ])
}

/// Git repo volume source.
public struct GitRepoVolumeSource: Described {
  public var directory: String?
  public var repository: String?
  public var revision: String?

  public init() {}

  public static let schema = Schema<GitRepoVolumeSource>(
    "GitRepoVolumeSource", "Git repo volume source.",
    [
      Field("directory", \.directory, .string, "The directory."),
      Field("repository", \.repository, .string, required: true, "The repository."),
      Field("revision", \.revision, .string, "The revision."),
    ])
}

/// Glusterfs volume source.
public struct GlusterfsVolumeSource: Described {
  public var endpoints: String?
  public var path: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<GlusterfsVolumeSource>(
    "GlusterfsVolumeSource", "Glusterfs volume source.",
    [
      Field("endpoints", \.endpoints, .string, required: true, "The endpoints."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
    ])
}

/// Iscsivolume source.
public struct ISCSIVolumeSource: Described {
  public var chapAuthDiscovery: Bool?
  public var chapAuthSession: Bool?
  public var fsType: String?
  public var initiatorName: String?
  public var iqn: String?
  public var iscsiInterface: String?
  public var lun: Int32?
  public var portals: [String] = []
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var targetPortal: String?

  public init() {}

  public static let schema = Schema<ISCSIVolumeSource>(
    "ISCSIVolumeSource", "Iscsivolume source.",
    [
      Field("chapAuthDiscovery", \.chapAuthDiscovery, .bool, "The chap auth discovery."),
      Field("chapAuthSession", \.chapAuthSession, .bool, "The chap auth session."),
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("initiatorName", \.initiatorName, .string, "The initiator name."),
      Field("iqn", \.iqn, .string, required: true, "The iqn."),
      Field("iscsiInterface", \.iscsiInterface, .string, "The iscsi interface."),
      Field("lun", \.lun, .int32, required: true, "The lun."),
      Field("portals", \.portals, listOf: .string, "The portals."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
      Field("targetPortal", \.targetPortal, .string, required: true, "The target portal."),
    ])
}

/// Nfsvolume source.
public struct NFSVolumeSource: Described {
  public var path: String?
  public var readOnly: Bool?
  public var server: String?

  public init() {}

  public static let schema = Schema<NFSVolumeSource>(
    "NFSVolumeSource", "Nfsvolume source.",
    [
      Field("path", \.path, .string, required: true, "The path."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("server", \.server, .string, required: true, "The server."),
    ])
}

/// Photon persistent disk volume source.
public struct PhotonPersistentDiskVolumeSource: Described {
  public var fsType: String?
  public var pdID: String?

  public init() {}

  public static let schema = Schema<PhotonPersistentDiskVolumeSource>(
    "PhotonPersistentDiskVolumeSource", "Photon persistent disk volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("pdID", \.pdID, .string, required: true, "The pd id."),
    ])
}

/// Portworx volume source.
public struct PortworxVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<PortworxVolumeSource>(
    "PortworxVolumeSource", "Portworx volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume id."),
    ])
}

/// Quobyte volume source.
public struct QuobyteVolumeSource: Described {
  public var group: String?
  public var readOnly: Bool?
  public var registry: String?
  public var tenant: String?
  public var user: String?
  public var volume: String?

  public init() {}

  public static let schema = Schema<QuobyteVolumeSource>(
    "QuobyteVolumeSource", "Quobyte volume source.",
    [
      Field("group", \.group, .string, "The group."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("registry", \.registry, .string, required: true, "The registry."),
      Field("tenant", \.tenant, .string, "The tenant."),
      Field("user", \.user, .string, "The user."),
      Field("volume", \.volume, .string, required: true, "The volume."),
    ])
}

/// Rbdvolume source.
public struct RBDVolumeSource: Described {
  public var fsType: String?
  public var image: String?
  public var keyring: String?
  public var monitors: [String] = []
  public var pool: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var user: String?

  public init() {}

  public static let schema = Schema<RBDVolumeSource>(
    "RBDVolumeSource", "Rbdvolume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("image", \.image, .string, required: true, "The image."),
      Field("keyring", \.keyring, .string, "The keyring."),
      Field("monitors", \.monitors, listOf: .string, required: true, "The monitors."),
      Field("pool", \.pool, .string, "The pool."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
      Field("user", \.user, .string, "The user."),
    ])
}

/// Scale iovolume source.
public struct ScaleIOVolumeSource: Described {
  public var fsType: String?
  public var gateway: String?
  public var protectionDomain: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var sslEnabled: Bool?
  public var storageMode: String?
  public var storagePool: String?
  public var system: String?
  public var volumeName: String?

  public init() {}

  public static let schema = Schema<ScaleIOVolumeSource>(
    "ScaleIOVolumeSource", "Scale iovolume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("gateway", \.gateway, .string, required: true, "The gateway."),
      Field("protectionDomain", \.protectionDomain, .string, "The protection domain."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), required: true, "The secret ref."),
      Field("sslEnabled", \.sslEnabled, .bool, "The ssl enabled."),
      Field("storageMode", \.storageMode, .string, "The storage mode."),
      Field("storagePool", \.storagePool, .string, "The storage pool."),
      Field("system", \.system, .string, required: true, "The system."),
      Field("volumeName", \.volumeName, .string, "The volume name."),
    ])
}

/// Storage osvolume source.
public struct StorageOSVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var volumeName: String?
  public var volumeNamespace: String?

  public init() {}

  public static let schema = Schema<StorageOSVolumeSource>(
    "StorageOSVolumeSource", "Storage osvolume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("readOnly", \.readOnly, .bool, "The read only."),
      Field("secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret ref."),
      Field("volumeName", \.volumeName, .string, "The volume name."),
      Field("volumeNamespace", \.volumeNamespace, .string, "The volume namespace."),
    ])
}

/// Vsphere virtual disk volume source.
public struct VsphereVirtualDiskVolumeSource: Described {
  public var fsType: String?
  public var storagePolicyID: String?
  public var storagePolicyName: String?
  public var volumePath: String?

  public init() {}

  public static let schema = Schema<VsphereVirtualDiskVolumeSource>(
    "VsphereVirtualDiskVolumeSource", "Vsphere virtual disk volume source.",
    [
      Field("fsType", \.fsType, .string, "The fs type."),
      Field("storagePolicyID", \.storagePolicyID, .string, "The storage policy id."),
      Field("storagePolicyName", \.storagePolicyName, .string, "The storage policy name."),
      Field("volumePath", \.volumePath, .string, required: true, "The volume path."),
    ])
}

public import ObjectSchema

/// A disk of Amazon Web Services.
public struct AWSElasticBlockStoreVolumeSource: Described {
  public var fsType: String?
  public var partition: Int32?
  public var readOnly: Bool?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<AWSElasticBlockStoreVolumeSource>(
    "AWSElasticBlockStoreVolumeSource", "A disk of Amazon Web Services.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("partition", \.partition, .int32, "Which partition to mount; 0 or none means the whole disk."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume's identity at its provider."),
    ])
}

/// A disk of Microsoft Azure.
public struct AzureDiskVolumeSource: Described {
  public var cachingMode: String?
  public var diskName: String?
  public var diskURI: String?
  public var fsType: String?
  public var kind: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<AzureDiskVolumeSource>(
    "AzureDiskVolumeSource", "A disk of Microsoft Azure.",
    [
      Field("cachingMode", \.cachingMode, .string, "How the host caches it: None, ReadOnly or ReadWrite."),
      Field("diskName", \.diskName, .string, required: true, "The disk's name."),
      Field("diskURI", \.diskURI, .string, required: true, "Where the disk is."),
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("kind", \.kind, .string, "Shared, Dedicated or Managed."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
    ])
}

/// A file share of Microsoft Azure.
public struct AzureFileVolumeSource: Described {
  public var readOnly: Bool?
  public var secretName: String?
  public var shareName: String?

  public init() {}

  public static let schema = Schema<AzureFileVolumeSource>(
    "AzureFileVolumeSource", "A file share of Microsoft Azure.",
    [
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("secretName", \.secretName, .string, required: true, "The secret with the account's name and key."),
      Field("shareName", \.shareName, .string, required: true, "The share."),
    ])
}

/// A file system of a Ceph cluster.
public struct CephFSVolumeSource: Described {
  public var monitors: [String] = []
  public var path: String?
  public var readOnly: Bool?
  public var secretFile: String?
  public var secretRef: LocalObjectReference?
  public var user: String?

  public init() {}

  public static let schema = Schema<CephFSVolumeSource>(
    "CephFSVolumeSource", "A file system of a Ceph cluster.",
    [
      Field("monitors", \.monitors, listOf: .string, required: true, "Addresses of the cluster's monitors."),
      Field("path", \.path, .string, "The directory to mount; / when it is not set."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("secretFile", \.secretFile, .string, "The key file of the user."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
      Field("user", \.user, .string, "The Ceph user; admin when it is not set."),
    ])
}

/// A disk of OpenStack Cinder.
public struct CinderVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<CinderVolumeSource>(
    "CinderVolumeSource", "A disk of OpenStack Cinder.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume's identity at its provider."),
    ])
}

/// A disk behind Fibre Channel.
public struct FCVolumeSource: Described {
  public var fsType: String?
  public var lun: Int32?
  public var readOnly: Bool?
  public var targetWWNs: [String] = []
  public var wwids: [String] = []

  public init() {}

  public static let schema = Schema<FCVolumeSource>(
    "FCVolumeSource", "A disk behind Fibre Channel.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("lun", \.lun, .int32, "The number of the disk at its target."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("targetWWNs", \.targetWWNs, listOf: .string, "The names of the targets."),
      Field("wwids", \.wwids, listOf: .string, "The names of the disk, instead of targets and number."),
    ])
}

/// Storage from a program installed on the nodes, an old way.
public struct FlexVolumeSource: Described {
  public var driver: String?
  public var fsType: String?
  public var options: [String: String] = [:]
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?

  public init() {}

  public static let schema = Schema<FlexVolumeSource>(
    "FlexVolumeSource", "Storage from a program installed on the nodes, an old way.",
    [
      Field("driver", \.driver, .string, required: true, "The program's name."),
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("options", \.options, mapOf: .string, "What the program wants to know besides."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
    ])
}

/// A data set of Flocker, an old system.
public struct FlockerVolumeSource: Described {
  public var datasetName: String?
  public var datasetUUID: String?

  public init() {}

  public static let schema = Schema<FlockerVolumeSource>(
    "FlockerVolumeSource", "A data set of Flocker, an old system.",
    [
      Field("datasetName", \.datasetName, .string, "The data set's name, an old way to name it."),
      Field("datasetUUID", \.datasetUUID, .string, "The data set's identity."),
    ])
}

/// A disk of Google Compute Engine.
public struct GCEPersistentDiskVolumeSource: Described {
  public var fsType: String?
  public var partition: Int32?
  public var pdName: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<GCEPersistentDiskVolumeSource>(
    "GCEPersistentDiskVolumeSource", "A disk of Google Compute Engine.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("partition", \.partition, .int32, "Which partition to mount; 0 or none means the whole disk."),
      Field("pdName", \.pdName, .string, required: true, "The disk's name."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
    ])
}

/// A folder filled from a Git repository; an init container does it better.
public struct GitRepoVolumeSource: Described {
  public var directory: String?
  public var repository: String?
  public var revision: String?

  public init() {}

  public static let schema = Schema<GitRepoVolumeSource>(
    "GitRepoVolumeSource", "A folder filled from a Git repository; an init container does it better.",
    [
      Field("directory", \.directory, .string, "The folder in the volume that gets the files."),
      Field("repository", \.repository, .string, required: true, "The repository's address."),
      Field("revision", \.revision, .string, "The commit to take."),
    ])
}

/// A file system of GlusterFS.
public struct GlusterfsVolumeSource: Described {
  public var endpoints: String?
  public var path: String?
  public var readOnly: Bool?

  public init() {}

  public static let schema = Schema<GlusterfsVolumeSource>(
    "GlusterfsVolumeSource", "A file system of GlusterFS.",
    [
      Field("endpoints", \.endpoints, .string, required: true, "The endpoints object with the servers' addresses."),
      Field("path", \.path, .string, required: true, "The volume's name at the servers."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
    ])
}

/// A disk behind iSCSI.
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
    "ISCSIVolumeSource", "A disk behind iSCSI.",
    [
      Field("chapAuthDiscovery", \.chapAuthDiscovery, .bool, "Whether one must log in to find the disk."),
      Field("chapAuthSession", \.chapAuthSession, .bool, "Whether one must log in to use the disk."),
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("initiatorName", \.initiatorName, .string, "The name by which this side calls itself."),
      Field("iqn", \.iqn, .string, required: true, "The name of the target."),
      Field("iscsiInterface", \.iscsiInterface, .string, "The interface through which it is reached."),
      Field("lun", \.lun, .int32, required: true, "The number of the disk at its target."),
      Field("portals", \.portals, listOf: .string, "More addresses of the target."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
      Field("targetPortal", \.targetPortal, .string, required: true, "The address of the target."),
    ])
}

/// A directory of an NFS server.
public struct NFSVolumeSource: Described {
  public var path: String?
  public var readOnly: Bool?
  public var server: String?

  public init() {}

  public static let schema = Schema<NFSVolumeSource>(
    "NFSVolumeSource", "A directory of an NFS server.",
    [
      Field("path", \.path, .string, required: true, "The directory at the server."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("server", \.server, .string, required: true, "The server's name or address."),
    ])
}

/// A disk of VMware Photon.
public struct PhotonPersistentDiskVolumeSource: Described {
  public var fsType: String?
  public var pdID: String?

  public init() {}

  public static let schema = Schema<PhotonPersistentDiskVolumeSource>(
    "PhotonPersistentDiskVolumeSource", "A disk of VMware Photon.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("pdID", \.pdID, .string, required: true, "The disk's identity."),
    ])
}

/// A volume of Portworx.
public struct PortworxVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var volumeID: String?

  public init() {}

  public static let schema = Schema<PortworxVolumeSource>(
    "PortworxVolumeSource", "A volume of Portworx.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("volumeID", \.volumeID, .string, required: true, "The volume's identity at its provider."),
    ])
}

/// A volume of Quobyte.
public struct QuobyteVolumeSource: Described {
  public var group: String?
  public var readOnly: Bool?
  public var registry: String?
  public var tenant: String?
  public var user: String?
  public var volume: String?

  public init() {}

  public static let schema = Schema<QuobyteVolumeSource>(
    "QuobyteVolumeSource", "A volume of Quobyte.",
    [
      Field("group", \.group, .string, "The group that the files belong to."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field("registry", \.registry, .string, required: true, "Addresses of the Quobyte registry."),
      Field("tenant", \.tenant, .string, "The tenant that owns the volume."),
      Field("user", \.user, .string, "The user that the files belong to."),
      Field("volume", \.volume, .string, required: true, "The volume's name."),
    ])
}

/// A block device of a Ceph cluster.
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
    "RBDVolumeSource", "A block device of a Ceph cluster.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("image", \.image, .string, required: true, "The device's name."),
      Field("keyring", \.keyring, .string, "The file with the user's key."),
      Field("monitors", \.monitors, listOf: .string, required: true, "Addresses of the cluster's monitors."),
      Field("pool", \.pool, .string, "The pool that it is in."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
      Field("user", \.user, .string, "The Ceph user; admin when it is not set."),
    ])
}

/// A volume of ScaleIO.
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
    "ScaleIOVolumeSource", "A volume of ScaleIO.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("gateway", \.gateway, .string, required: true, "The address of the gateway."),
      Field("protectionDomain", \.protectionDomain, .string, "The protection domain of the storage."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), required: true,
        "The secret that holds what is needed to log in."),
      Field("sslEnabled", \.sslEnabled, .bool, "Whether the gateway is spoken to over TLS."),
      Field("storageMode", \.storageMode, .string, "ThickProvisioned or ThinProvisioned."),
      Field("storagePool", \.storagePool, .string, "The pool that it is in."),
      Field("system", \.system, .string, required: true, "The name of the storage system."),
      Field("volumeName", \.volumeName, .string, "The volume's name."),
    ])
}

/// A volume of StorageOS.
public struct StorageOSVolumeSource: Described {
  public var fsType: String?
  public var readOnly: Bool?
  public var secretRef: LocalObjectReference?
  public var volumeName: String?
  public var volumeNamespace: String?

  public init() {}

  public static let schema = Schema<StorageOSVolumeSource>(
    "StorageOSVolumeSource", "A volume of StorageOS.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("readOnly", \.readOnly, .bool, "Containers may read it but not write to it."),
      Field(
        "secretRef", \.secretRef, .object(LocalObjectReference.self), "The secret that holds what is needed to log in."),
      Field("volumeName", \.volumeName, .string, "The volume's name."),
      Field("volumeNamespace", \.volumeNamespace, .string, "The namespace in StorageOS."),
    ])
}

/// A disk of VMware vSphere.
public struct VsphereVirtualDiskVolumeSource: Described {
  public var fsType: String?
  public var storagePolicyID: String?
  public var storagePolicyName: String?
  public var volumePath: String?

  public init() {}

  public static let schema = Schema<VsphereVirtualDiskVolumeSource>(
    "VsphereVirtualDiskVolumeSource", "A disk of VMware vSphere.",
    [
      Field("fsType", \.fsType, .string, "The type of file system on it, such as ext4."),
      Field("storagePolicyID", \.storagePolicyID, .string, "The identity of its storage policy."),
      Field("storagePolicyName", \.storagePolicyName, .string, "The name of its storage policy."),
      Field("volumePath", \.volumePath, .string, required: true, "Where the disk is."),
    ])
}

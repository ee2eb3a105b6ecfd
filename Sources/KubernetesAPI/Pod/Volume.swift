public import ObjectSchema

/// Volume.
public struct Volume: Described {
  public var name: String?
  public var awsElasticBlockStore: AWSElasticBlockStoreVolumeSource?
  public var azureDisk: AzureDiskVolumeSource?
  public var azureFile: AzureFileVolumeSource?
  public var cephfs: CephFSVolumeSource?
  public var cinder: CinderVolumeSource?
  public var configMap: ConfigMapVolumeSource?
  public var csi: CSIVolumeSource?
  public var downwardAPI: DownwardAPIVolumeSource?
  public var emptyDir: EmptyDirVolumeSource?
  public var ephemeral: EphemeralVolumeSource?
  public var fc: FCVolumeSource?
  public var flexVolume: FlexVolumeSource?
  public var flocker: FlockerVolumeSource?
  public var gcePersistentDisk: GCEPersistentDiskVolumeSource?
  public var gitRepo: GitRepoVolumeSource?
  public var glusterfs: GlusterfsVolumeSource?
  public var hostPath: HostPathVolumeSource?
  public var image: ImageVolumeSource?
  public var iscsi: ISCSIVolumeSource?
  public var nfs: NFSVolumeSource?
  public var persistentVolumeClaim: PersistentVolumeClaimVolumeSource?
  public var photonPersistentDisk: PhotonPersistentDiskVolumeSource?
  public var portworxVolume: PortworxVolumeSource?
  public var projected: ProjectedVolumeSource?
  public var quobyte: QuobyteVolumeSource?
  public var rbd: RBDVolumeSource?
  public var scaleIO: ScaleIOVolumeSource?
  public var secret: SecretVolumeSource?
  public var storageos: StorageOSVolumeSource?
  public var vsphereVolume: VsphereVirtualDiskVolumeSource?

  public init() {}

  public static let schema = Schema<Volume>(
    "Volume", "Volume.",
    [
      Field("name", \.name, .string, required: true, "The name."),
      Field(
        "awsElasticBlockStore", \.awsElasticBlockStore, .object(AWSElasticBlockStoreVolumeSource.self),
        "The aws elastic block store."),
      Field("azureDisk", \.azureDisk, .object(AzureDiskVolumeSource.self), "The azure disk."),
      Field("azureFile", \.azureFile, .object(AzureFileVolumeSource.self), "The azure file."),
      Field("cephfs", \.cephfs, .object(CephFSVolumeSource.self), "The cephfs."),
      Field("cinder", \.cinder, .object(CinderVolumeSource.self), "The cinder."),
      Field("configMap", \.configMap, .object(ConfigMapVolumeSource.self), "The config map."),
      Field("csi", \.csi, .object(CSIVolumeSource.self), "The csi."),
      Field("downwardAPI", \.downwardAPI, .object(DownwardAPIVolumeSource.self), "The downward api."),
      Field("emptyDir", \.emptyDir, .object(EmptyDirVolumeSource.self), "The empty dir."),
      Field("ephemeral", \.ephemeral, .object(EphemeralVolumeSource.self), "The ephemeral."),
      Field("fc", \.fc, .object(FCVolumeSource.self), "The fc."),
      Field("flexVolume", \.flexVolume, .object(FlexVolumeSource.self), "The flex volume."),
      Field("flocker", \.flocker, .object(FlockerVolumeSource.self), "The flocker."),
      Field(
        "gcePersistentDisk", \.gcePersistentDisk, .object(GCEPersistentDiskVolumeSource.self),
        "The gce persistent disk."),
      Field("gitRepo", \.gitRepo, .object(GitRepoVolumeSource.self), "The git repo."),
      Field("glusterfs", \.glusterfs, .object(GlusterfsVolumeSource.self), "The glusterfs."),
      Field("hostPath", \.hostPath, .object(HostPathVolumeSource.self), "The host path."),
      Field("image", \.image, .object(ImageVolumeSource.self), "The image."),
      Field("iscsi", \.iscsi, .object(ISCSIVolumeSource.self), "The iscsi."),
      Field("nfs", \.nfs, .object(NFSVolumeSource.self), "The nfs."),
      Field(
        "persistentVolumeClaim", \.persistentVolumeClaim, .object(PersistentVolumeClaimVolumeSource.self),
        "The persistent volume claim."),
      Field(
        "photonPersistentDisk", \.photonPersistentDisk, .object(PhotonPersistentDiskVolumeSource.self),
        "The photon persistent disk."),
      Field("portworxVolume", \.portworxVolume, .object(PortworxVolumeSource.self), "The portworx volume."),
      Field("projected", \.projected, .object(ProjectedVolumeSource.self), "The projected."),
      Field("quobyte", \.quobyte, .object(QuobyteVolumeSource.self), "The quobyte."),
      Field("rbd", \.rbd, .object(RBDVolumeSource.self), "The rbd."),
      Field("scaleIO", \.scaleIO, .object(ScaleIOVolumeSource.self), "The scale io."),
      Field("secret", \.secret, .object(SecretVolumeSource.self), "The secret."),
      Field("storageos", \.storageos, .object(StorageOSVolumeSource.self), "The storageos."),
      Field("vsphereVolume", \.vsphereVolume, .object(VsphereVirtualDiskVolumeSource.self), "The vsphere volume."),
    ])
}

/// Empty dir volume source.
public struct EmptyDirVolumeSource: Described {
  public var medium: String?
  public var mode: Int32?
  public var sizeLimit: Quantity?

  public init() {}

  public static let schema = Schema<EmptyDirVolumeSource>(
    "EmptyDirVolumeSource", "Empty dir volume source.",
    [
      Field("medium", \.medium, .string, "The medium."),
      Field("mode", \.mode, .int32, "The mode."),
      Field("sizeLimit", \.sizeLimit, .quantity, "The size limit."),
    ])
}

/// Host path volume source.
public struct HostPathVolumeSource: Described {
  public var path: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<HostPathVolumeSource>(
    "HostPathVolumeSource", "Host path volume source.",
    [
      Field("path", \.path, .string, required: true, "The path."),
      Field("type", \.type, .string, default: "", "The type."),
    ])
}

/// Config map volume source.
public struct ConfigMapVolumeSource: Described {
  public var name: String?
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapVolumeSource>(
    "ConfigMapVolumeSource", "Config map volume source.",
    [
      Field("name", \.name, .string, "The name."),
      Field("defaultMode", \.defaultMode, .int32, default: 420, "The default mode."),
      Field("defaultUser", \.defaultUser, .int32, "The default user."),
      Field("items", \.items, listOf: .object(KeyToPath.self), "The items."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Secret volume source.
public struct SecretVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [KeyToPath] = []
  public var optional: Bool?
  public var secretName: String?

  public init() {}

  public static let schema = Schema<SecretVolumeSource>(
    "SecretVolumeSource", "Secret volume source.",
    [
      Field("defaultMode", \.defaultMode, .int32, default: 420, "The default mode."),
      Field("defaultUser", \.defaultUser, .int32, "The default user."),
      Field("items", \.items, listOf: .object(KeyToPath.self), "The items."),
      Field("optional", \.optional, .bool, "The optional."),
      Field("secretName", \.secretName, .string, "The secret name."),
    ])
}

/// Downward apivolume source.
public struct DownwardAPIVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [DownwardAPIVolumeFile] = []

  public init() {}

  public static let schema = Schema<DownwardAPIVolumeSource>(
    "DownwardAPIVolumeSource", "Downward apivolume source.",
    [
      Field("defaultMode", \.defaultMode, .int32, default: 420, "The default mode."),
      Field("defaultUser", \.defaultUser, .int32, "The default user."),
      Field("items", \.items, listOf: .object(DownwardAPIVolumeFile.self), "The items."),
    ])
}

/// Downward apivolume file.
public struct DownwardAPIVolumeFile: Described {
  public var fieldRef: ObjectFieldSelector?
  public var mode: Int32?
  public var path: String?
  public var resourceFieldRef: ResourceFieldSelector?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<DownwardAPIVolumeFile>(
    "DownwardAPIVolumeFile", "Downward apivolume file.",
    [
      Field("fieldRef", \.fieldRef, .object(ObjectFieldSelector.self), "The field ref."),
      Field("mode", \.mode, .int32, "The mode."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("resourceFieldRef", \.resourceFieldRef, .object(ResourceFieldSelector.self), "The resource field ref."),
      Field("user", \.user, .int32, "The user."),
    ])
}

/// Key to path.
public struct KeyToPath: Described {
  public var key: String?
  public var mode: Int32?
  public var path: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<KeyToPath>(
    "KeyToPath", "Key to path.",
    [
      Field("key", \.key, .string, required: true, "The key."),
      Field("mode", \.mode, .int32, "The mode."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("user", \.user, .int32, "The user."),
    ])
}

/// Projected volume source.
public struct ProjectedVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var sources: [VolumeProjection] = []

  public init() {}

  public static let schema = Schema<ProjectedVolumeSource>(
    "ProjectedVolumeSource", "Projected volume source.",
    [
      Field("defaultMode", \.defaultMode, .int32, default: 420, "The default mode."),
      Field("defaultUser", \.defaultUser, .int32, "The default user."),
      Field("sources", \.sources, listOf: .object(VolumeProjection.self), "The sources."),
    ])
}

/// Volume projection.
public struct VolumeProjection: Described {
  public var clusterTrustBundle: ClusterTrustBundleProjection?
  public var configMap: ConfigMapProjection?
  public var downwardAPI: DownwardAPIProjection?
  public var podCertificate: PodCertificateProjection?
  public var secret: SecretProjection?
  public var serviceAccountToken: ServiceAccountTokenProjection?

  public init() {}

  public static let schema = Schema<VolumeProjection>(
    "VolumeProjection", "Volume projection.",
    [
      Field(
        "clusterTrustBundle", \.clusterTrustBundle, .object(ClusterTrustBundleProjection.self),
        "The cluster trust bundle."),
      Field("configMap", \.configMap, .object(ConfigMapProjection.self), "The config map."),
      Field("downwardAPI", \.downwardAPI, .object(DownwardAPIProjection.self), "The downward api."),
      Field("podCertificate", \.podCertificate, .object(PodCertificateProjection.self), "The pod certificate."),
      Field("secret", \.secret, .object(SecretProjection.self), "The secret."),
      Field(
        "serviceAccountToken", \.serviceAccountToken, .object(ServiceAccountTokenProjection.self),
        "The service account token."),
    ])
}

/// Cluster trust bundle projection.
public struct ClusterTrustBundleProjection: Described {
  public var name: String?
  public var labelSelector: LabelSelector?
  public var optional: Bool?
  public var path: String?
  public var signerName: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<ClusterTrustBundleProjection>(
    "ClusterTrustBundleProjection", "Cluster trust bundle projection.",
    [
      Field("name", \.name, .string, "The name."),
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The label selector."),
      Field("optional", \.optional, .bool, "The optional."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("signerName", \.signerName, .string, "The signer name."),
      Field("user", \.user, .int32, "The user."),
    ])
}

/// Config map projection.
public struct ConfigMapProjection: Described {
  public var name: String?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapProjection>(
    "ConfigMapProjection", "Config map projection.",
    [
      Field("name", \.name, .string, "The name."),
      Field("items", \.items, listOf: .object(KeyToPath.self), "The items."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Downward apiprojection.
public struct DownwardAPIProjection: Described {
  public var items: [DownwardAPIVolumeFile] = []

  public init() {}

  public static let schema = Schema<DownwardAPIProjection>(
    "DownwardAPIProjection", "Downward apiprojection.",
    [
      Field("items", \.items, listOf: .object(DownwardAPIVolumeFile.self), "The items.")
    ])
}

/// Pod certificate projection.
public struct PodCertificateProjection: Described {
  public var certificateChainPath: String?
  public var credentialBundlePath: String?
  public var keyPath: String?
  public var keyType: String?
  public var maxExpirationSeconds: Int64?
  public var signerName: String?
  public var user: Int32?
  public var userAnnotations: [String: String] = [:]

  public init() {}

  public static let schema = Schema<PodCertificateProjection>(
    "PodCertificateProjection", "Pod certificate projection.",
    [
      Field("certificateChainPath", \.certificateChainPath, .string, "The certificate chain path."),
      Field("credentialBundlePath", \.credentialBundlePath, .string, "The credential bundle path."),
      Field("keyPath", \.keyPath, .string, "The key path."),
      Field("keyType", \.keyType, .string, required: true, "The key type."),
      Field("maxExpirationSeconds", \.maxExpirationSeconds, .int64, "The max expiration seconds."),
      Field("signerName", \.signerName, .string, required: true, "The signer name."),
      Field("user", \.user, .int32, "The user."),
      Field("userAnnotations", \.userAnnotations, mapOf: .string, "The user annotations."),
    ])
}

/// Secret projection.
public struct SecretProjection: Described {
  public var name: String?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretProjection>(
    "SecretProjection", "Secret projection.",
    [
      Field("name", \.name, .string, "The name."),
      Field("items", \.items, listOf: .object(KeyToPath.self), "The items."),
      Field("optional", \.optional, .bool, "The optional."),
    ])
}

/// Service account token projection.
public struct ServiceAccountTokenProjection: Described {
  public var audience: String?
  public var expirationSeconds: Int64?
  public var path: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<ServiceAccountTokenProjection>(
    "ServiceAccountTokenProjection", "Service account token projection.",
    [
      Field("audience", \.audience, .string, "The audience."),
      Field("expirationSeconds", \.expirationSeconds, .int64, default: 3600, "The expiration seconds."),
      Field("path", \.path, .string, required: true, "The path."),
      Field("user", \.user, .int32, "The user."),
    ])
}

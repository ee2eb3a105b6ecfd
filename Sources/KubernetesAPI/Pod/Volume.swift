public import ObjectSchema

/// Storage of a pod: its name, and where it comes from; exactly one source is set.
public struct Volume: Described {
  public var name: String?
  @Boxed public var awsElasticBlockStore: AWSElasticBlockStoreVolumeSource?
  @Boxed public var azureDisk: AzureDiskVolumeSource?
  @Boxed public var azureFile: AzureFileVolumeSource?
  @Boxed public var cephfs: CephFSVolumeSource?
  @Boxed public var cinder: CinderVolumeSource?
  @Boxed public var configMap: ConfigMapVolumeSource?
  @Boxed public var csi: CSIVolumeSource?
  @Boxed public var downwardAPI: DownwardAPIVolumeSource?
  @Boxed public var emptyDir: EmptyDirVolumeSource?
  @Boxed public var ephemeral: EphemeralVolumeSource?
  @Boxed public var fc: FCVolumeSource?
  @Boxed public var flexVolume: FlexVolumeSource?
  @Boxed public var flocker: FlockerVolumeSource?
  @Boxed public var gcePersistentDisk: GCEPersistentDiskVolumeSource?
  @Boxed public var gitRepo: GitRepoVolumeSource?
  @Boxed public var glusterfs: GlusterfsVolumeSource?
  @Boxed public var hostPath: HostPathVolumeSource?
  @Boxed public var image: ImageVolumeSource?
  @Boxed public var iscsi: ISCSIVolumeSource?
  @Boxed public var nfs: NFSVolumeSource?
  @Boxed public var persistentVolumeClaim: PersistentVolumeClaimVolumeSource?
  @Boxed public var photonPersistentDisk: PhotonPersistentDiskVolumeSource?
  @Boxed public var portworxVolume: PortworxVolumeSource?
  @Boxed public var projected: ProjectedVolumeSource?
  @Boxed public var quobyte: QuobyteVolumeSource?
  @Boxed public var rbd: RBDVolumeSource?
  @Boxed public var scaleIO: ScaleIOVolumeSource?
  @Boxed public var secret: SecretVolumeSource?
  @Boxed public var storageos: StorageOSVolumeSource?
  @Boxed public var vsphereVolume: VsphereVirtualDiskVolumeSource?

  public init() {}

  public static let schema = Schema<Volume>(
    "Volume", "Storage of a pod: its name, and where it comes from; exactly one source is set.",
    [
      Field("name", \.name, .string, required: true, "What containers call it."),
      Field(
        "emptyDir", \.emptyDir, .object(EmptyDirVolumeSource.self), "An empty folder that lives as long as the pod."),
      Field("hostPath", \.hostPath, .object(HostPathVolumeSource.self), "A file or folder of the node itself."),
      Field(
        "gitRepo", \.gitRepo, .object(GitRepoVolumeSource.self), "A folder filled from a Git repository, an old way."),
      Field(
        "gcePersistentDisk", \.gcePersistentDisk, .object(GCEPersistentDiskVolumeSource.self),
        "A disk of Google Compute Engine."),
      Field(
        "awsElasticBlockStore", \.awsElasticBlockStore, .object(AWSElasticBlockStoreVolumeSource.self),
        "A disk of Amazon Web Services."),
      Field("secret", \.secret, .object(SecretVolumeSource.self), "The entries of a secret, as files."),
      Field("nfs", \.nfs, .object(NFSVolumeSource.self), "A directory of an NFS server."),
      Field("iscsi", \.iscsi, .object(ISCSIVolumeSource.self), "A disk behind iSCSI."),
      Field("glusterfs", \.glusterfs, .object(GlusterfsVolumeSource.self), "A file system of GlusterFS."),
      Field("flocker", \.flocker, .object(FlockerVolumeSource.self), "A data set of Flocker, an old system."),
      Field(
        "persistentVolumeClaim", \.persistentVolumeClaim, .object(PersistentVolumeClaimVolumeSource.self),
        "Storage that a claim stands for."),
      Field("rbd", \.rbd, .object(RBDVolumeSource.self), "A block device of a Ceph cluster."),
      Field("cinder", \.cinder, .object(CinderVolumeSource.self), "A disk of OpenStack Cinder."),
      Field("cephfs", \.cephfs, .object(CephFSVolumeSource.self), "A file system of a Ceph cluster."),
      Field("quobyte", \.quobyte, .object(QuobyteVolumeSource.self), "A volume of Quobyte."),
      Field("downwardAPI", \.downwardAPI, .object(DownwardAPIVolumeSource.self), "Fields of the pod itself, as files."),
      Field("fc", \.fc, .object(FCVolumeSource.self), "A disk behind Fibre Channel."),
      Field(
        "flexVolume", \.flexVolume, .object(FlexVolumeSource.self), "Storage from a program on the node, an old way."),
      Field("configMap", \.configMap, .object(ConfigMapVolumeSource.self), "The entries of a config map, as files."),
      Field("azureFile", \.azureFile, .object(AzureFileVolumeSource.self), "A file share of Microsoft Azure."),
      Field(
        "vsphereVolume", \.vsphereVolume, .object(VsphereVirtualDiskVolumeSource.self), "A disk of VMware vSphere."),
      Field("azureDisk", \.azureDisk, .object(AzureDiskVolumeSource.self), "A disk of Microsoft Azure."),
      Field(
        "photonPersistentDisk", \.photonPersistentDisk, .object(PhotonPersistentDiskVolumeSource.self),
        "A disk of VMware Photon."),
      Field("projected", \.projected, .object(ProjectedVolumeSource.self), "Several sources in one folder."),
      Field("portworxVolume", \.portworxVolume, .object(PortworxVolumeSource.self), "A volume of Portworx."),
      Field("scaleIO", \.scaleIO, .object(ScaleIOVolumeSource.self), "A volume of ScaleIO."),
      Field("storageos", \.storageos, .object(StorageOSVolumeSource.self), "A volume of StorageOS."),
      Field(
        "csi", \.csi, .object(CSIVolumeSource.self),
        "Storage from a driver that speaks the container storage interface."),
      Field(
        "ephemeral", \.ephemeral, .object(EphemeralVolumeSource.self),
        "Storage that is made with the pod and goes with it."),
      Field("image", \.image, .object(ImageVolumeSource.self), "The files of an image."),
    ])
}

/// An empty folder that all containers of a pod can share.
public struct EmptyDirVolumeSource: Described {
  public var medium: String?
  public var mode: Int32?
  public var sizeLimit: Quantity?

  public init() {}

  public static let schema = Schema<EmptyDirVolumeSource>(
    "EmptyDirVolumeSource", "An empty folder that all containers of a pod can share.",
    [
      Field("medium", \.medium, .string, "Memory keeps it in memory; else it is on the node's disk."),
      Field("mode", \.mode, .int32, "The permissions of the folder."),
      Field("sizeLimit", \.sizeLimit, .quantity, "The most that it may hold; the pod is evicted when it holds more."),
    ])
}

/// A file or folder of the node.
public struct HostPathVolumeSource: Described {
  public var path: String?
  public var type: String?

  public init() {}

  public static let schema = Schema<HostPathVolumeSource>(
    "HostPathVolumeSource", "A file or folder of the node.",
    [
      Field("path", \.path, .string, required: true, "Its path on the node."),
      Field(
        "type", \.type, .string, default: "",
        "What must be there, or is made: Directory, DirectoryOrCreate, File, FileOrCreate, Socket."),
    ])
}

/// The entries of a config map, as files.
public struct ConfigMapVolumeSource: Described {
  public var name: String?
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapVolumeSource>(
    "ConfigMapVolumeSource", "The entries of a config map, as files.",
    [
      Field("name", \.name, .string, "The config map, in the pod's namespace."),
      Field(
        "defaultMode", \.defaultMode, .int32, default: 420,
        "The permissions of files that name no other; 0644 when it is not set."),
      Field("defaultUser", \.defaultUser, .int32, "The user who owns the files that name no other."),
      Field(
        "items", \.items, listOf: .object(KeyToPath.self),
        "The entries that are wanted, and their file names; none means all."),
      Field("optional", \.optional, .bool, "The pod starts even when there is no such config map."),
    ])
}

/// The entries of a secret, as files kept in memory.
public struct SecretVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [KeyToPath] = []
  public var optional: Bool?
  public var secretName: String?

  public init() {}

  public static let schema = Schema<SecretVolumeSource>(
    "SecretVolumeSource", "The entries of a secret, as files kept in memory.",
    [
      Field(
        "defaultMode", \.defaultMode, .int32, default: 420,
        "The permissions of files that name no other; 0644 when it is not set."),
      Field("defaultUser", \.defaultUser, .int32, "The user who owns the files that name no other."),
      Field(
        "items", \.items, listOf: .object(KeyToPath.self),
        "The entries that are wanted, and their file names; none means all."),
      Field("optional", \.optional, .bool, "The pod starts even when there is no such secret."),
      Field("secretName", \.secretName, .string, "The secret, in the pod's namespace."),
    ])
}

/// Fields of the pod itself, as files.
public struct DownwardAPIVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var items: [DownwardAPIVolumeFile] = []

  public init() {}

  public static let schema = Schema<DownwardAPIVolumeSource>(
    "DownwardAPIVolumeSource", "Fields of the pod itself, as files.",
    [
      Field(
        "defaultMode", \.defaultMode, .int32, default: 420,
        "The permissions of files that name no other; 0644 when it is not set."),
      Field("defaultUser", \.defaultUser, .int32, "The user who owns the files that name no other."),
      Field("items", \.items, listOf: .object(DownwardAPIVolumeFile.self), "The files, and what is in them."),
    ])
}

/// A file with something about the pod in it.
public struct DownwardAPIVolumeFile: Described {
  public var fieldRef: ObjectFieldSelector?
  public var mode: Int32?
  public var path: String?
  public var resourceFieldRef: ResourceFieldSelector?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<DownwardAPIVolumeFile>(
    "DownwardAPIVolumeFile", "A file with something about the pod in it.",
    [
      Field("fieldRef", \.fieldRef, .object(ObjectFieldSelector.self), "The field that it holds."),
      Field("mode", \.mode, .int32, "The permissions of the file."),
      Field("path", \.path, .string, required: true, "The file's name."),
      Field(
        "resourceFieldRef", \.resourceFieldRef, .object(ResourceFieldSelector.self),
        "The request or limit that it holds."),
      Field("user", \.user, .int32, "The user who owns the file."),
    ])
}

/// An entry, and the file that it becomes.
public struct KeyToPath: Described {
  public var key: String?
  public var mode: Int32?
  public var path: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<KeyToPath>(
    "KeyToPath", "An entry, and the file that it becomes.",
    [
      Field("key", \.key, .string, required: true, "The entry."),
      Field("mode", \.mode, .int32, "The permissions of the file."),
      Field("path", \.path, .string, required: true, "The file's name."),
      Field("user", \.user, .int32, "The user who owns the file."),
    ])
}

/// Several sources in one folder.
public struct ProjectedVolumeSource: Described {
  public var defaultMode: Int32?
  public var defaultUser: Int32?
  public var sources: [VolumeProjection] = []

  public init() {}

  public static let schema = Schema<ProjectedVolumeSource>(
    "ProjectedVolumeSource", "Several sources in one folder.",
    [
      Field(
        "defaultMode", \.defaultMode, .int32, default: 420,
        "The permissions of files that name no other; 0644 when it is not set."),
      Field("defaultUser", \.defaultUser, .int32, "The user who owns the files that name no other."),
      Field("sources", \.sources, listOf: .object(VolumeProjection.self), "Where the files come from."),
    ])
}

/// One source of files; exactly one field is set.
public struct VolumeProjection: Described {
  @Boxed public var clusterTrustBundle: ClusterTrustBundleProjection?
  @Boxed public var configMap: ConfigMapProjection?
  @Boxed public var downwardAPI: DownwardAPIProjection?
  @Boxed public var podCertificate: PodCertificateProjection?
  @Boxed public var secret: SecretProjection?
  @Boxed public var serviceAccountToken: ServiceAccountTokenProjection?

  public init() {}

  public static let schema = Schema<VolumeProjection>(
    "VolumeProjection", "One source of files; exactly one field is set.",
    [
      Field(
        "clusterTrustBundle", \.clusterTrustBundle, .object(ClusterTrustBundleProjection.self),
        "Certificates of authorities that the cluster trusts."),
      Field("configMap", \.configMap, .object(ConfigMapProjection.self), "The entries of a config map."),
      Field("downwardAPI", \.downwardAPI, .object(DownwardAPIProjection.self), "Fields of the pod itself."),
      Field(
        "podCertificate", \.podCertificate, .object(PodCertificateProjection.self),
        "A key and a certificate made for the pod."),
      Field("secret", \.secret, .object(SecretProjection.self), "The entries of a secret."),
      Field(
        "serviceAccountToken", \.serviceAccountToken, .object(ServiceAccountTokenProjection.self),
        "A token by which the pod is known to the API server."),
    ])
}

/// Certificates of authorities, as a file.
public struct ClusterTrustBundleProjection: Described {
  public var name: String?
  public var labelSelector: LabelSelector?
  public var optional: Bool?
  public var path: String?
  public var signerName: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<ClusterTrustBundleProjection>(
    "ClusterTrustBundleProjection", "Certificates of authorities, as a file.",
    [
      Field("name", \.name, .string, "The bundle."),
      Field("labelSelector", \.labelSelector, .object(LabelSelector.self), "The labels of the bundles to join."),
      Field("optional", \.optional, .bool, "The pod starts even when there is no such bundle."),
      Field("path", \.path, .string, required: true, "The file's name."),
      Field("signerName", \.signerName, .string, "The signer whose bundles are meant."),
      Field("user", \.user, .int32, "The user who owns the file."),
    ])
}

/// Entries of a config map, as files.
public struct ConfigMapProjection: Described {
  public var name: String?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<ConfigMapProjection>(
    "ConfigMapProjection", "Entries of a config map, as files.",
    [
      Field("name", \.name, .string, "The config map, in the pod's namespace."),
      Field(
        "items", \.items, listOf: .object(KeyToPath.self),
        "The entries that are wanted, and their file names; none means all."),
      Field("optional", \.optional, .bool, "The pod starts even when there is no such config map."),
    ])
}

/// Fields of the pod, as files.
public struct DownwardAPIProjection: Described {
  public var items: [DownwardAPIVolumeFile] = []

  public init() {}

  public static let schema = Schema<DownwardAPIProjection>(
    "DownwardAPIProjection", "Fields of the pod, as files.",
    [
      Field("items", \.items, listOf: .object(DownwardAPIVolumeFile.self), "The files, and what is in them.")
    ])
}

/// A key and a certificate made for the pod.
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
    "PodCertificateProjection", "A key and a certificate made for the pod.",
    [
      Field("certificateChainPath", \.certificateChainPath, .string, "The file that gets the certificates."),
      Field(
        "credentialBundlePath", \.credentialBundlePath, .string, "The file that gets key and certificates together."),
      Field("keyPath", \.keyPath, .string, "The file that gets the key."),
      Field("keyType", \.keyType, .string, required: true, "The type of key, such as ED25519."),
      Field(
        "maxExpirationSeconds", \.maxExpirationSeconds, .int64, "The most seconds that the certificate may be good for."
      ),
      Field("signerName", \.signerName, .string, required: true, "Who signs it."),
      Field("user", \.user, .int32, "The user who owns the file."),
      Field("userAnnotations", \.userAnnotations, mapOf: .string, "What the signer is told besides."),
    ])
}

/// Entries of a secret, as files.
public struct SecretProjection: Described {
  public var name: String?
  public var items: [KeyToPath] = []
  public var optional: Bool?

  public init() {}

  public static let schema = Schema<SecretProjection>(
    "SecretProjection", "Entries of a secret, as files.",
    [
      Field("name", \.name, .string, "The secret, in the pod's namespace."),
      Field(
        "items", \.items, listOf: .object(KeyToPath.self),
        "The entries that are wanted, and their file names; none means all."),
      Field("optional", \.optional, .bool, "The pod starts even when there is no such secret."),
    ])
}

/// A token for the API server, as a file that is kept fresh.
public struct ServiceAccountTokenProjection: Described {
  public var audience: String?
  public var expirationSeconds: Int64?
  public var path: String?
  public var user: Int32?

  public init() {}

  public static let schema = Schema<ServiceAccountTokenProjection>(
    "ServiceAccountTokenProjection", "A token for the API server, as a file that is kept fresh.",
    [
      Field("audience", \.audience, .string, "Whom the token is meant for; the API server when it is not set."),
      Field(
        "expirationSeconds", \.expirationSeconds, .int64, default: 3600,
        "Seconds that it is good for; it is renewed in time."),
      Field("path", \.path, .string, required: true, "The file's name."),
      Field("user", \.user, .int32, "The user who owns the file."),
    ])
}

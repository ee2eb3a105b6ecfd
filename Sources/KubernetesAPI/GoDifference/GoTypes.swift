/// The shape of a value inside Kubernetes' own program, which shows when it prints one.
indirect enum GoType: Sendable, Equatable {
  case structure(String)
  case list(GoType)
  /// A map with text keys. The name is that of the type when it has one of its own.
  case map(GoType, name: String?, keysPrintThemselves: Bool)
  case pointer(GoType)
  case quantity
  case intOrString
  case text
  case number
  case flag

  /// As Go writes the type.
  var name: String {
    switch self {
    case .structure(let name): name.contains(".") ? name : "core.\(name)"
    case .list(let element): "[]\(element.name)"
    case .map(let element, let name, _): name ?? "map[string]\(element.name)"
    case .pointer(let target): "*\(target.name)"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .text: "string"
    case .number: "int64"
    case .flag: "bool"
    }
  }

  /// Reads `[]Container`, `*int64`, `map[string]string`. A name that is no structure's is a text.
  init(_ text: Substring) {
    if text.hasPrefix("*") {
      self = .pointer(GoType(text.dropFirst()))
    } else if text.hasPrefix("[]") {
      self = .list(GoType(text.dropFirst(2)))
    } else if text.hasPrefix("map[string]") {
      self = .map(GoType(text.dropFirst(11)), name: nil, keysPrintThemselves: false)
    } else {
      switch text {
      case "ResourceList": self = .map(.quantity, name: "core.ResourceList", keysPrintThemselves: true)
      case "resource.Quantity": self = .quantity
      case "intstr.IntOrString": self = .intOrString
      case "int32", "int64": self = .number
      case "bool": self = .flag
      case _ where GoTypes.names.contains(text): self = .structure(String(text))
      default: self = .text
      }
    }
  }
}

/// One field of a structure of Kubernetes' own program.
struct GoField: Sendable {
  let name: String
  /// Its name in the API, or nil for a structure whose fields stand among those of the outer one.
  let apiName: String?
  let type: GoType
}

/// The structures behind a pod's spec, field by field in the order in which Kubernetes 1.32 declares them.
enum GoTypes {
  static func fields(of structure: String) -> [GoField] { structures[structure] ?? [] }

  fileprivate static let names: Set<Substring> = Set(rows.map(\.name))

  private static let structures: [String: [GoField]] = {
    var structures: [String: [GoField]] = [:]
    for row in rows {
      structures[String(row.name)] = row.fields.map { field in
        let words = field.split(separator: " ")
        var name = words[0]
        var apiName: String? = name.prefix(1).lowercased() + name.dropFirst()
        if let bracket = name.firstIndex(of: "(") {
          let inside = name[name.index(after: bracket)...].dropLast()
          apiName = inside == "-" ? nil : String(inside)
          name = name[..<bracket]
        }
        return GoField(name: String(name), apiName: apiName, type: GoType(words[1]))
      }
    }
    return structures
  }()

  private static let rows: [(name: Substring, fields: [Substring])] = {
    var rows: [(name: Substring, fields: [Substring])] = []
    for line in declarations.split(separator: "\n") {
      if line.hasPrefix("  ") {
        rows[rows.count - 1].fields += line.dropFirst(2).split(separator: ",").map { $0.trimmingPrefix(" ") }
      } else {
        let parts = line.split(separator: ":")
        rows.append((parts[0], parts[1].split(separator: ",").map { $0.trimmingPrefix(" ") }))
      }
    }
    return rows
  }()

  /// `Structure: Field type, Field(name in the API) type, …`; a bracket with a dash is a structure set in.
  private static let declarations = """
    PodSpec: Volumes []Volume, InitContainers []Container, Containers []Container,
      EphemeralContainers []EphemeralContainer, RestartPolicy RestartPolicy, TerminationGracePeriodSeconds *int64,
      ActiveDeadlineSeconds *int64, DNSPolicy(dnsPolicy) DNSPolicy, NodeSelector map[string]string,
      ServiceAccountName string, AutomountServiceAccountToken *bool, NodeName string,
      SecurityContext *PodSecurityContext, ImagePullSecrets []LocalObjectReference, Hostname string,
      Subdomain string, SetHostnameAsFQDN *bool, Affinity *Affinity, SchedulerName string, Tolerations []Toleration,
      HostAliases []HostAlias, PriorityClassName string, Priority *int32, PreemptionPolicy *PreemptionPolicy,
      DNSConfig(dnsConfig) *PodDNSConfig, ReadinessGates []PodReadinessGate, RuntimeClassName *string,
      Overhead ResourceList, EnableServiceLinks *bool, TopologySpreadConstraints []TopologySpreadConstraint,
      OS(os) *PodOS, SchedulingGates []PodSchedulingGate, ResourceClaims []PodResourceClaim,
      Resources *ResourceRequirements
    Volume: Name string, VolumeSource(-) VolumeSource
    Container: Name string, Image string, Command []string, Args []string, WorkingDir string, Ports []ContainerPort,
      EnvFrom []EnvFromSource, Env []EnvVar, Resources ResourceRequirements, ResizePolicy []ContainerResizePolicy,
      RestartPolicy *ContainerRestartPolicy, VolumeMounts []VolumeMount, VolumeDevices []VolumeDevice,
      LivenessProbe *Probe, ReadinessProbe *Probe, StartupProbe *Probe, Lifecycle *Lifecycle,
      TerminationMessagePath string, TerminationMessagePolicy TerminationMessagePolicy, ImagePullPolicy PullPolicy,
      SecurityContext *SecurityContext, Stdin bool, StdinOnce bool, TTY(tty) bool
    EphemeralContainer: EphemeralContainerCommon(-) EphemeralContainerCommon, TargetContainerName string
    PodSecurityContext: HostNetwork bool, HostPID bool, HostIPC bool, ShareProcessNamespace *bool, HostUsers *bool,
      SELinuxOptions(seLinuxOptions) *SELinuxOptions, WindowsOptions *WindowsSecurityContextOptions,
      RunAsUser *int64, RunAsGroup *int64, RunAsNonRoot *bool, SupplementalGroups []int64,
      SupplementalGroupsPolicy *SupplementalGroupsPolicy, FSGroup(fsGroup) *int64,
      FSGroupChangePolicy(fsGroupChangePolicy) *PodFSGroupChangePolicy, Sysctls []Sysctl,
      SeccompProfile *SeccompProfile, AppArmorProfile *AppArmorProfile,
      SELinuxChangePolicy(seLinuxChangePolicy) *PodSELinuxChangePolicy
    LocalObjectReference: Name string
    Affinity: NodeAffinity *NodeAffinity, PodAffinity *PodAffinity, PodAntiAffinity *PodAntiAffinity
    Toleration: Key string, Operator TolerationOperator, Value string, Effect TaintEffect, TolerationSeconds *int64
    HostAlias: IP(ip) string, Hostnames []string
    PodDNSConfig: Nameservers []string, Searches []string, Options []PodDNSConfigOption
    PodReadinessGate: ConditionType PodConditionType
    TopologySpreadConstraint: MaxSkew int32, TopologyKey string, WhenUnsatisfiable UnsatisfiableConstraintAction,
      LabelSelector *v1.LabelSelector, MinDomains *int32, NodeAffinityPolicy *NodeInclusionPolicy,
      NodeTaintsPolicy *NodeInclusionPolicy, MatchLabelKeys []string
    PodOS: Name OSName
    PodSchedulingGate: Name string
    PodResourceClaim: Name string, ResourceClaimName *string, ResourceClaimTemplateName *string
    ResourceRequirements: Limits ResourceList, Requests ResourceList, Claims []ResourceClaim
    VolumeSource: HostPath *HostPathVolumeSource, EmptyDir *EmptyDirVolumeSource,
      GCEPersistentDisk(gcePersistentDisk) *GCEPersistentDiskVolumeSource,
      AWSElasticBlockStore(awsElasticBlockStore) *AWSElasticBlockStoreVolumeSource, GitRepo *GitRepoVolumeSource,
      Secret *SecretVolumeSource, NFS(nfs) *NFSVolumeSource, ISCSI(iscsi) *ISCSIVolumeSource,
      Glusterfs *GlusterfsVolumeSource, PersistentVolumeClaim *PersistentVolumeClaimVolumeSource,
      RBD(rbd) *RBDVolumeSource, Quobyte *QuobyteVolumeSource, FlexVolume *FlexVolumeSource,
      Cinder *CinderVolumeSource, CephFS(cephfs) *CephFSVolumeSource, Flocker *FlockerVolumeSource,
      DownwardAPI *DownwardAPIVolumeSource, FC(fc) *FCVolumeSource, AzureFile *AzureFileVolumeSource,
      ConfigMap *ConfigMapVolumeSource, VsphereVolume *VsphereVirtualDiskVolumeSource,
      AzureDisk *AzureDiskVolumeSource, PhotonPersistentDisk *PhotonPersistentDiskVolumeSource,
      Projected *ProjectedVolumeSource, PortworxVolume *PortworxVolumeSource, ScaleIO *ScaleIOVolumeSource,
      StorageOS(storageos) *StorageOSVolumeSource, CSI(csi) *CSIVolumeSource, Ephemeral *EphemeralVolumeSource,
      Image *ImageVolumeSource
    ContainerPort: Name string, HostPort int32, ContainerPort int32, Protocol Protocol, HostIP string
    EnvFromSource: Prefix string, ConfigMapRef *ConfigMapEnvSource, SecretRef *SecretEnvSource
    EnvVar: Name string, Value string, ValueFrom *EnvVarSource
    ContainerResizePolicy: ResourceName ResourceName, RestartPolicy ResourceResizeRestartPolicy
    VolumeMount: Name string, ReadOnly bool, RecursiveReadOnly *RecursiveReadOnlyMode, MountPath string,
      SubPath string, MountPropagation *MountPropagationMode, SubPathExpr string
    VolumeDevice: Name string, DevicePath string
    Probe: ProbeHandler(-) ProbeHandler, InitialDelaySeconds int32, TimeoutSeconds int32, PeriodSeconds int32,
      SuccessThreshold int32, FailureThreshold int32, TerminationGracePeriodSeconds *int64
    Lifecycle: PostStart *LifecycleHandler, PreStop *LifecycleHandler
    SecurityContext: Capabilities *Capabilities, Privileged *bool, SELinuxOptions(seLinuxOptions) *SELinuxOptions,
      WindowsOptions *WindowsSecurityContextOptions, RunAsUser *int64, RunAsGroup *int64, RunAsNonRoot *bool,
      ReadOnlyRootFilesystem *bool, AllowPrivilegeEscalation *bool, ProcMount *ProcMountType,
      SeccompProfile *SeccompProfile, AppArmorProfile *AppArmorProfile
    EphemeralContainerCommon: Name string, Image string, Command []string, Args []string, WorkingDir string,
      Ports []ContainerPort, EnvFrom []EnvFromSource, Env []EnvVar, Resources ResourceRequirements,
      ResizePolicy []ContainerResizePolicy, RestartPolicy *ContainerRestartPolicy, VolumeMounts []VolumeMount,
      VolumeDevices []VolumeDevice, LivenessProbe *Probe, ReadinessProbe *Probe, StartupProbe *Probe,
      Lifecycle *Lifecycle, TerminationMessagePath string, TerminationMessagePolicy TerminationMessagePolicy,
      ImagePullPolicy PullPolicy, SecurityContext *SecurityContext, Stdin bool, StdinOnce bool, TTY(tty) bool
    SELinuxOptions: User string, Role string, Type string, Level string
    WindowsSecurityContextOptions: GMSACredentialSpecName(gmsaCredentialSpecName) *string,
      GMSACredentialSpec(gmsaCredentialSpec) *string, RunAsUserName *string, HostProcess *bool
    Sysctl: Name string, Value string
    SeccompProfile: Type SeccompProfileType, LocalhostProfile *string
    AppArmorProfile: Type AppArmorProfileType, LocalhostProfile *string
    NodeAffinity: RequiredDuringSchedulingIgnoredDuringExecution *NodeSelector,
      PreferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm
    PodAffinity: RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm,
      PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
    PodAntiAffinity: RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm,
      PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm
    PodDNSConfigOption: Name string, Value *string
    ResourceClaim: Name string, Request string
    HostPathVolumeSource: Path string, Type *HostPathType
    EmptyDirVolumeSource: Medium StorageMedium, SizeLimit *resource.Quantity
    GCEPersistentDiskVolumeSource: PDName(pdName) string, FSType(fsType) string, Partition int32, ReadOnly bool
    AWSElasticBlockStoreVolumeSource: VolumeID string, FSType(fsType) string, Partition int32, ReadOnly bool
    GitRepoVolumeSource: Repository string, Revision string, Directory string
    SecretVolumeSource: SecretName string, Items []KeyToPath, DefaultMode *int32, Optional *bool
    NFSVolumeSource: Server string, Path string, ReadOnly bool
    ISCSIVolumeSource: TargetPortal string, IQN(iqn) string, Lun int32, ISCSIInterface(iscsiInterface) string,
      FSType(fsType) string, ReadOnly bool, Portals []string, DiscoveryCHAPAuth(chapAuthDiscovery) bool,
      SessionCHAPAuth(chapAuthSession) bool, SecretRef *LocalObjectReference, InitiatorName *string
    GlusterfsVolumeSource: EndpointsName(endpoints) string, Path string, ReadOnly bool
    PersistentVolumeClaimVolumeSource: ClaimName string, ReadOnly bool
    RBDVolumeSource: CephMonitors(monitors) []string, RBDImage(image) string, FSType(fsType) string,
      RBDPool(pool) string, RadosUser(user) string, Keyring string, SecretRef *LocalObjectReference, ReadOnly bool
    FlexVolumeSource: Driver string, FSType(fsType) string, SecretRef *LocalObjectReference, ReadOnly bool,
      Options map[string]string
    CinderVolumeSource: VolumeID string, FSType(fsType) string, ReadOnly bool, SecretRef *LocalObjectReference
    CephFSVolumeSource: Monitors []string, Path string, User string, SecretFile string,
      SecretRef *LocalObjectReference, ReadOnly bool
    FlockerVolumeSource: DatasetName string, DatasetUUID string
    DownwardAPIVolumeSource: Items []DownwardAPIVolumeFile, DefaultMode *int32
    FCVolumeSource: TargetWWNs []string, Lun *int32, FSType(fsType) string, ReadOnly bool, WWIDs(wwids) []string
    AzureFileVolumeSource: SecretName string, ShareName string, ReadOnly bool
    ConfigMapVolumeSource: LocalObjectReference(-) LocalObjectReference, Items []KeyToPath, DefaultMode *int32,
      Optional *bool
    VsphereVirtualDiskVolumeSource: VolumePath string, FSType(fsType) string, StoragePolicyName string,
      StoragePolicyID string
    QuobyteVolumeSource: Registry string, Volume string, ReadOnly bool, User string, Group string, Tenant string
    AzureDiskVolumeSource: DiskName string, DataDiskURI(diskURI) string, CachingMode *AzureDataDiskCachingMode,
      FSType(fsType) *string, ReadOnly *bool, Kind *AzureDataDiskKind
    PhotonPersistentDiskVolumeSource: PdID string, FSType(fsType) string
    ProjectedVolumeSource: Sources []VolumeProjection, DefaultMode *int32
    PortworxVolumeSource: VolumeID string, FSType(fsType) string, ReadOnly bool
    ScaleIOVolumeSource: Gateway string, System string, SecretRef *LocalObjectReference, SSLEnabled(sslEnabled) bool,
      ProtectionDomain string, StoragePool string, StorageMode string, VolumeName string, FSType(fsType) string,
      ReadOnly bool
    StorageOSVolumeSource: VolumeName string, VolumeNamespace string, FSType(fsType) string, ReadOnly bool,
      SecretRef *LocalObjectReference
    CSIVolumeSource: Driver string, ReadOnly *bool, FSType(fsType) *string, VolumeAttributes map[string]string,
      NodePublishSecretRef *LocalObjectReference
    EphemeralVolumeSource: VolumeClaimTemplate *PersistentVolumeClaimTemplate
    ImageVolumeSource: Reference string, PullPolicy PullPolicy
    ConfigMapEnvSource: LocalObjectReference(-) LocalObjectReference, Optional *bool
    SecretEnvSource: LocalObjectReference(-) LocalObjectReference, Optional *bool
    EnvVarSource: FieldRef *ObjectFieldSelector, ResourceFieldRef *ResourceFieldSelector,
      ConfigMapKeyRef *ConfigMapKeySelector, SecretKeyRef *SecretKeySelector
    ProbeHandler: Exec *ExecAction, HTTPGet(httpGet) *HTTPGetAction, TCPSocket(tcpSocket) *TCPSocketAction,
      GRPC(grpc) *GRPCAction
    LifecycleHandler: Exec *ExecAction, HTTPGet(httpGet) *HTTPGetAction, TCPSocket(tcpSocket) *TCPSocketAction,
      Sleep *SleepAction
    Capabilities: Add []Capability, Drop []Capability
    NodeSelector: NodeSelectorTerms []NodeSelectorTerm
    PreferredSchedulingTerm: Weight int32, Preference NodeSelectorTerm
    PodAffinityTerm: LabelSelector *v1.LabelSelector, Namespaces []string, TopologyKey string,
      NamespaceSelector *v1.LabelSelector, MatchLabelKeys []string, MismatchLabelKeys []string
    WeightedPodAffinityTerm: Weight int32, PodAffinityTerm PodAffinityTerm
    KeyToPath: Key string, Path string, Mode *int32
    DownwardAPIVolumeFile: Path string, FieldRef *ObjectFieldSelector, ResourceFieldRef *ResourceFieldSelector,
      Mode *int32
    VolumeProjection: Secret *SecretProjection, DownwardAPI *DownwardAPIProjection, ConfigMap *ConfigMapProjection,
      ServiceAccountToken *ServiceAccountTokenProjection, ClusterTrustBundle *ClusterTrustBundleProjection
    PersistentVolumeClaimTemplate: ObjectMeta(metadata) v1.ObjectMeta, Spec PersistentVolumeClaimSpec
    ObjectFieldSelector: APIVersion(apiVersion) string, FieldPath string
    ResourceFieldSelector: ContainerName string, Resource string, Divisor resource.Quantity
    ConfigMapKeySelector: LocalObjectReference(-) LocalObjectReference, Key string, Optional *bool
    SecretKeySelector: LocalObjectReference(-) LocalObjectReference, Key string, Optional *bool
    ExecAction: Command []string
    HTTPGetAction: Path string, Port intstr.IntOrString, Host string, Scheme URIScheme,
      HTTPHeaders(httpHeaders) []HTTPHeader
    TCPSocketAction: Port intstr.IntOrString, Host string
    GRPCAction: Port int32, Service *string
    SleepAction: Seconds int64
    NodeSelectorTerm: MatchExpressions []NodeSelectorRequirement, MatchFields []NodeSelectorRequirement
    SecretProjection: LocalObjectReference(-) LocalObjectReference, Items []KeyToPath, Optional *bool
    DownwardAPIProjection: Items []DownwardAPIVolumeFile
    ConfigMapProjection: LocalObjectReference(-) LocalObjectReference, Items []KeyToPath, Optional *bool
    ServiceAccountTokenProjection: Audience string, ExpirationSeconds int64, Path string
    ClusterTrustBundleProjection: Name *string, SignerName *string, LabelSelector *v1.LabelSelector, Optional *bool,
      Path string
    PersistentVolumeClaimSpec: AccessModes []PersistentVolumeAccessMode, Selector *v1.LabelSelector,
      Resources VolumeResourceRequirements, VolumeName string, StorageClassName *string,
      VolumeMode *PersistentVolumeMode, DataSource *TypedLocalObjectReference, DataSourceRef *TypedObjectReference,
      VolumeAttributesClassName *string
    HTTPHeader: Name string, Value string
    NodeSelectorRequirement: Key string, Operator NodeSelectorOperator, Values []string
    VolumeResourceRequirements: Limits ResourceList, Requests ResourceList
    TypedLocalObjectReference: APIGroup(apiGroup) *string, Kind string, Name string
    TypedObjectReference: APIGroup(apiGroup) *string, Kind string, Name string, Namespace *string
    v1.LabelSelector: MatchLabels map[string]string, MatchExpressions []v1.LabelSelectorRequirement
    v1.LabelSelectorRequirement: Key string, Operator LabelSelectorOperator, Values []string
    """
}

internal import Documents
internal import ObjectSchema

/// A field of pods that is taken and kept, and that nothing here acts on.
public struct UnsupportedField: Sendable {
  /// From `spec` on; `[*]` stands for every element of a list.
  public let path: String
  /// What happens instead.
  public let instead: String
  /// The value that asks for nothing, where a field has one.
  let usual: Document?
  /// Whether a pod in the network of its node has it all the same.
  let comesWithTheNodesNetwork: Bool

  init(
    _ path: String, _ instead: String, unless usual: Document? = nil, comesWithTheNodesNetwork: Bool = false
  ) {
    self.path = path
    self.instead = instead
    self.usual = usual
    self.comesWithTheNodesNetwork = comesWithTheNodesNetwork
  }
}

/// The one list of what pods may say here without effect. A pod that says it is answered with a warning.
public enum UnsupportedFields {
  public static let all: [UnsupportedField] =
    scheduling + identity + podSecurity + volumes
    + ["spec.initContainers[*]", "spec.containers[*]", "spec.ephemeralContainers[*]"].flatMap(container)

  private static let scheduling = [
    UnsupportedField("spec.priorityClassName", "the scheduler takes pods as they come and evicts none for others"),
    UnsupportedField("spec.resourceClaims", "no devices are handed out"),
    UnsupportedField("spec.resources", "requests and limits of containers hold, those of the whole pod do not"),
    UnsupportedField("spec.schedulingGroup", "every pod is scheduled for itself"),
    UnsupportedField("spec.evictionResponders", "nobody is asked before the pod is evicted"),
    UnsupportedField("spec.os.name", "every program is run as one for Linux", unless: "linux"),
  ]

  private static let identity = [
    UnsupportedField("spec.hostnameOverride", "the host name follows hostname, or the pod's name"),
    UnsupportedField("spec.hostUsers", "the pod's users are those of the node", unless: true),
  ]

  private static let podSecurity =
    security("spec.securityContext") + [
      UnsupportedField("spec.securityContext.fsGroupChangePolicy", "volumes get the group when they are made"),
      UnsupportedField("spec.securityContext.seLinuxChangePolicy", "nothing is labelled for SELinux"),
    ]

  /// What a pod and a container may both say.
  private static func security(_ context: String) -> [UnsupportedField] {
    [
      UnsupportedField(context + ".seLinuxOptions", "nothing is labelled for SELinux"),
      UnsupportedField(context + ".windowsOptions", "there are no nodes with Windows"),
    ]
  }

  // MARK: Volumes

  /// Kinds of storage that no node here can reach.
  private static let foreignStorage = [
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "ephemeral", "fc", "flexVolume",
    "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "image", "iscsi", "nfs", "persistentVolumeClaim",
    "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
  ]

  private static let volumes: [UnsupportedField] =
    foreignStorage.map {
      UnsupportedField("spec.volumes[*].\($0)", "nothing here can mount it, so the pod will not start")
    } + [
      UnsupportedField("spec.volumes[*].emptyDir.mode", "everybody may write to the folder"),
      UnsupportedField(
        "spec.volumes[*].projected.sources[*].clusterTrustBundle", "the folder has no certificates of a bundle"),
      UnsupportedField("spec.volumes[*].projected.sources[*].podCertificate", "the folder has no key of the pod"),
    ] + owners

  /// Who owns the files of volumes.
  private static let owners: [UnsupportedField] = {
    let sources = ["configMap", "secret", "downwardAPI", "projected"].map { "spec.volumes[*].\($0)" }
    let projected = ["configMap", "secret", "downwardAPI"].map { "spec.volumes[*].projected.sources[*].\($0)" }
    return
      (sources.map { $0 + ".defaultUser" } + (sources.prefix(3) + projected).map { $0 + ".items[*].user" }
      + ["spec.volumes[*].projected.sources[*].serviceAccountToken.user"]).map {
        UnsupportedField($0, "root owns the file")
      }
  }()

  // MARK: Containers

  private static func container(_ container: String) -> [UnsupportedField] {
    var fields = security(container + ".securityContext")
    fields += [
      UnsupportedField(
        container + ".securityContext.procMount", "the usual parts of /proc are hidden", unless: "Default"),
      UnsupportedField(
        container + ".ports[*].hostPort", "nothing listens at the node's port", comesWithTheNodesNetwork: true),
      UnsupportedField(container + ".ports[*].hostIP", "nothing listens at the node's address"),
      UnsupportedField(container + ".resizePolicy", "a running container is not resized"),
      UnsupportedField(container + ".resources.claims", "no devices are handed out"),
      UnsupportedField(container + ".restartPolicyRules", "the restart policy holds for every exit code"),
      UnsupportedField(container + ".volumeDevices", "no block devices are handed out"),
      UnsupportedField(container + ".volumeMounts[*].bindMountOptions", "the folder is mounted in the usual way"),
      UnsupportedField(
        container + ".volumeMounts[*].mountPropagation", "mounts are not passed on", unless: "None"),
      UnsupportedField(container + ".env[*].valueFrom.fileKeyRef", "the variable is not set"),
      UnsupportedField(container + ".lifecycle.stopSignal", "the container is stopped by the signal of its image"),
    ]
    for resource in ["ephemeral-storage", "hugepages-1Gi", "hugepages-2Mi"] {
      fields.append(UnsupportedField(container + ".resources.limits.\(resource)", "only cpu and memory are limited"))
    }
    for hook in ["postStart", "preStop"] {
      fields.append(
        UnsupportedField(container + ".lifecycle.\(hook).tcpSocket", "the hook fails, as it does in Kubernetes"))
      fields += request(container + ".lifecycle.\(hook).httpGet")
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      fields.append(UnsupportedField(container + ".\(probe).grpc.mode", "the question goes out without TLS"))
      fields += request(container + ".\(probe).httpGet")
    }
    return fields
  }

  private static func request(_ action: String) -> [UnsupportedField] {
    [
      UnsupportedField(action + ".protocol", "the request is one of HTTP/1.1")
    ]
  }

  // MARK: Warnings

  /// What a pod, or a template for pods, asks for in vain.
  static func warnings(_ spec: PodSpec, at path: FieldPath) -> [String] {
    var warnings: [String] = []
    tree.visit(spec.document(), at: path, inTheNodesNetwork: spec.hostNetwork == true, &warnings)
    return warnings
  }

  /// The list by its paths, so that a pod is walked once however long the list is.
  private static let tree: Branch = {
    var tree = Branch()
    for field in all { tree.insert(field, field.path.split(separator: ".").dropFirst()) }
    return tree
  }()

  private struct Branch: Sendable {
    var field: UnsupportedField?
    var isList = false
    var inner: [String: Branch] = [:]

    mutating func insert(_ field: UnsupportedField, _ parts: ArraySlice<Substring>) {
      guard let part = parts.first else {
        self.field = field
        return
      }
      let isList = part.hasSuffix("[*]")
      let name = String(isList ? part.dropLast(3) : part)
      inner[name, default: Branch()].isList = isList
      inner[name]?.insert(field, parts.dropFirst())
    }

    func visit(
      _ value: Document, at path: FieldPath, inTheNodesNetwork: Bool, _ warnings: inout [String]
    ) {
      if let field, value != field.usual, !(field.comesWithTheNodesNetwork && inTheNodesNetwork) {
        warnings.append("\(path): not supported by Podium: \(field.instead)")
      }
      for entry in value.mapValue?.entries ?? [] {
        guard let next = inner[entry.key] else { continue }
        let place = path.field(entry.key)
        guard next.isList else {
          next.visit(entry.value, at: place, inTheNodesNetwork: inTheNodesNetwork, &warnings)
          continue
        }
        for (index, element) in (entry.value.listValue ?? []).enumerated() {
          next.visit(element, at: place.index(index), inTheNodesNetwork: inTheNodesNetwork, &warnings)
        }
      }
    }
  }
}

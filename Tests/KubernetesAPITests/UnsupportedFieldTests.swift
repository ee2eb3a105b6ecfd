import Documents
import ObjectSchema
import Testing

@testable import KubernetesAPI

/// No field of a pod is passed over in silence: each is acted on, or in the list of those that are not.
struct UnsupportedFieldTests {
  /// Type → the fields that the scheduler, the kubelet, the runtime or the API server act on.
  private static let actedOn: [String: Set<String>] = {
    let table = """
      PodSpec: activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy
      PodSpec: enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostname initContainers nodeName
      PodSpec: nodeSelector os overhead preemptionPolicy priority readinessGates restartPolicy schedulerName
      PodSpec: schedulingGates securityContext serviceAccount serviceAccountName setHostnameAsFQDN
      PodSpec: shareProcessNamespace subdomain
      PodSpec: terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes
      Affinity: nodeAffinity podAffinity podAntiAffinity
      NodeAffinity: preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
      PodAffinity: preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
      PodAntiAffinity: preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution
      PodAffinityTerm: labelSelector matchLabelKeys mismatchLabelKeys namespaceSelector namespaces topologyKey
      WeightedPodAffinityTerm: podAffinityTerm weight
      TopologySpreadConstraint: labelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy
      TopologySpreadConstraint: topologyKey whenUnsatisfiable
      PreferredSchedulingTerm: preference weight
      NodeSelector: nodeSelectorTerms
      NodeSelectorTerm: matchExpressions matchFields
      NodeSelectorRequirement: key operator values
      LabelSelector: matchExpressions matchLabels
      LabelSelectorRequirement: key operator values
      Toleration: key operator value effect tolerationSeconds
      PodReadinessGate: conditionType
      PodSchedulingGate: name
      PodSpec: imagePullSecrets
      LocalObjectReference: name
      PodDNSConfig: nameservers options searches
      PodDNSConfigOption: name value
      HostAlias: hostnames ip
      PodSpec: runtimeClassName
      PodSecurityContext: appArmorProfile supplementalGroupsPolicy
      PodSecurityContext: fsGroup runAsGroup runAsNonRoot runAsUser seccompProfile supplementalGroups sysctls
      SeccompProfile: localhostProfile type
      Sysctl: name value
      Container: args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports readinessProbe
      Container: resources restartPolicy securityContext startupProbe stdin stdinOnce terminationMessagePath
      Container: terminationMessagePolicy tty volumeMounts workingDir
      EphemeralContainer: args command env envFrom image imagePullPolicy lifecycle livenessProbe name ports
      EphemeralContainer: readinessProbe resources restartPolicy securityContext startupProbe stdin stdinOnce
      EphemeralContainer: targetContainerName terminationMessagePath terminationMessagePolicy tty volumeMounts workingDir
      ContainerPort: containerPort name protocol
      EnvVar: name value valueFrom
      EnvVarSource: configMapKeyRef fieldRef resourceFieldRef secretKeyRef
      EnvFromSource: configMapRef prefix secretRef
      ConfigMapEnvSource: name optional
      SecretEnvSource: name optional
      ConfigMapKeySelector: key name optional
      SecretKeySelector: key name optional
      ObjectFieldSelector: apiVersion fieldPath
      ResourceFieldSelector: containerName divisor resource
      ResourceRequirements: limits requests
      SecurityContext: allowPrivilegeEscalation capabilities privileged readOnlyRootFilesystem runAsGroup
      SecurityContext: runAsNonRoot runAsUser seccompProfile
      SecurityContext: appArmorProfile
      AppArmorProfile: localhostProfile type
      Capabilities: add drop
      VolumeMount: mountPath name readOnly recursiveReadOnly subPath subPathExpr
      Lifecycle: postStart preStop
      LifecycleHandler: exec httpGet sleep
      SleepAction: seconds
      Probe: exec failureThreshold grpc httpGet initialDelaySeconds periodSeconds successThreshold tcpSocket
      Probe: terminationGracePeriodSeconds timeoutSeconds
      ExecAction: command
      GRPCAction: port service
      HTTPGetAction: host httpHeaders path port scheme
      HTTPHeader: name value
      TCPSocketAction: host port
      Volume: configMap downwardAPI emptyDir hostPath name projected secret
      EmptyDirVolumeSource: medium sizeLimit
      HostPathVolumeSource: path type
      ConfigMapVolumeSource: defaultMode items name optional
      SecretVolumeSource: defaultMode items optional secretName
      DownwardAPIVolumeSource: defaultMode items
      DownwardAPIVolumeFile: fieldRef mode path resourceFieldRef
      KeyToPath: key mode path
      ProjectedVolumeSource: defaultMode sources
      VolumeProjection: configMap downwardAPI secret serviceAccountToken
      ConfigMapProjection: items name optional
      SecretProjection: items name optional
      DownwardAPIProjection: items
      ServiceAccountTokenProjection: audience expirationSeconds path
      """
    var fields: [String: Set<String>] = [:]
    for line in table.split(separator: "\n") {
      let parts = line.split(separator: ":")
      fields[String(parts[0]), default: []].formUnion(parts[1].split(separator: " ").map(String.init))
    }
    return fields
  }()

  /// Paths of fields that are neither acted on nor listed.
  private static func silent(
    _ type: TypeDescription, _ path: String, listed: Set<String>, seen: inout Set<String>
  ) -> [String] {
    switch type {
    case .list(let element): return silent(element, path + "[*]", listed: listed, seen: &seen)
    case .map(let element): return silent(element, path, listed: listed, seen: &seen)
    case .object(let schema):
      return schema.fields.flatMap { field -> [String] in
        let place = "\(path).\(field.name)"
        seen.insert(place)
        if listed.contains(place) { return [] }
        let inner = silent(field.type, place, listed: listed, seen: &seen)
        let isBranch = listed.contains { $0.hasPrefix(place + ".") || $0.hasPrefix(place + "[") }
        let isActedOn = actedOn[schema.name]?.contains(field.name) ?? false
        return (isActedOn || isBranch ? [] : [place]) + inner
      }
    default: return []
    }
  }

  @Test func everyFieldIsActedOnOrListed() {
    let listed = Set(UnsupportedFields.all.map(\.path))
    var seen: Set<String> = []
    let silent = Self.silent(.object(AnySchema(PodSpec.self)), "spec", listed: listed, seen: &seen)
    #expect(silent == [])
    #expect(seen.count > 500)
    // Names of resources are keys of a map and no fields.
    let unknown = listed.subtracting(seen).filter { !$0.contains(".resources.limits.") }
    #expect(unknown.sorted() == [])
    #expect(listed.count == UnsupportedFields.all.count)
  }

  @Test func everyEntrySaysWhatHappensInstead() {
    for field in UnsupportedFields.all {
      #expect(!field.instead.isEmpty && !field.instead.hasSuffix("."), "\(field.path)")
    }
  }

  @Test func aPodIsToldWhatItAsksForInVain() throws {
    let yaml = """
      spec:
        enableServiceLinks: true
        hostUsers: false
        containers:
        - name: a
          image: b
        - name: c
          image: d
          livenessProbe: {grpc: {port: 1}}
          readinessProbe: {httpGet: {port: 1, scheme: HTTPS}}
          resources: {limits: {hugepages-2Mi: 2Mi}}
        volumes:
        - name: v
          nfs: {server: s, path: /}
        - name: w
          emptyDir: {}
      """
    let pod = Pod.decode(try #require(try Document.parse(yaml: yaml).first)).value
    #expect(
      UnsupportedFields.warnings(pod.spec, at: FieldPath("spec")) == [
        "spec.volumes[0].nfs: not supported by Podium: nothing here can mount it, so the pod will not start",
        "spec.containers[1].resources.limits.hugepages-2Mi: not supported by Podium: only cpu and memory are limited",
        "spec.hostUsers: not supported by Podium: the pod's users are those of the node",
      ])
  }

  @Test func aPodInTheNetworkOfItsNodeHasThePortsOfTheNode() throws {
    func warnings(_ network: String) throws -> [String] {
      let yaml = "spec: {hostNetwork: \(network), containers: [{name: a, image: b, ports: [{hostPort: 80}]}]}"
      let pod = Pod.decode(try #require(try Document.parse(yaml: yaml).first)).value
      return UnsupportedFields.warnings(pod.spec, at: FieldPath("spec"))
    }
    #expect(try warnings("true") == [])
    #expect(
      try warnings("false") == [
        "spec.containers[0].ports[0].hostPort: not supported by Podium: nothing listens at the node's port"
      ])
  }

  @Test func anOrdinaryPodIsToldNothing() {
    var pod = Pod()
    pod.spec.containers = [Container()]
    pod.spec.containers[0].name = "main"
    pod.spec.containers[0].image = "busybox"
    var object: any NamedObject = pod
    Pod.resource.applyDefaults(&object)
    Pod.resource.prepareForCreation(&object)
    #expect(Pod.resource.warnings(object) == [])
  }
}

import Documents
import KubernetesAPI
import Testing

/// What a real cluster said of pods with mistakes in them, as kubectl printed it.
struct RefusedPodTests {
  static let examples = RefusedExample.read("refused-pods.txt")

  @Test func thereAreExamples() {
    #expect(Self.examples.count == 9)
  }

  @Test(arguments: examples)
  func isRefusedInTheWordsOfKubernetes(example: RefusedExample) async throws {
    let cluster = try await Cluster()
    let status = try await cluster.call(
      "POST", Cluster.pods, example.manifest, expecting: 422, type: "application/yaml")
    #expect(RefusedExample.kubectlText(status) == example.refusal)
  }

  @Test(arguments: [
    (
      "configMap: {name: c}", "subPath: ../x",
      "spec.containers[0].volumeMounts.subPath: Invalid value: \"../x\": must not contain '..'"
    ),
    (
      "emptyDir: {}", "mountPropagation: Bidirectional",
      "spec.containers[0].volumeMounts.mountPropagation: Forbidden: "
        + "Bidirectional mount propagation is available only to privileged containers"
    ),
    (
      "emptyDir: {}", "mountPropagation: Both",
      "spec.containers[0].volumeMounts.mountPropagation: Unsupported value: \"Both\": supported values: "
        + "\"Bidirectional\", \"HostToContainer\", \"None\""
    ),
    (
      "emptyDir: {}", "recursiveReadOnly: Enabled",
      "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true"
    ),
    (
      "emptyDir: {}", "readOnly: true, recursiveReadOnly: IfPossible, mountPropagation: HostToContainer",
      "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: "
        + "may only be specified when mountPropagation is None or not specified"
    ),
    (
      "secret: {secretName: s, items: [{key: k, path: ..k}]}", "",
      "spec.volumes[0].secret.items[0].path: Invalid value: \"..k\": must not start with '..'"
    ),
    (
      "downwardAPI: {items: [{path: a, resourceFieldRef: {resource: limits.cpu}}]}", "",
      "spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value"
    ),
    (
      "downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: main, resource: limits.gpu}}]}", "",
      "spec.volumes[0].downwardAPI.resourceFieldRef.resource: Unsupported value: \"limits.gpu\": supported values: "
        + "\"limits.cpu\", \"limits.ephemeral-storage\", \"limits.memory\", \"requests.cpu\", "
        + "\"requests.ephemeral-storage\", \"requests.memory\""
    ),
    (
      "projected: {sources: [{serviceAccountToken: {path: t, expirationSeconds: 60}}]}", "",
      "spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: "
        + "may not specify a duration less than 10 minutes"
    ),
    (
      "projected: {sources: [{secret: {name: s, items: [{key: k, path: p}]}}, "
        + "{configMap: {name: c, items: [{key: k, path: p}]}}]}", "",
      "spec.volumes[0].projected: Invalid value: \"c\": conflicting duplicate paths"
    ),
    (
      "projected: {sources: [{secret: {name: s}, configMap: {name: c}}]}", "",
      "spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type"
    ),
  ])
  func volumesAreNamedWithTheirMistakes(volume: String, mount: String, refusal: String) async throws {
    let cluster = try await Cluster()
    let manifest =
      "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{name: v, \(volume)}], containers: "
      + "[{name: main, image: b, volumeMounts: [{name: v, mountPath: /v, \(mount)}]}]}}"
    let said = try await cluster.refusal("POST", Cluster.pods, manifest, expecting: 422, type: "application/yaml")
    #expect(said == "Pod \"p\" is invalid: \(refusal)")
  }

  @Test func onlyClaimsAreDevices() async throws {
    let cluster = try await Cluster()
    let manifest = """
      apiVersion: v1
      kind: Pod
      metadata: {name: p}
      spec:
        volumes: [{name: e, emptyDir: {}}, {name: c, persistentVolumeClaim: {claimName: x}}]
        containers:
        - name: main
          image: b
          volumeMounts: [{name: c, mountPath: /dev/y}]
          volumeDevices:
          - {name: e, devicePath: /dev/x}
          - {name: c, devicePath: /dev/y}
          - {name: none, devicePath: /dev/../x}
      """
    let said = try await cluster.refusal("POST", Cluster.pods, manifest, expecting: 422, type: "application/yaml")
    let place = "spec.containers[0].volumeDevices"
    #expect(
      said == "Pod \"p\" is invalid: ["
        + [
          "\(place)[0].name: Invalid value: \"e\": "
            + "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
          "\(place)[1].name: Invalid value: \"c\": must not already exist in volumeMounts",
          "\(place)[1].devicePath: Invalid value: \"/dev/y\": must not already exist as a path in volumeMounts",
          "\(place)[2].name: Not found: \"none\"",
          "\(place)[2].devicePath: Invalid value: \"/dev/../x\": can not contain backsteps ('..')",
        ].joined(separator: ", ") + "]")
  }

  private static let good =
    #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"good"},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"busybox","command":["sleep","3600"]}]}}"#
  private static let mayNotChange =
    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

  @Test(arguments: [
    (#"{"spec":{"restartPolicy":"Never"}}"#, mayNotChange),
    (#"{"spec":{"containers":[{"name":"main","command":["sleep","1"]}]}}"#, mayNotChange),
    (
      #"{"spec":{"containers":[{"name":"second","image":"b"}]}}"#,
      "spec.containers: Forbidden: pod updates may not add or remove containers"
    ),
    (
      #"{"metadata":{"labels":{"bad key":"1"}}}"#,
      "metadata.labels: Invalid value: \"bad key\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    ),
  ])
  func mostOfAPodStaysAsItWas(patch: String, refusal: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", Cluster.pods, Self.good, expecting: 201)
    let message = try await cluster.refusal(
      "PATCH", Cluster.pods + "/good", patch, expecting: 422, type: PatchTests.strategic)
    #expect(message.hasPrefix(#"Pod "good" is invalid: "# + refusal))
  }

  @Test(arguments: [
    #"{"spec":{"containers":[{"name":"main","image":"busybox:1.36"}]}}"#,
    #"{"spec":{"activeDeadlineSeconds":60}}"#,
    #"{"metadata":{"labels":{"a":"b"}}}"#,
  ])
  func someOfItMayChange(patch: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", Cluster.pods, Self.good, expecting: 201)
    try await cluster.call("PATCH", Cluster.pods + "/good", patch, type: PatchTests.strategic)
  }

  @Test func aNameIsAsked() async throws {
    let cluster = try await Cluster()
    let body = #"{"spec":{"containers":[{"name":"main","image":"busybox"}]}}"#
    #expect(
      try await cluster.refusal("POST", Cluster.pods, body, expecting: 422)
        == #"Pod "" is invalid: metadata.name: Required value: name or generateName is required"#)
  }

  @Test func aBadNameIsToldTwice() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"Bad_Name"},"spec":{"containers":[{"name":"Bad_Name","image":"busybox"}]}}"#
    let message = try await cluster.refusal("POST", Cluster.pods, body, expecting: 422)
    #expect(
      message
        == "Pod \"Bad_Name\" is invalid: [metadata.name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'), spec.containers[0].name: Invalid value: \"Bad_Name\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')]"
    )
  }
}

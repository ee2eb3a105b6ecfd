import Documents
import KubernetesAPI
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PodAdmissionTests {
  private func pod(_ spec: String = "", name: String = "a", metadata: String = "") -> String {
    let containers = #""containers":[{"name":"main","image":"busybox"}]"#
    return
      #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)"\#(metadata)},"spec":{\#(spec.isEmpty ? "" : spec + ",")\#(containers)}}"#
  }

  private static let mountPath: Document = "/var/run/secrets/kubernetes.io/serviceaccount"

  // MARK: The account

  @Test func everyContainerIsShownTheTokenOfTheDefaultAccount() async throws {
    let cluster = try await Cluster()
    let made = try await cluster.call(
      "POST", Cluster.pods, pod(#""initContainers":[{"name":"first","image":"busybox"}]"#), expecting: 201)
    let spec = made["spec"]
    #expect(spec?["serviceAccountName"] == "default" && spec?["serviceAccount"] == "default")
    let volume = try #require(spec?["volumes"]?.listValue?.first)
    let name = try #require(volume["name"]?.stringValue)
    #expect(name.hasPrefix("kube-api-access-") && name.count == 21)
    let projected = try Document.parse(
      yaml: """
        defaultMode: 420
        sources:
        - serviceAccountToken:
            expirationSeconds: 3607
            path: token
        - configMap:
            name: kube-root-ca.crt
            items:
            - key: ca.crt
              path: ca.crt
        - downwardAPI:
            items:
            - path: namespace
              fieldRef:
                apiVersion: v1
                fieldPath: metadata.namespace
        """
    ).first
    #expect(Self.sorted(volume["projected"] ?? .null) == Self.sorted(projected ?? .null))
    for containers in ["initContainers", "containers"] {
      #expect(
        spec?[containers]?.listValue?.first?["volumeMounts"] == [
          ["name": .string(name), "readOnly": true, "mountPath": Self.mountPath]
        ])
    }
  }

  /// The same whatever the order of keys.
  private static func sorted(_ document: Document) -> Document {
    if let map = document.mapValue {
      return .map(DocumentMap(map.entries.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }))
    }
    return document.listValue.map { .list($0.map(sorted)) } ?? document
  }

  @Test func aFolderThatIsMountedThereAlreadyStays() async throws {
    let cluster = try await Cluster()
    let body = """
      {"metadata":{"name":"a"},"spec":{"volumes":[{"name":"own","emptyDir":{}}],"containers":[{"name":"main",
      "image":"busybox","volumeMounts":[{"name":"own","mountPath":\(Self.mountPath.jsonText())}]}]}}
      """
    let made = try await cluster.call("POST", Cluster.pods, body, expecting: 201)
    #expect(made["spec"]?["volumes"]?.listValue?.count == 1)
    #expect(made["spec"]?["containers"]?.listValue?.first?["volumeMounts"]?.listValue?.count == 1)
  }

  @Test func podAndAccountSayWhetherATokenIsMounted() async throws {
    let cluster = try await Cluster()
    try await cluster.createAccount("quiet", fields: #","automountServiceAccountToken":false"#)
    let cases: [(spec: String, isMounted: Bool)] = [
      (#""automountServiceAccountToken":false"#, false),
      (#""serviceAccountName":"quiet""#, false),
      (#""serviceAccountName":"quiet","automountServiceAccountToken":true"#, true),
    ]
    for (index, (spec, isMounted)) in cases.enumerated() {
      let made = try await cluster.call("POST", Cluster.pods, pod(spec, name: "p\(index)"), expecting: 201)
      #expect((made["spec"]?["volumes"] != nil) == isMounted, "\(spec)")
    }
  }

  @Test func secretsForImagesAreTakenOverUnlessThePodNamesItsOwn() async throws {
    let cluster = try await Cluster()
    try await cluster.createAccount("puller", fields: #","imagePullSecrets":[{"name":"registry"}]"#)
    let account = #""serviceAccountName":"puller""#
    let made = try await cluster.call("POST", Cluster.pods, pod(account), expecting: 201)
    #expect(made["spec"]?["imagePullSecrets"] == [["name": "registry"]])
    let own = try await cluster.call(
      "POST", Cluster.pods, pod(account + #","imagePullSecrets":[{"name":"own"}]"#, name: "b"), expecting: 201)
    #expect(own["spec"]?["imagePullSecrets"] == [["name": "own"]])
  }

  @Test func anAccountMayAllowOnlyTheSecretsThatItLists() async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", "/api/v1/namespaces/default/serviceaccounts",
      #"{"metadata":{"name":"strict","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}},"secrets":[{"name":"mine"}],"imagePullSecrets":[{"name":"registry"}]}"#,
      expecting: 201)
    func body(_ container: String, _ rest: String = "") -> String {
      #"{"metadata":{"name":"a"},"spec":{"serviceAccountName":"strict"\#(rest),"containers":[{"name":"m","image":"i"\#(container)}]}}"#
    }
    func variable(_ secret: String) -> String {
      #","env":[{"name":"V","valueFrom":{"secretKeyRef":{"name":"\#(secret)","key":"k"}}}]"#
    }
    let other =
      #"secret.secretName="other" is not allowed because service account strict does not reference that secret"#
    let refusals = [
      (body("", #","volumes":[{"name":"v","secret":{"secretName":"other"}}]"#), "volume with \(other)"),
      (body(variable("other")), "container m with envVar V referencing \(other)"),
      (body(#","envFrom":[{"secretRef":{"name":"other"}}]"#), "container m with envFrom referencing \(other)"),
      (
        body("", #","imagePullSecrets":[{"name":"other"}]"#),
        #"imagePullSecrets[0].name="other" is not allowed because service account strict does not reference that imagePullSecret"#
      ),
    ]
    for (pod, why) in refusals {
      #expect(
        try await cluster.refusal("POST", Cluster.pods, pod, expecting: 403) == "pods \"a\" is forbidden: \(why)")
    }
    try await cluster.call("POST", Cluster.pods, body(variable("mine")), expecting: 201)
  }

  @Test func anAccountThatIsNotThereIsRefused() async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("POST", Cluster.pods, pod(#""serviceAccountName":"nope""#), expecting: 403)
        == #"pods "a" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found"#)
    // The old name of the field means the same.
    #expect(
      try await cluster.refusal("POST", Cluster.pods, pod(#""serviceAccount":"old""#), expecting: 403)
        == #"pods "a" is forbidden: error looking up service account default/old: serviceaccount "old" not found"#)
  }

  @Test func aPodWaitsAMomentForTheAccountOfANewNamespace() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", "/api/v1/namespaces", #"{"metadata":{"name":"new"}}"#, expecting: 201)
    async let made = cluster.call("POST", "/api/v1/namespaces/new/pods", pod(), expecting: 201)
    try await Task.sleep(for: .milliseconds(50))
    try await cluster.createAccount("default", namespace: "new")
    #expect(try await made["spec"]?["serviceAccountName"] == "default")
  }

  @Test func theMirrorOfAStaticPodIsTakenAsItIs() async throws {
    let cluster = try await Cluster()
    let mark = #","annotations":{"kubernetes.io/config.mirror":"x"}"#
    let made = try await cluster.call("POST", Cluster.pods, pod(metadata: mark), expecting: 201)
    #expect(made["spec"]?["serviceAccountName"] == nil && made["spec"]?["volumes"] == nil)
    let refusals = [
      #""serviceAccountName":"default""#: "a mirror pod may not reference service accounts",
      #""volumes":[{"name":"s","secret":{"secretName":"s"}}]"#: "a mirror pod may not reference secrets",
      #""volumes":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]"#:
        "a mirror pod may not use ServiceAccountToken volume projections",
    ]
    for (spec, why) in refusals {
      #expect(
        try await cluster.refusal("POST", Cluster.pods, pod(spec, name: "b", metadata: mark), expecting: 403)
          == "pods \"b\" is forbidden: \(why)")
    }
  }

  // MARK: Priority

  @Test(arguments: [
    ("", 0), (#""priorityClassName":"system-node-critical""#, 2_000_001_000),
    (#""priorityClassName":"system-cluster-critical","priority":2000000000"#, 2_000_000_000),
  ])
  func aPriorityClassBecomesANumber(spec: String, priority: Int) async throws {
    let cluster = try await Cluster()
    let made = try await cluster.call("POST", Cluster.pods, pod(spec), expecting: 201)
    #expect(made["spec"]?["priority"] == .integer(priority))
    #expect(made["spec"]?["preemptionPolicy"] == "PreemptLowerPriority")
  }

  @Test(arguments: [
    (#""priorityClassName":"urgent""#, "no PriorityClass with name urgent was found"),
    (
      #""priority":7"#,
      "the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name"
    ),
    (
      #""preemptionPolicy":"Never""#,
      "the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name"
    ),
  ])
  func aPriorityOfItsOwnIsRefused(spec: String, why: String) async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("POST", Cluster.pods, pod(spec), expecting: 403) == "pods \"a\" is forbidden: \(why)")
  }

  // MARK: Tolerations

  @Test func nodesInTroubleAreToleratedForFiveMinutes() async throws {
    let cluster = try await Cluster()
    let own = #""tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}]"#
    let made = try await cluster.call("POST", Cluster.pods, pod(own), expecting: 201)
    #expect(
      made["spec"]?["tolerations"] == [
        ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"],
        [
          "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
          "tolerationSeconds": 300,
        ],
      ])
  }

  @Test func aRuntimeThatIsNotThereIsNoRuntime() async throws {
    let cluster = try await Cluster()
    let why = try await cluster.refusal("POST", Cluster.pods, pod(#""runtimeClassName":"gvisor""#), expecting: 403)
    #expect(why == #"pods "a" is forbidden: pod rejected: RuntimeClass "gvisor" not found"#)
  }

  // MARK: What nothing acts on

  @Test func fieldsWithoutEffectAreWarnedOfWhenTheyAreAskedFor() async throws {
    let cluster = try await Cluster()
    let created = try await cluster.send("POST", Cluster.pods, pod(#""hostUsers":false"#))
    #expect(created.status == 201)
    let warning = #"299 - "spec.hostUsers: not supported by Podium: the pod's users are those of the node""#
    #expect(created.headers.all("Warning") == [warning])
    let labelled = try await cluster.send(
      "PATCH", Cluster.pods + "/a", #"{"metadata":{"labels":{"a":"b"}}}"#, type: "application/merge-patch+json")
    #expect(labelled.headers.all("Warning") == [warning])
    let reported = try await cluster.send(
      "PATCH", Cluster.pods + "/a/status", #"{"status":{"phase":"Running"}}"#, type: "application/merge-patch+json")
    #expect(reported.status == 200 && reported.headers.all("Warning") == [])
    #expect(try await cluster.send("POST", Cluster.pods, pod(name: "b")).headers.all("Warning") == [])
  }

  @Test func templatesAreWarnedOfWhatTheirPodsAskForInVain() async throws {
    let cluster = try await Cluster()
    let body = """
      {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
      "spec":{"containers":[{"name":"m","image":"i","ports":[{"containerPort":1,"hostPort":1}]}]}}}}
      """
    let made = try await cluster.send("POST", "/apis/apps/v1/namespaces/default/deployments", body)
    #expect(made.status == 201)
    #expect(
      made.headers.all("Warning") == [
        #"299 - "spec.template.spec.containers[0].ports[0].hostPort: not supported by Podium: nothing listens at the node's port""#
      ])
  }
}

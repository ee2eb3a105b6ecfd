import Documents
import KubernetesAPI
import Testing

/// Namespaces that hold their pods to the baseline of Pod Security.
@Suite(.timeLimit(.minutes(1)))
struct PodSecurityTests {
  private static let pods = "/api/v1/namespaces/held/pods"

  private func cluster() async throws -> Cluster {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", "/api/v1/namespaces",
      #"{"metadata":{"name":"held","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}"#, expecting: 201)
    try await cluster.call(
      "POST", "/api/v1/namespaces/held/serviceaccounts", #"{"metadata":{"name":"default"}}"#, expecting: 201)
    return cluster
  }

  private func pod(_ spec: String, container: String = "") -> String {
    let fields = container.isEmpty ? "" : "," + container
    let more = spec.isEmpty ? "" : spec + ","
    return #"{"metadata":{"name":"a"},"spec":{\#(more)"containers":[{"name":"main","image":"busybox"\#(fields)}]}}"#
  }

  private static let beginning = #"pods "a" is forbidden: violates PodSecurity "baseline:latest": "#

  @Test(arguments: [
    (#""hostNetwork":true,"hostPID":true"#, "", "host namespaces (hostNetwork=true, hostPID=true)"),
    (#""hostIPC":true"#, "", "host namespaces (hostIPC=true)"),
    (
      #""volumes":[{"name":"v","hostPath":{"path":"/"}},{"name":"w","hostPath":{"path":"/etc"}}]"#, "",
      #"hostPath volumes (volumes "v", "w")"#
    ),
    ("", #""ports":[{"containerPort":80,"hostPort":8080}]"#, #"hostPort (container "main" uses hostPort 8080)"#),
    (
      "", #""securityContext":{"privileged":true}"#,
      #"privileged (container "main" must not set securityContext.privileged=true)"#
    ),
    (
      #""securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"},{"name":"net.ipv4.tcp_rmem","value":"1"}]}"#,
      "", "forbidden sysctls (kernel.msgmax)"
    ),
    (
      "", #""securityContext":{"capabilities":{"add":["SYS_ADMIN","NET_ADMIN","CHOWN"]}}"#,
      #"non-default capabilities (container "main" must not include "NET_ADMIN", "SYS_ADMIN" in securityContext.capabilities.add)"#
    ),
    (
      #""securityContext":{"seccompProfile":{"type":"Unconfined"}}"#,
      #""securityContext":{"seccompProfile":{"type":"Unconfined"}}"#,
      #"seccompProfile (pod and container "main" must not set securityContext.seccompProfile.type to "Unconfined")"#
    ),
    (
      #""securityContext":{"seLinuxOptions":{"type":"spc_t","user":"root"}}"#, "",
      #"seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)"#
    ),
    (
      #""hostUsers":false"#, #""securityContext":{"procMount":"Unmasked"}"#,
      #"procMount (container "main" must not set securityContext.procMount to "Unmasked")"#
    ),
    (
      "", #""securityContext":{"appArmorProfile":{"type":"Unconfined"}}"#,
      #"forbidden AppArmor profile (container "main" must not set AppArmor profile type to "Unconfined")"#
    ),
  ])
  func aPodThatReachesForTheNodeIsRefused(spec: String, container: String, violation: String) async throws {
    let cluster = try await cluster()
    let message = try await cluster.refusal("POST", Self.pods, pod(spec, container: container), expecting: 403)
    #expect(message == Self.beginning + violation)
    // Where nobody asks for it, it is taken.
    try await cluster.call("POST", Cluster.pods, pod(spec, container: container), expecting: 201)
  }

  @Test func everyViolationIsNamed() async throws {
    let cluster = try await cluster()
    let body = pod(
      #""hostPID":true,"initContainers":[{"name":"first","image":"busybox","securityContext":{"privileged":true}}]"#,
      container: #""securityContext":{"privileged":true}"#)
    #expect(
      try await cluster.refusal("POST", Self.pods, body, expecting: 403)
        == Self.beginning
        + #"host namespaces (hostPID=true), privileged (containers "first", "main" must not set securityContext.privileged=true)"#
    )
  }

  @Test func aUsualPodIsTakenAndMayNotGetAPrivilegedContainerLater() async throws {
    let cluster = try await cluster()
    let usual = #""securityContext":{"runAsUser":0,"capabilities":{"add":["CHOWN"],"drop":["KILL"]}}"#
    try await cluster.call("POST", Self.pods, pod("", container: usual), expecting: 201)
    let patch =
      #"{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox","securityContext":{"privileged":true}}]}}"#
    let message = try await cluster.refusal(
      "PATCH", Self.pods + "/a/ephemeralcontainers", patch, expecting: 403,
      type: "application/strategic-merge-patch+json")
    #expect(
      message == Self.beginning
        + #"privileged (container "debug" must not set securityContext.privileged=true)"#)
  }

  // MARK: restricted, warnings and labels

  private static let held = "/api/v1/namespaces/held"

  /// The cluster with other labels on its namespace.
  private func cluster(_ labels: String) async throws -> Cluster {
    let cluster = try await cluster()
    let patch = #"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null,\#(labels)}}}"#
    try await cluster.call("PATCH", Self.held, patch, expecting: 200, type: "application/merge-patch+json")
    return cluster
  }

  private static let modest =
    #""securityContext":{"allowPrivilegeEscalation":false,"runAsNonRoot":true,"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]},"seccompProfile":{"type":"RuntimeDefault"}}"#

  /// What a pod that says nothing of its security lacks.
  private static let usual =
    #"allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), "#
    + #"unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), "#
    + #"runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), "#
    + #"seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#

  @Test func restrictedAsksForWhatPodsHaveToGiveUp() async throws {
    let cluster = try await cluster(#""pod-security.kubernetes.io/enforce":"restricted""#)
    let beginning = #"pods "a" is forbidden: violates PodSecurity "restricted:latest": "#
    #expect(try await cluster.refusal("POST", Self.pods, pod(""), expecting: 403) == beginning + Self.usual)
    let body = pod(
      #""securityContext":{"runAsUser":0,"runAsNonRoot":false,"seccompProfile":{"type":"Unconfined"}},"volumes":[{"name":"v","hostPath":{"path":"/"}},{"name":"w","nfs":{"server":"s","path":"/"}},{"name":"x","emptyDir":{}}]"#,
      container:
        #""securityContext":{"privileged":true,"allowPrivilegeEscalation":true,"runAsUser":0,"capabilities":{"drop":["ALL"],"add":["SYS_ADMIN"]}}"#
    )
    #expect(
      try await cluster.refusal("POST", Self.pods, body, expecting: 403)
        == beginning
        + #"privileged (container "main" must not set securityContext.privileged=true), "#
        + #"allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), "#
        + #"unrestricted capabilities (container "main" must not include "SYS_ADMIN" in securityContext.capabilities.add), "#
        + #"restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs"), "#
        + #"runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), "#
        + #"runAsUser=0 (pod and container "main" must not set runAsUser=0), "#
        + #"seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")"#)
    try await cluster.call("POST", Self.pods, pod("", container: Self.modest), expecting: 201)
  }

  @Test func olderRulesAskForLess() async throws {
    let cluster = try await cluster(
      #""pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/enforce-version":"v1.20""#)
    let usual = Self.usual.replacing(
      #"unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), "#, with: "")
    #expect(
      try await cluster.refusal("POST", Self.pods, pod(""), expecting: 403)
        == #"pods "a" is forbidden: violates PodSecurity "restricted:v1.20": "# + usual)
  }

  @Test func aWarningComesWithPodsAndWithWhatMakesThem() async throws {
    let cluster = try await cluster(#""pod-security.kubernetes.io/warn":"restricted""#)
    let text = #"would violate PodSecurity "restricted:latest": "# + Self.usual
    let escaped = text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    let warning = "299 - \"\(escaped)\""
    #expect(try await cluster.send("POST", Self.pods, pod("")).headers.all("Warning") == [warning])
    let labels = #"{"metadata":{"labels":{"a":"b"}}}"#
    let merge = "application/merge-patch+json"
    #expect(
      try await cluster.send("PATCH", Self.pods + "/a", labels, type: merge).headers.all("Warning") == [])
    let image = #"{"spec":{"containers":[{"name":"main","image":"busybox:2"}]}}"#
    #expect(
      try await cluster.send("PATCH", Self.pods + "/a", image, type: "application/strategic-merge-patch+json")
        .headers.all("Warning") == [warning])
    let deployment =
      #"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"busybox"}]}}}}"#
    let made = try await cluster.send("POST", "/apis/apps/v1/namespaces/held/deployments", deployment)
    #expect(made.status == 201 && made.headers.all("Warning") == [warning])
    let modest = pod("", container: Self.modest).replacing("\"a\"", with: "\"b\"")
    #expect(try await cluster.send("POST", Self.pods, modest).headers.all("Warning") == [])
  }

  @Test func aStricterNamespaceNamesThePodsThatItWouldNotTake() async throws {
    let cluster = try await cluster()
    for name in ["a", "b", "c"] {
      let body = pod(#""restartPolicy":"Never""#, container: name == "b" ? Self.modest : "")
      try await cluster.call("POST", Self.pods, body.replacing("\"a\"", with: "\"\(name)\""), expecting: 201)
    }
    func warnings(_ level: String) async throws -> [String] {
      let patch = #"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"\#(level)"}}}"#
      return try await cluster.send("PATCH", Self.held, patch, type: "application/merge-patch+json")
        .headers.all("Warning")
    }
    #expect(
      try await warnings("restricted") == [
        #"299 - "existing pods in namespace \"held\" violate the new PodSecurity enforce level \"restricted:latest\"""#,
        #"299 - "a (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile""#,
      ])
    #expect(try await warnings("baseline") == [])
    #expect(try await warnings("privileged") == [])
  }

  @Test func labelsThatMeanNothingAreRefused() async throws {
    let cluster = try await cluster()
    let body =
      #"{"metadata":{"name":"odd","labels":{"pod-security.kubernetes.io/enforce":"strict","pod-security.kubernetes.io/warn-version":"1.20"}}}"#
    #expect(
      try await cluster.refusal("POST", "/api/v1/namespaces", body, expecting: 422)
        == #"Namespace "odd" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.20": must be "latest" or "v1.x"]"#
    )
    let patch = #"{"metadata":{"labels":{"pod-security.kubernetes.io/audit":"much"}}}"#
    #expect(
      try await cluster.refusal("PATCH", Self.held, patch, expecting: 422, type: "application/merge-patch+json")
        == #"Namespace "held" is invalid: metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "much": must be one of privileged, baseline, restricted"#
    )
  }
}

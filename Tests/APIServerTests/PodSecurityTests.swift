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
}

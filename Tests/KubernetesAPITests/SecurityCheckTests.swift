import Documents
import ObjectSchema
import Testing

@testable import KubernetesAPI

/// Users, rights, kernel settings and names that a pod cannot have.
struct SecurityCheckTests {
  private static func refusals(_ spec: String) throws -> [String] {
    let yaml = "spec: {\(spec.contains("containers:") ? spec : spec + ", containers: [{name: a, image: b}]")}"
    let pod = Pod.decode(try #require(try Document.parse(yaml: yaml).first)).value
    return PodCheck.check(pod.spec, at: FieldPath("spec")).map { "\($0)" }
  }

  private static let range = "must be between 0 and 2147483647, inclusive"

  @Test(
    arguments: [
      ("securityContext: {runAsUser: 0, fsGroup: 2147483647, supplementalGroups: [1]}", []),
      (
        "securityContext: {runAsUser: -1, runAsGroup: 2147483648, supplementalGroups: [1, -5]}",
        [
          "runAsUser: Invalid value: -1: \(range)", "runAsGroup: Invalid value: 2147483648: \(range)",
          "supplementalGroups[1]: Invalid value: -5: \(range)",
        ]
      ),
      (
        "shareProcessNamespace: true, hostPID: true",
        ["shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled"]
      ),
      (
        "securityContext: {fsGroupChangePolicy: Never, supplementalGroupsPolicy: All}",
        [
          #"fsGroupChangePolicy: Unsupported value: "Never": supported values: "Always", "OnRootMismatch""#,
          #"supplementalGroupsPolicy: Unsupported value: "All": supported values: "Merge", "Strict""#,
        ]
      ),
      (
        "securityContext: {sysctls: [{name: net/ipv4/a_b-c.d, value: x}, {name: kernel.sem, value: y}]}", []
      ),
      (
        "hostNetwork: true, hostIPC: true, securityContext: {sysctls: [{name: net.a}, {name: kernel/shm_x}, {name: net.a}]}",
        [
          #"sysctls[0].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true"#,
          #"sysctls[1].name: Invalid value: "kernel/shm_x": may not be specified when 'hostIPC' is true"#,
          #"sysctls[2].name: Duplicate value: "net.a""#,
          #"sysctls[2].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true"#,
        ]
      ),
      (
        "securityContext: {sysctls: [{name: a..b}]}",
        [
          #"sysctls[0].name: Invalid value: "a..b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"#
        ]
      ),
      (
        "securityContext: {seccompProfile: {type: Localhost, localhostProfile: ../x}, appArmorProfile: {type: Localhost}}",
        [
          #"seccompProfile.localhostProfile: Invalid value: "../x": must not contain '..'"#,
          "appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost",
        ]
      ),
      (
        "securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: x}, appArmorProfile: {type: Own}}",
        [
          #"seccompProfile.localhostProfile: Invalid value: "x": can only be set when seccomp type is Localhost"#,
          #"appArmorProfile.type: Unsupported value: "Own": supported values: "Localhost", "RuntimeDefault", "Unconfined""#,
        ]
      ),
    ] as [(String, [String])])
  func aPodIsRefused(spec: String, errors: [String]) throws {
    #expect(try Self.refusals(spec) == errors.map { "spec.securityContext." + $0 })
  }

  @Test(arguments: [
    (
      "privileged: true, allowPrivilegeEscalation: false",
      #"Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true"#
    ),
    (
      "capabilities: {add: [CAP_SYS_ADMIN]}, allowPrivilegeEscalation: false",
      #"Invalid value: {"allowPrivilegeEscalation":false,"capabilities":{"add":["CAP_SYS_ADMIN"]}}: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"#
    ),
    ("capabilities: {add: [SYS_ADMIN]}, allowPrivilegeEscalation: false", nil),
    ("privileged: true, allowPrivilegeEscalation: true", nil),
  ])
  func aContainerContradictsItself(context: String, error: String?) throws {
    let refusals = try Self.refusals("containers: [{name: a, image: b, securityContext: {\(context)}}]")
    #expect(refusals == (error.map { ["spec.containers[0].securityContext: " + $0] } ?? []))
  }

  @Test(
    arguments: [
      (
        "dnsConfig: {nameservers: [a, 1.1.1.1, 1.1.1.2, 1.1.1.3], options: [{value: x}]}",
        [
          #"spec.dnsConfig.nameservers: Invalid value: []string{"a", "1.1.1.1", "1.1.1.2", "1.1.1.3"}: must not have more than 3 nameservers"#,
          #"spec.dnsConfig.nameservers[0]: Invalid value: "a": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#,
          "spec.dnsConfig.options[0]: Required value: must not be empty",
        ]
      ),
      ("dnsConfig: {searches: [a.example., b]}", []),
      (
        "hostAliases: [{ip: 1.2.3, hostnames: [far]}]",
        [
          #"spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#
        ]
      ),
      (
        "containers: [{name: a, image: b, env: [{name: X, valueFrom: {resourceFieldRef: {resource: limits.gpu}}}]}]",
        [
          #"spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory""#
        ]
      ),
      (
        "containers: [{name: a, image: b, env: [{name: X, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 2m}}}]}]",
        [
          #"spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource"#
        ]
      ),
      (
        "containers: [{name: a, image: b, env: [{name: X, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1Mi}}}]}]",
        []
      ),
    ] as [(String, [String])])
  func namesAndAmountsAreRefused(spec: String, errors: [String]) throws {
    #expect(try Self.refusals(spec) == errors)
  }
}

import ContainerRuntime
import ControlLoop
import Documents
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import SystemIO
import TestSupport
import Testing

@testable import Kubelet

/// From a pod's spec to what the runtime is told.
@Suite(.timeLimit(.minutes(1)))
struct ContainerPlanTests {
  private static func pod(_ spec: String) throws -> Pod {
    let yaml = """
      metadata: {name: web, namespace: shop, uid: u}
      spec: {containers: [{name: main, image: busybox}], \(spec)}
      """
    return Pod.decode(try #require(try Document.parse(yaml: yaml).first)).value
  }

  private static func plan(_ pod: Pod) throws(ContainerPlanError) -> ContainerSpec {
    try ContainerPlan(
      pod: pod, container: pod.spec.containers[0], configuration: Self.configuration, addresses: ["10.244.0.5"],
      resolver: "nameserver 192.0.2.1\n",
      nodeHosts: "127.0.0.1\tlocalhost\n", environment: []
    ).spec(id: "c", sandboxID: "s", attempt: 0, image: Self.image(user: ""))
  }

  private static let configuration = {
    var configuration = KubeletConfiguration(nodeName: "oracle", nodeAddresses: ["10.244.0.1"])
    configuration.clusterDNS = "10.96.0.10"
    return configuration
  }()

  private static func image(user: String) -> ImageInfo {
    ImageInfo(id: "i", names: ["busybox"], digest: "d", size: 1, isStandIn: false, user: user)
  }

  private static let hostsHead = """
    # Kubernetes-managed hosts file.
    127.0.0.1\tlocalhost
    ::1\tlocalhost ip6-localhost ip6-loopback
    fe00::0\tip6-localnet
    fe00::0\tip6-mcastprefix
    fe00::1\tip6-allnodes
    fe00::2\tip6-allrouters

    """

  @Test func namesOfThePodAreInItsFiles() throws {
    for (spec, hosts, hostname) in [
      ("hostname: ''", Self.hostsHead + "10.244.0.5\tweb\n", "web\n"),
      ("hostname: front", Self.hostsHead + "10.244.0.5\tfront\n", "front\n"),
      (
        "hostname: front, subdomain: farm",
        Self.hostsHead + "10.244.0.5\tfront.farm.shop.svc.cluster.local\tfront\n", "front\n"
      ),
      (
        "subdomain: farm, setHostnameAsFQDN: true",
        Self.hostsHead + "10.244.0.5\tweb.farm.shop.svc.cluster.local\tweb\n", "web.farm.shop.svc.cluster.local\n"
      ),
      ("setHostnameAsFQDN: true", Self.hostsHead + "10.244.0.5\tweb\n", "web\n"),
      (
        "hostAliases: [{ip: 1.2.3.4, hostnames: [a, b]}, {ip: 1.2.3.5, hostnames: [c]}]",
        Self.hostsHead + "10.244.0.5\tweb\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n1.2.3.5\tc\n", "web\n"
      ),
      (
        "hostNetwork: true, hostname: front, hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]",
        "# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n"
          + "\n# Entries added by HostAliases.\n1.2.3.4\ta\n", "oracle\n"
      ),
    ] {
      let files = try Self.plan(try Self.pod(spec)).files
      #expect(files["/etc/hosts"] == hosts, "\(spec)")
      #expect(files["/etc/hostname"] == hostname, "\(spec)")
    }
  }

  @Test func theResolverFollowsThePolicy() throws {
    let cluster =
      "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
    let node = "search lan\nnameserver 192.0.2.1\noptions edns0 ndots:1\n"
    for (spec, text) in [
      ("dnsPolicy: ClusterFirst", cluster), ("dnsPolicy: Default", node),
      ("hostNetwork: true, dnsPolicy: ClusterFirst", node),
      ("hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet", cluster),
      (
        "dnsPolicy: None, dnsConfig: {nameservers: [9.9.9.9], searches: [a.b], options: [{name: ndots, value: '2'}, {name: debug}]}",
        "search a.b\nnameserver 9.9.9.9\noptions ndots:2 debug\n"
      ),
      (
        "dnsPolicy: Default, dnsConfig: {nameservers: [192.0.2.1, 1.1.1.1, 2.2.2.2, 3.3.3.3], options: [{name: ndots, value: '7'}]}",
        "search lan\nnameserver 192.0.2.1\nnameserver 1.1.1.1\nnameserver 2.2.2.2\noptions edns0 ndots:7\n"
      ),
    ] {
      let resolver = try Self.resolver(spec)
      #expect(resolver.text == text, "\(spec)")
      #expect(resolver.notes.isEmpty == !spec.contains("3.3.3.3"))
    }
  }

  private static func resolver(_ spec: String) throws -> Resolver {
    Resolver(
      try pod(spec), clusterDomain: "cluster.local", clusterDNS: "10.96.0.10",
      node: "# made by hand\nsearch lan\nnameserver 192.0.2.1\noptions edns0 ndots:1\n")
  }

  @Test func whatTheResolverLeavesOutIsSaid() throws {
    let searches = (1...40).map { "s\($0)" }
    let resolver = try Self.resolver(
      "dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1, 2.2.2.2, 3.3.3.3, 4.4.4.4], "
        + "searches: [\(searches.joined(separator: ", "))]}")
    #expect(
      resolver.notes == [
        .warning(
          "DNSConfigForming",
          "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "
            + "1.1.1.1 2.2.2.2 3.3.3.3"),
        .warning(
          "DNSConfigForming",
          "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
            + searches.prefix(32).joined(separator: " ")),
      ])
  }

  @Test func usersAreCheckedInKubernetesWords() throws {
    let whose = #"(pod: "web_shop(u)", container: main)"#
    for (context, user, message) in [
      ("runAsNonRoot: true", "", "container has runAsNonRoot and image will run as root \(whose)"),
      ("runAsNonRoot: true", "0:0", "container has runAsNonRoot and image will run as root \(whose)"),
      ("runAsNonRoot: true", "00", "container has runAsNonRoot and image will run as root \(whose)"),
      (
        "runAsNonRoot: true", "root",
        "container has runAsNonRoot and image has non-numeric user (root), cannot verify user is non-root \(whose)"
      ),
      ("runAsNonRoot: true, runAsUser: 0", "", "container's runAsUser breaks non-root policy \(whose)"),
      (
        "runAsNonRoot: true", "web:web",
        "container has runAsNonRoot and image has non-numeric user (web), cannot verify user is non-root \(whose)"
      ),
      ("runAsNonRoot: true", "1000", nil), ("runAsNonRoot: true, runAsUser: 7", "root", nil),
    ] as [(String, String, String?)] {
      let pod = try Self.pod("securityContext: {\(context)}")
      let plan = ContainerPlan(
        pod: pod, container: pod.spec.containers[0], configuration: Self.configuration, addresses: [],
        resolver: "", nodeHosts: "", environment: [])
      if let message {
        #expect(throws: ContainerPlanError(message), "\(context)") {
          try plan.spec(id: "c", sandboxID: "s", attempt: 0, image: Self.image(user: user))
        }
      } else {
        _ = try plan.spec(id: "c", sandboxID: "s", attempt: 0, image: Self.image(user: user))
      }
    }
  }

  @Test func aContainerOverrulesItsPod() throws {
    var pod = try Self.pod(
      "securityContext: {runAsUser: 1, runAsGroup: 2, fsGroup: 3, supplementalGroups: [4], runAsNonRoot: true}")
    var user = try Self.plan(pod).user
    #expect(user.user == 1 && user.group == 2 && user.supplementaryGroups == [4, 3])
    pod.spec.containers[0].securityContext = SecurityContext()
    pod.spec.containers[0].securityContext?.runAsUser = 7
    pod.spec.containers[0].securityContext?.runAsGroup = 8
    user = try Self.plan(pod).user
    #expect(user.user == 7 && user.group == 8)
  }

  // MARK: Refused pods

  @Test func unsafeSettingsOfTheKernelAreRefused() async throws {
    try await SimulatedNode.run { node in
      for (name, extra, sysctl, problem) in [
        ("unsafe", "", "kernel.msgmax", "not allowlisted"),
        ("slashes", "", "kernel/msgmax", "not allowlisted"),
        ("net", "hostNetwork: true,", "net.ipv4.tcp_syncookies", "not allowed with host net enabled"),
        ("ipc", "hostIPC: true,", "kernel.shm_rmid_forced", "not allowed with host ipc enabled"),
      ] {
        try await node.create(
          """
          metadata: {name: \(name)}
          spec: {\(extra) securityContext: {sysctls: [{name: \(sysctl), value: "1"}]},
            containers: [{name: main, image: busybox}]}
          """)
        try await node.wait(name, within: .seconds(5)) { $0?.status.phase == "Failed" }
        let status = try #require(node.pod(name)?.status)
        #expect(status.reason == "SysctlForbidden")
        #expect(status.message == "Pod was rejected: forbidden sysctl: \"\(sysctl)\" \(problem)")
        #expect(status.containerStatuses.isEmpty)
        #expect(node.watched(name).last == "0/1 SysctlForbidden 0")
        #expect(node.events(name) == ["Warning SysctlForbidden forbidden sysctl: \"\(sysctl)\" \(problem)"])
        try await node.delete(name)
        try await node.wait(name, within: .seconds(5)) { $0 == nil }
      }
      try await node.create(
        """
        metadata: {name: safe}
        spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: "1"}]},
          containers: [{name: main, image: busybox}]}
        """)
      try await node.wait("safe") { $0?.status.phase == "Running" }
    }
  }

  @Test func aNameThatIsTooLongIsSaid() async throws {
    try await SimulatedNode.run { node in
      let subdomain = String(repeating: "s", count: 50)
      try await node.create(
        """
        metadata: {name: web}
        spec: {setHostnameAsFQDN: true, subdomain: \(subdomain), containers: [{name: main, image: busybox}]}
        """)
      try await node.pass(.seconds(2))
      let name = "web.\(subdomain).default.svc.cluster.local"
      #expect(
        node.events("web").contains(
          "Warning FailedCreatePodSandBox Failed to create pod sandbox: Failed to construct FQDN from pod hostname and "
            + "cluster domain, FQDN \(name) is too long (64 characters is the max, \(name.count) characters requested)")
      )
    }
  }

  @Test func theGroupsOfTheImageCanBeLeftOut() throws {
    func user(_ policy: String) throws -> UserSpec {
      try Self.plan(Self.pod("securityContext: {supplementalGroups: [5], supplementalGroupsPolicy: \(policy)}")).user
    }
    #expect(try user("Strict").hasNoGroupsOfTheImage)
    #expect(try !user("Merge").hasNoGroupsOfTheImage)
    #expect(try user("Strict").supplementaryGroups == [5])
  }

  // MARK: When memory is short

  @Test func whoeverAskedForMoreEndsLaterWhenMemoryIsShort() throws {
    func score(_ resources: String, sidecar: String? = nil) throws -> Int {
      let first = sidecar.map { "initContainers: [{name: side, image: b, restartPolicy: Always, resources: {\($0)}}]" }
      var pod = try Self.pod(first ?? "hostname: web").spec
      let document = try #require(try Document.parse(yaml: "{name: c, image: i, resources: {\(resources)}}").first)
      pod.containers = [Container.decode(document).value]
      return OutOfMemoryScore.of(
        sidecar == nil ? pod.containers[0] : pod.initContainers[0], in: pod, memoryCapacity: 1000 << 20)
    }
    #expect(try score("") == 1000)
    #expect(try score("requests: {cpu: 1}") == 999)
    #expect(try score("requests: {memory: 250Mi}") == 750)
    #expect(try score("requests: {memory: 1000Mi}") == 3)
    #expect(try score("requests: {memory: 9E}") == 3)
    #expect(try score("limits: {cpu: 1, memory: 1Mi}, requests: {cpu: 1, memory: 1Mi}") == 0)
    #expect(try score("requests: {memory: 500Mi}", sidecar: "requests: {memory: 100Mi}") == 500)
    #expect(try score("requests: {memory: 100Mi}", sidecar: "requests: {memory: 500Mi}") == 500)
  }

  // MARK: Termination messages

  @Test func theLastWordsAreTheEndOfTheFileOrOfTheLog() async throws {
    try await TemporaryFolder.with { folder in
      var spec = ContainerSpec(id: "c", sandboxID: "s", name: "main", imageID: "i", logPath: folder.path("log"))
      spec.terminationMessageFile = folder.path("message")
      let failure = ContainerRuntime.ExitStatus(code: 1, finishedAt: 0)
      let success = ContainerRuntime.ExitStatus(code: 0, finishedAt: 0)
      let lines = (1...100).map { "2026-11-21T12:00:00.000000000Z stdout F line \($0)\n" }
      try folder.write(lines.joined(), to: "log")
      try folder.write("", to: "message")
      #expect(LastWords.of(spec, failure) == nil)
      spec.labels[PodLabels.terminationMessagePolicy] = "FallbackToLogsOnError"
      #expect(LastWords.of(spec, success) == nil)
      #expect(LastWords.of(spec, failure) == (21...100).map { "line \($0)\n" }.joined())
      let long = String(repeating: "x", count: 3000)
      try folder.write("2026-11-21T12:00:00.000000000Z stdout F \(long)end\n", to: "log")
      #expect(LastWords.of(spec, failure) == String(repeating: "x", count: 2044) + "end\n")
      // The file goes before the log, and of a long one the end counts.
      try folder.write("start" + String(repeating: "y", count: 4093) + "end", to: "message")
      #expect(LastWords.of(spec, success) == String(repeating: "y", count: 4093) + "end")
      // However much of a log there is, only its end is read.
      spec.terminationMessageFile = nil
      let many = (1...20_000).map { "2026-11-21T12:00:00.000000000Z stdout F line \($0)\n" }
      try folder.write(many.joined(), to: "log")
      #expect(LastWords.of(spec, failure) == (19_921...20_000).map { "line \($0)\n" }.joined())
    }
  }

  // MARK: What the node cannot do

  @Test func whatTheNodeCannotDoIsSaidOnce() throws {
    let pod = try Self.pod(
      """
      securityContext: {fsGroup: 2000, supplementalGroups: [4, 5]},
      initContainers: [{name: first, image: b, resources: {limits: {cpu: 1, memory: 1Gi}}}]
      """
    )
    var spec = pod.spec
    spec.containers[0].resources.limits["memory"] = Quantity("64Mi")
    spec.containers[0].securityContext = SecurityContext()
    spec.containers[0].securityContext?.privileged = true
    #expect(Shortcomings().notes(on: spec) == [])
    var shortcomings = Shortcomings()
    shortcomings.limits = .init(reason: "no cgroup is delegated", remedy: "sudo delegate")
    shortcomings.otherUsers = .init(reason: "only one user id is mapped", remedy: "sudo usermod")
    shortcomings.machineRights = .init(reason: "a node shares the machine with everything else on it", remedy: nil)
    #expect(
      shortcomings.notes(on: spec).map { "\($0.kind.rawValue) \($0.reason): \($0.message)" } == [
        "Warning LimitsNotEnforced: The limits on cpu and memory of container \"first\" and memory of container "
          + "\"main\" are not enforced: no cgroup is delegated. To change that: sudo delegate (see podium doctor)",
        "Warning GroupsNotApplied: Neither programs nor files are given fsGroup 2000 and supplementalGroups 4, 5: "
          + "only one user id is mapped. To change that: sudo usermod (see podium doctor)",
        "Warning RightsRestricted: Privileged container \"main\" has the rights of its node, without those over the "
          + "machine's settings, devices, modules and clock: a node shares the machine with everything else on it",
      ])
    #expect(shortcomings.notes(on: try Self.pod("hostname: web").spec) == [])
    #expect(shortcomings.ownersNote("a:1") == nil)
    shortcomings.owners = shortcomings.otherUsers
    let owners = shortcomings.ownersNote("a:1").map { "\($0.reason): \($0.message)" }
    #expect(
      owners
        == "OwnersNotKept: Files of image \"a:1\" belong to root instead of the users that it names: only one user id is "
        + "mapped. To change that: sudo usermod (see podium doctor)")
  }
}

import SystemIO
import TestSupport
import Testing

/// A cluster of root's has rights over the whole machine and uses none of them: what belongs to the machine is, while
/// pods run, as it was before.
@Suite(.needsRoot, .timeLimit(.minutes(1)))
struct UntouchedMachineTests {
  @Test func hasItsOwnLinksMountsRulesAndSettings() async throws {
    try await Learner.with(.root) { learner in
      let before = try await Machine.settled()
      let applied = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
      #expect(applied.end == .exited(0), "\(applied.error)")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=30s")
      // In the network of the node, by somebody who may change it.
      let change = "echo 1 > /proc/sys/net/ipv4/conf/all/log_martians; cat /proc/sys/net/ipv4/conf/all/log_martians"
      #expect(try await learner.kubectl("exec", "mighty", "--", "sh", "-c", change) == "1\n")
      try await learner.kubectl("exec", "mighty", "--", "ip", "link", "add", "planted", "type", "bridge")
      let now = try await Machine()
      #expect(now.links == before.links)
      #expect(now.mounts == before.mounts)
      #expect(now.rules == before.rules)
      let changed = before.settings.filter { now.settings[$0.key] != $0.value }.keys.sorted()
      #expect(changed == [])
    }
  }

  private static let manifests = """
    {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      securityContext: {sysctls: [{name: net.ipv4.ip_local_port_range, value: "40000 50000"}]}
      volumes: [{name: cache, emptyDir: {medium: Memory}}]
      containers:
      - {name: main, image: nginx, ports: [{containerPort: 80}], volumeMounts: [{name: cache, mountPath: /cache}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: mighty}
    spec:
      terminationGracePeriodSeconds: 0
      hostNetwork: true
      hostPID: true
      hostIPC: true
      containers:
      - {name: main, image: busybox, command: [sleep, "1000"], securityContext: {privileged: true}}
    """
}

/// What a program with all rights could change of a machine.
private struct Machine {
  var links: [String]
  var mounts: [String]
  var rules: String
  /// By their paths below `/proc/sys`.
  var settings: [String: String]

  init() async throws {
    links = try Files.list("/sys/class/net").sorted()
    mounts = try Files.readText("/proc/self/mountinfo").split(separator: "\n").map(String.init).sorted()
    let told = try await ProgramOutput.of("nft", ["list", "ruleset"])
    try #require(told.end == .exited(0), "\(told.error)")
    rules = told.output
    settings = [:]
    // What cannot be read, such as a setting that is only told, is left out.
    let listed = try await ProgramOutput.of("find", ["/proc/sys", "-type", "f", "-perm", "-400"])
    for path in listed.output.split(separator: "\n").map(String.init) {
      if let value = try? Files.readText(path) { settings[path] = value }
    }
  }

  /// Without those settings that are counters and change by themselves.
  static func settled() async throws -> Machine {
    var machine = try await Machine()
    let later = try await Machine()
    let counters = [
      "/proc/sys/kernel/random/", "/proc/sys/fs/", "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/pty/nr",
    ]
    machine.settings = machine.settings.filter { path, value in
      later.settings[path] == value && !counters.contains(where: path.hasPrefix)
    }
    try #require(machine.settings.count > 300, "settings of the machine")
    return machine
  }
}

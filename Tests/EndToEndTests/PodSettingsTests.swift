import SystemIO
import TestSupport
import Testing

/// What pods say of themselves in their specs, seen from inside of their containers.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct PodSettingsTests {
  @Test(.needsRoot) func rootsPodsAreAsTheySay() async throws { try await Learner.with(.root, lookAround) }

  @Test(.needsOrdinaryUser) func anOrdinaryUsersPodsAreAsTheySay() async throws {
    try await Learner.with(.ordinaryUser, lookAround)
  }

  private func lookAround(_ learner: Learner) async throws {
    let answer = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
    #expect(answer.end == .exited(0), "\(answer.error)")
    for pod in ["named", "guest", "modest", "mighty"] {
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/\(pod)", "--timeout=30s")
    }
    let seen = try await learner.kubectl("exec", "named", "--", "sh", "-c", Self.look)
    let address = try await learner.kubectl("get", "pod", "named", "-o", "jsonpath={.status.podIP}")
    #expect(
      seen == """
        front.farm.default.svc.cluster.local
        \(address)\tfront.farm.default.svc.cluster.local\tfront
        # Entries added by HostAliases.
        192.0.2.7\tfar\taway
        search a.example
        nameserver 192.0.2.53
        options ndots:3
        /made/for/me
        front.farm.default.svc.cluster.local 10.96.0.1 tcp://10.96.0.1:443 named
        32000\t33000

        """)
    #expect(try await learner.kubectl("logs", "named") == "$(HOME) is /root and $NAME\n")
    // A container ends with its first process, also where others see its processes.
    try await learner.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/parent", "--timeout=20s")
    let processes = try await learner.kubectl("exec", "guest", "--", "ps")
    #expect(processes.contains("sleep 1000\n") && !processes.contains("sleep 2001\n"), "\(processes)")
    let inTheNode = try await learner.kubectl("exec", "guest", "--", "sh", "-c", "hostname; head -n 1 /etc/hosts; ps")
    #expect(inTheNode.hasPrefix("podium\n# Kubernetes-managed hosts file (host network).\n"))
    #expect(inTheNode.contains("podium kubelet"))

    for (pod, message) in [("words", "the end"), ("log", "line 1\nline 2\n")] {
      try await Deadline.wait("the end of pod \(pod)", within: .seconds(20)) {
        let path = "jsonpath={.status.containerStatuses[0].state.terminated.message}"
        return try await learner.kubectl("get", "pod", pod, "-o", path) == message
      }
    }
    try await readsItsEnvironment(learner)
    try await saysWhyItDoesNotRun(learner)
    // What asked for nothing goes before everything else on the machine.
    #expect(try await learner.kubectl("exec", "named", "--", "cat", "/proc/1/oom_score_adj") == "1000\n")
    let refused = "jsonpath={.status.phase} {.status.reason}: {.status.message}"
    #expect(
      try await learner.kubectl("get", "pod", "unsafe", "-o", refused)
        == "Failed SysctlForbidden: Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted")
    try await Deadline.wait("the failure of a hook that nobody can run", within: .seconds(20)) {
      try await learner.kubectl("get", "events", "--field-selector", "involvedObject.name=hooked").contains(
        "PostStartHook failed")
    }
    try await tellsWhatItsNodeCannotDo(learner)
    try await changesNoMachine(learner)
  }

  /// Variables from everywhere, and a hosts file that the container brings along.
  private func readsItsEnvironment(_ learner: Learner) async throws {
    try await learner.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/reader", "--timeout=20s")
    let lines = try await learner.kubectl("logs", "reader").split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "cgroup /", "web-last $(NONE) one+2 one web 10.244.0.1 podium default x=\"y\"", "1500 2 64 0", "192.0.2.8\town",
      ])
    // Without a limit, all of the node.
    let (processors, bytes) = ("{.status.allocatable.cpu}", "{.status.allocatable.memory}")
    let node = try await learner.kubectl("get", "node", "podium", "-o", "jsonpath=\(processors) \(bytes)")
    #expect(try await learner.kubectl("logs", "reader", "-c", "free") == node + "\n")
  }

  /// In Kubernetes' words.
  private func saysWhyItDoesNotRun(_ learner: Learner) async throws {
    let path = "jsonpath={.metadata.uid} {.status.containerStatuses[0].state.waiting.reason}"
    for (pod, message) in [
      ("rooted", "container has runAsNonRoot and image will run as root"),
      ("chosen", "container's runAsUser breaks non-root policy"),
    ] {
      let words = try await learner.kubectl("get", "pod", pod, "-o", path).split(separator: " ").map(String.init)
      #expect(words.last == "CreateContainerConfigError")
      let said = try await learner.kubectl(
        "get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].state.waiting.message}")
      #expect(said == "\(message) (pod: \"\(pod)_default(\(words[0]))\", container: main)")
    }
    let refused = "jsonpath={.status.phase} {.status.reason}: {.status.message}"
    #expect(
      try await learner.kubectl("get", "pod", "confined", "-o", refused)
        == "Failed AppArmor: Pod was rejected: Cannot enforce AppArmor: AppArmor is not enabled on the host")
    let other =
      "{apiVersion: v1, kind: Pod, metadata: {name: v}, spec: {runtimeClassName: kata, containers: [{name: a, image: b}]}}"
    let answer = try await learner.podium(["kubectl", "apply", "-f", "-"], input: other)
    #expect(
      answer.error.contains(#"pods "v" is forbidden: pod rejected: RuntimeClass "kata" not found"#), "\(answer.error)")
  }

  /// Of a privileged pod: it has its node, and is told that it has no more.
  private func changesNoMachine(_ learner: Learner) async throws {
    let script = """
      (f=/proc/sys/vm/overcommit_memory; cat $f > /tmp/x; cat /tmp/x > $f) 2>&1 | grep -o 'Read-only.*'
      mount -t tmpfs x /mnt && echo mounted; ip link add other type bridge && echo added
      """
    let seen = try await learner.kubectl("exec", "mighty", "--", "sh", "-c", "mkdir -p /mnt; \(script)")
    #expect(seen == "Read-only file system\nmounted\nadded\n")
    let event = try await learner.kubectl(
      "get", "events", "--field-selector", "involvedObject.name=mighty,reason=RightsRestricted", "-o",
      "jsonpath={.items[*].message}")
    #expect(event.hasPrefix("Privileged container \"main\" has the rights of its node, without those "), "\(event)")
  }

  /// Pods of an ordinary user run with less, and are told so.
  private func tellsWhatItsNodeCannotDo(_ learner: Learner) async throws {
    let events = try await learner.kubectl(
      "get", "events", "--field-selector", "involvedObject.name=modest", "-o",
      #"jsonpath={range .items[*]}{.reason}: {.message}{"\n"}{end}"#)
    func told(_ reason: String) -> String? {
      let lines = events.split(separator: "\n").filter { $0.hasPrefix(reason + ": ") }
      #expect(lines.count <= 1, "\(events)")
      return lines.first.map { String($0.dropFirst(reason.count + 2)) }
    }
    let limits = told("LimitsNotEnforced")
    if learner.account == .ordinaryUser {
      let beginning = "The limits on cpu and memory of container \"main\" are not enforced: "
      #expect(limits?.hasPrefix(beginning) == true, "\(events)")
      // The command is the doctor's.
      let command = limits?.split(separator: ". To change that: ").last?.split(separator: " (see ").first
      let doctor = try await learner.podium("doctor").output
      #expect(command.map { doctor.contains($0) } == true, "\(events)\n\(doctor)")
    } else {
      #expect(limits == nil)
    }
    // The account of the tests may have other ids for a while.
    let ids = try await learner.kubectl("exec", "modest", "--", "cat", "/proc/self/uid_map")
    let hasOneID = ids.split(separator: "\n").count == 1 && ids.split(separator: " ").last == "1\n"
    let message =
      "Neither programs nor files are given fsGroup 2000: only one user id is mapped. To change that: sudo "
    let isTold = told("GroupsNotApplied")?.hasPrefix(message) ?? false
    #expect(isTold == hasOneID, "\(events)\n\(ids)")
    let look = "touch /v/new; stat -c '%g %a' /v; stat -c %g /v/new; id -G"
    let owners = try await learner.kubectl("exec", "modest", "--", "sh", "-c", look)
    #expect(owners == (hasOneID ? "0 777\n0\n0\n" : "2000 2777\n2000\n0 2000\n"))
    try await Deadline.wait("pod other", within: .seconds(20)) {
      let path = "jsonpath={.status.phase} {.status.containerStatuses[0].state.waiting.message}"
      let state = try await learner.kubectl("get", "pod", "other", "-o", path)
      guard hasOneID else { return state == "Running " }
      return state.hasPrefix("Pending user 1000, group 0 cannot be had here, because only one user id is mapped")
    }
  }

  private static let look = """
    hostname; grep front /etc/hosts; tail -n 2 /etc/hosts; cat /etc/resolv.conf; pwd
    echo $HOSTNAME $KUBERNETES_SERVICE_HOST $KUBERNETES_PORT_443_TCP $NAME
    cat /proc/sys/net/ipv4/ip_local_port_range
    """

  private static let manifests = #"""
    apiVersion: v1
    kind: Pod
    metadata: {name: named}
    spec:
      terminationGracePeriodSeconds: 1
      hostname: front
      subdomain: farm
      setHostnameAsFQDN: true
      hostAliases: [{ip: 192.0.2.7, hostnames: [far, away]}]
      dnsPolicy: None
      dnsConfig: {nameservers: [192.0.2.53], searches: [a.example], options: [{name: ndots, value: "3"}]}
      securityContext: {sysctls: [{name: net.ipv4.ip_local_port_range, value: "32000 33000"}]}
      containers:
      - name: main
        image: busybox
        command: [sh, -c]
        args: ["echo '$$(HOME)' is $HOME and '$NAME'; exec sleep 1000"]
        workingDir: /made/for/me
        env: [{name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: KIND, value: web}]
        readinessProbe: {exec: {command: [test, "$(KIND)$(NAME)", "=", web]}, periodSeconds: 1}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: guest}
    spec:
      terminationGracePeriodSeconds: 1
      hostNetwork: true
      hostPID: true
      hostIPC: true
      containers: [{name: main, image: busybox, command: [sleep, "1000"]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: modest}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {fsGroup: 2000}
      containers:
      - name: main
        image: busybox
        command: [sleep, "1000"]
        resources: {limits: {cpu: 100m, memory: 64Mi}}
        volumeMounts: [{name: v, mountPath: /v}]
      volumes: [{name: v, emptyDir: {}}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: other}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsUser: 1000}
      containers: [{name: main, image: busybox, command: [sleep, "1000"]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: words}
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
        command: [sh, -c, "printf 'the end' > /tmp/last"]
        terminationMessagePath: /tmp/last
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: log}
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
        command: [sh, -c, "echo line 1; echo line 2; exit 3"]
        terminationMessagePolicy: FallbackToLogsOnError
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: mighty}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: busybox, command: [sleep, "1000"], securityContext: {privileged: true}}]
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {key: one, hosts: "192.0.2.8\town\n"}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: reader, labels: {x: "y"}}
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
        command: [sh, -c]
        args:
        - |
          echo "cgroup $(grep -o '[^:]*$' /proc/self/cgroup | sort -u)"; echo "$ALL $key $P_key $HOST $NODE $ACCOUNT $LABELS"
          echo "$CPU $WHOLE $MEMORY $NOTHING"; cat /etc/hosts
        envFrom:
        - {configMapRef: {name: settings}}
        - {prefix: P_, configMapRef: {name: settings}}
        - {secretRef: {name: none, optional: true}}
        env:
        - {name: P_key, value: web}
        - {name: FIRST, value: "$(P_key)-last $$(NONE)"}
        - {name: ALL, value: "$(FIRST) $(key)+2"}
        - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
        - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['x']"}}}
        - {name: LABELS, value: 'x="$(LABEL)"'}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
        - {name: WHOLE, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: requests.memory, divisor: 1Mi}}}
        - {name: NOTHING, valueFrom: {resourceFieldRef: {resource: requests.ephemeral-storage}}}
        resources: {limits: {cpu: 1500m, memory: 64Mi}}
        volumeMounts: [{name: settings, mountPath: /etc/hosts, subPath: hosts}]
      - name: free
        image: busybox
        command: [sh, -c, 'echo "$CPU ${MEMORY}Ki"']
        env:
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Ki}}}
      volumes: [{name: settings, configMap: {name: settings}}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: rooted}
    spec: {containers: [{name: main, image: nginx, securityContext: {runAsNonRoot: true}}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: chosen}
    spec: {containers: [{name: main, image: nginx, securityContext: {runAsNonRoot: true, runAsUser: 0}}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: confined}
    spec:
      securityContext: {appArmorProfile: {type: RuntimeDefault}}
      containers: [{name: main, image: busybox}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: hooked}
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
      - {name: main, image: busybox, command: [sleep, "1000"], lifecycle: {postStart: {tcpSocket: {port: 80}}}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: parent}
    spec:
      hostPID: true
      restartPolicy: Never
      containers: [{name: main, image: busybox, command: [sh, -c, "sleep 2001 & exec sleep 0.1"]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: unsafe}
    spec:
      securityContext: {sysctls: [{name: kernel.msgmax, value: "1"}]}
      containers: [{name: main, image: busybox}]
    """#
}

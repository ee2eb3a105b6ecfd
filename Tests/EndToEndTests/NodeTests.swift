import SystemIO
import TestSupport
import Testing

/// What pods ask of their node, from the manifest to the process.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct NodeTests {
  @Test(.needsRoot) func rootGetsWhatPodsAskFor() async throws {
    try await Learner.with(.root, askForEverything)
  }

  @Test(.needsOrdinaryUser) func anOrdinaryUserGetsWhatPodsAskFor() async throws {
    try await Learner.with(.ordinaryUser, askForEverything)
  }

  private func askForEverything(_ learner: Learner) async throws {
    let answer = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
    #expect(answer.end == .exited(0), "\(answer.error)")
    try await stopsByTheSignalOfTheImage(learner)
    try await filtersSystemCalls(learner)
    try await keepsPartsInsideTheirVolume(learner)
    try await followsALogThroughItsFiles(learner)
    try await waitsForAPortAsScriptsDo(learner)
  }

  /// In a script it is the shell's own `nc` that is called, if it has one.
  private func waitsForAPortAsScriptsDo(_ learner: Learner) async throws {
    try await Deadline.wait("an open port", within: .seconds(20)) {
      try await learner.podium("kubectl", "logs", "patient", "-c", "waiting").output == "closed\nopen\n"
    }
  }

  private func stopsByTheSignalOfTheImage(_ learner: Learner) async throws {
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=30s")
    try await Deadline.wait("workers") {
      try await learner.kubectl("logs", "web").contains("start worker process")
    }
    async let log = learner.kubectl("logs", "web", "--follow")
    // The log must have been joined before the pod goes.
    try await Task.sleep(for: .milliseconds(300))
    try await learner.kubectl("delete", "pod", "web")
    #expect(try await log.contains("signal 3 (SIGQUIT) received, shutting down"))
  }

  private func filtersSystemCalls(_ learner: Learner) async throws {
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/filtered", "--timeout=30s")
    // Root's nodes have a filter of their own.
    let before = learner.account == .root ? 1 : 0
    for (container, filters) in [("inherits", 1), ("free", 0), ("mighty", 0), ("own", 1)] {
      let status = try await learner.kubectl("exec", "filtered", "-c", container, "--", "cat", "/proc/self/status")
      #expect(status.contains("\nSeccomp_filters:\t\(before + filters)\n"), "\(container)")
    }
    let made = try await learner.podium("kubectl", "exec", "filtered", "-c", "own", "--", "mkdir", "/new")
    #expect(made.error.contains("Cannot assign requested address"), "\(made.error)")
    #expect(
      try await message(of: "unfiltered", learner)
        == "CreateContainerError cannot load seccomp profile \"/var/lib/kubelet/seccomp/none.json\": "
        + "open /var/lib/kubelet/seccomp/none.json: no such file or directory")
  }

  private func keepsPartsInsideTheirVolume(_ learner: Learner) async throws {
    #expect(
      try await message(of: "hostile", learner)
        == "CreateContainerConfigError failed to prepare subPath for volumeMount \"data\" of container \"main\"")
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/parts", "--timeout=30s")
    #expect(try await learner.kubectl("exec", "parts", "--", "cat", "/data/file", "/one") == "inner\nvalue")
    let written = try await learner.podium("kubectl", "exec", "parts", "--", "touch", "/one")
    #expect(written.error.contains("Read-only file system"), "\(written.error)")
  }

  private func followsALogThroughItsFiles(_ learner: Learner) async throws {
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/loud", "--timeout=30s")
    async let followed = learner.kubectl("logs", "loud", "--follow")
    // The log must have been joined while it has one file; a full one goes on for its first ten seconds.
    try await Task.sleep(for: .milliseconds(300))
    try await learner.kubectl("exec", "loud", "--", "touch", "/tmp/listening")
    let lines = try await followed.split(separator: "\n")
    #expect(lines.count == 150_001)
    #expect(lines.dropLast().enumerated().allSatisfy { $0.element.hasPrefix("line \($0.offset) ") })
    #expect(lines.last == "end")
    // Who comes later finds what is in the newest file.
    let late = try await learner.kubectl("logs", "loud").split(separator: "\n")
    #expect(late.count < 150_000 && late.last == "end")
    #expect(try await learner.kubectl("logs", "loud", "--tail=1") == "end\n")
  }

  /// Why the only container of the pod waits.
  private func message(of pod: String, _ learner: Learner) async throws -> String {
    let path =
      "jsonpath={.status.containerStatuses[0].state.waiting.reason} "
      + "{.status.containerStatuses[0].state.waiting.message}"
    var message = ""
    try await Deadline.wait("the complaint of pod \(pod)", within: .seconds(20)) {
      message = try await learner.kubectl("get", "pod", pod, "-o", path)
      return message.hasPrefix("CreateContainer")
    }
    return message
  }

  private static let manifests = #"""
    apiVersion: v1
    kind: Pod
    metadata: {name: patient}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: server, image: nginx}
      - name: waiting
        image: busybox
        command:
        - sh
        - -c
        - nc -z localhost 81 || echo closed; until nc -z localhost 80; do sleep 0.1; done; echo open; sleep 1000
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: nginx}]}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: filtered}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {seccompProfile: {type: RuntimeDefault}}
      volumes:
      - {name: profiles, hostPath: {path: /var/lib/kubelet/seccomp, type: DirectoryOrCreate}}
      initContainers:
      - name: profile
        image: busybox
        volumeMounts: [{name: profiles, mountPath: /profiles}]
        command:
        - sh
        - -c
        - >
          echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
          "action": "SCMP_ACT_ERRNO", "errnoRet": 99}]}' > /profiles/no-mkdir.json
      containers:
      - {name: inherits, image: busybox, command: [sleep, "1000"]}
      - name: free
        image: busybox
        command: [sleep, "1000"]
        securityContext: {seccompProfile: {type: Unconfined}}
      - {name: mighty, image: busybox, command: [sleep, "1000"], securityContext: {privileged: true}}
      - name: own
        image: busybox
        command: [sleep, "1000"]
        securityContext: {seccompProfile: {type: Localhost, localhostProfile: no-mkdir.json}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: unfiltered}
    spec:
      securityContext: {seccompProfile: {type: Localhost, localhostProfile: none.json}}
      containers: [{name: main, image: busybox, command: [sleep, "1000"]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: hostile}
    spec:
      volumes: [{name: data, emptyDir: {}}]
      initContainers:
      - name: trap
        image: busybox
        command: [ln, -s, /, /data/way]
        volumeMounts: [{name: data, mountPath: /data}]
      containers:
      - name: main
        image: busybox
        command: [sleep, "1000"]
        volumeMounts: [{name: data, mountPath: /data, subPath: way/etc}]
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {one: value}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: parts}
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{name: data, emptyDir: {}}, {name: settings, configMap: {name: settings}}]
      initContainers:
      - name: first
        image: busybox
        command: [sh, -c, mkdir -p /data/a/b && echo inner > /data/a/b/file && ln -s a/b /data/inner]
        volumeMounts: [{name: data, mountPath: /data}]
      containers:
      - name: main
        image: busybox
        command: [sleep, "1000"]
        env: [{name: PART, value: inner}]
        volumeMounts:
        - {name: data, mountPath: /data, subPathExpr: $(PART)}
        - {name: settings, mountPath: /one, subPath: one}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: loud}
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
        command:
        - sh
        - -c
        - |
          (sleep 11; touch /tmp/old) & until test -e /tmp/listening -a -e /tmp/old; do sleep 0.05; done
          text=$(head -c 60 /dev/zero | tr '\0' a)
          i=0; while [ $i -lt 150000 ]; do echo line $i $text; i=$((i+1)); done; echo end
    """#
}

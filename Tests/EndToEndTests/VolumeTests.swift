import Glibc
import SystemIO
import TestSupport
import Testing

/// Volumes of real pods on a real node.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct VolumeTests {
  @Test(.needsRoot) func rootsPodsHaveTheirVolumes() async throws { try await Learner.with(.root, useVolumes) }

  @Test(.needsOrdinaryUser) func anOrdinaryUsersPodsHaveTheirVolumes() async throws {
    try await Learner.with(.ordinaryUser, useVolumes)
  }

  private func useVolumes(_ learner: Learner) async throws {
    let answer = try await learner.podium(["kubectl", "apply", "-f", "-"], input: Self.manifests)
    #expect(answer.end == .exited(0), "\(answer.error)")
    for pod in ["memory", "greedy", "settings"] {
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/\(pod)", "--timeout=30s")
    }
    let cluster = try await RunningCluster(learner)
    try await sharesMemoryForAsLongAsThePodLives(learner, cluster)
    try await followsWhatItShows(learner)
    try await evictsThePodThatTakesTooMuch(learner)
    try await learner.kubectl("delete", "pod", "memory", "greedy", "settings", "--grace-period=1", "--wait=false")
    // A kubelet that dies over it leaves the rest to the next one.
    let kubelet = try #require(cluster.kubelet)
    kill(kubelet.pid, SIGKILL)
    try await learner.kubectl("wait", "--for=delete", "pod/memory", "pod/greedy", "pod/settings", "--timeout=30s")
    #expect(try memoryVolumes(cluster) == [])
    #expect(try Files.list(learner.state + "/disks/podium/pods") == [])
  }

  private func sharesMemoryForAsLongAsThePodLives(_ learner: Learner, _ cluster: RunningCluster) async throws {
    func run(_ container: String, _ script: String) async throws -> ProgramOutput {
      try await learner.podium("kubectl", "exec", "memory", "-c", container, "--", "sh", "-c", script)
    }
    #expect(try await run("one", "grep -o ' /v tmpfs .*size=[0-9]*k' /proc/mounts").output.contains("size=2048k"))
    #expect(try await run("one", "dd if=/dev/zero of=/v/big bs=1M count=3").error.contains("No space left on device"))
    #expect(try await run("one", "rm /v/big && echo kept > /v/file").end == .exited(0))
    #expect(try await run("two", "cat /v/file").output == "kept\n")
    // The container ends and is started again.
    _ = try await run("one", "touch /v/end")
    try await Deadline.wait("the restart", within: .seconds(20)) {
      let path = "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}"
      return try await learner.kubectl("get", "pod", "memory", "-o", path) == "1 true"
    }
    #expect(try await run("one", "cat /v/file").output == "kept\n")
    let kubelet = try #require(cluster.kubelet)
    kill(kubelet.pid, SIGKILL)
    try await expectEnd(of: [kubelet])
    try await Deadline.wait("the next kubelet", within: .seconds(20)) {
      try await run("one", "cat /v/file").output == "kept\n"
    }
    #expect(try memoryVolumes(cluster).count == 1)
  }

  private func followsWhatItShows(_ learner: Learner) async throws {
    let read = "cat /whole/key /one /fields/labels; readlink /whole/key; ls -A /whole | wc -l"
    let exec = ["kubectl", "exec", "settings", "--", "sh", "-c", read]
    #expect(
      try await learner.podium(exec).output == "first\nfirst\napp=\"web\"..data/key\n3\n")
    try await learner.kubectl("patch", "configmap", "words", "-p", #"{"data":{"key":"second\n"}}"#)
    try await learner.kubectl("label", "pod", "settings", "tier=front")
    // What is mounted as a part stays what it was.
    try await Deadline.wait("the new words", within: .seconds(10)) {
      try await learner.podium(exec).output == "second\nfirst\napp=\"web\"\ntier=\"front\"..data/key\n3\n"
    }
    let map = #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "later"}, "data": {"a": "b"}}"#
    _ = try await learner.podium(["kubectl", "apply", "-f", "-"], input: map)
    try await learner.kubectl("wait", "--for=condition=Ready", "pod/late", "--timeout=20s")
    let events = try await learner.kubectl("get", "events", "--field-selector", "involvedObject.name=late")
    #expect(events.contains(#"MountVolume.SetUp failed for volume "v" : configmap "later" not found"#), "\(events)")
  }

  private func evictsThePodThatTakesTooMuch(_ learner: Learner) async throws {
    try await learner.kubectl("exec", "greedy", "--", "dd", "if=/dev/zero", "of=/v/big", "bs=1M", "count=2")
    let path = "jsonpath={.status.phase} {.status.reason} {.status.message}"
    try await Deadline.wait("the eviction", within: .seconds(20)) {
      try await learner.kubectl("get", "pod", "greedy", "-o", path)
        == "Failed Evicted Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". "
    }
  }

  /// The mounts of the node that hold memory of pods.
  private func memoryVolumes(_ cluster: RunningCluster) throws -> [String] {
    try Files.readText("/proc/\(cluster.nodeInit.pid)/mountinfo").split(separator: "\n").map(String.init)
      .filter { $0.contains("kubernetes.io~empty-dir") }
  }

  private static let manifests = #"""
    apiVersion: v1
    kind: Pod
    metadata: {name: memory}
    spec:
      volumes: [{name: v, emptyDir: {medium: Memory, sizeLimit: 2Mi}}]
      containers:
      - name: one
        image: busybox
        command: [sh, -c, "rm -f /v/end; until test -e /v/end; do sleep 0.1; done"]
        volumeMounts: [{name: v, mountPath: /v}]
      - {name: two, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: greedy}
    spec:
      volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]
      containers:
      - {name: main, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: words}, data: {key: "first\n"}}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: settings, labels: {app: web}}
    spec:
      volumes:
      - {name: whole, configMap: {name: words}}
      - {name: fields, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
      containers:
      - name: main
        image: busybox
        command: [sleep, "1000"]
        volumeMounts:
        - {name: whole, mountPath: /whole}
        - {name: whole, mountPath: /one, subPath: key}
        - {name: fields, mountPath: /fields}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: late}
    spec:
      terminationGracePeriodSeconds: 1
      volumes: [{name: v, configMap: {name: later}}]
      containers:
      - {name: main, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /v}]}
    """#
}

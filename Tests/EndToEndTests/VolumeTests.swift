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
    for pod in ["memory", "greedy", "settings", "everything"] {
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/\(pod)", "--timeout=30s")
    }
    let cluster = try await RunningCluster(learner)
    try await sharesMemoryForAsLongAsThePodLives(learner, cluster)
    try await followsWhatItShows(learner)
    try await showsEveryKindOfVolume(learner)
    try await tellsWhatCannotBeHad(learner)
    try await evictsThePodThatTakesTooMuch(learner)
    try await learner.kubectl("delete", "pod", "--all", "--grace-period=1", "--wait=false")
    // A kubelet that dies over it leaves the rest to the next one.
    let kubelet = try #require(cluster.kubelet)
    kill(kubelet.pid, SIGKILL)
    try await learner.kubectl(
      "wait", "--for=delete", "pod/memory", "pod/greedy", "pod/settings", "pod/everything", "--timeout=30s")
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
    #expect(try memoryVolumes(cluster).count == 2)
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

  private func showsEveryKindOfVolume(_ learner: Learner) async throws {
    let look = """
      stat -L -c '%n %a' /secret/deep/er/pass /secret/user /projected/token
      for file in /secret/deep/er/pass /projected/name /bin/vi /etc/hosts; do cat $file; echo; done
      head -c 3 /projected/token; echo; ls /projected /nothing
      od -An -tx1 /binary/bytes; wc -c < /binary/large
      echo inner > /outer/inner/file; cat /again/inner/file /beside/file; ls /other /other/inner
      echo made > /made-file; stat -c '%F' /made /made-file
      for folder in /secret /again /reading; do touch $folder/new; done 2>&1; true
      """
    let seen = try await learner.kubectl("exec", "everything", "--", "sh", "-c", look)
    #expect(
      seen == """
        /secret/deep/er/pass 400
        /secret/user 640
        /projected/token 640
        geheim ü
        everything
        geheim ü
        geheim ü
        eyJ
        /nothing:

        /projected:
        name
        token
         00 01 ff
        200000
        inner
        inner
        /other:
        inner

        /other/inner:
        directory
        regular file
        touch: /secret/new: Read-only file system
        touch: /reading/new: Read-only file system

        """)
  }

  private func tellsWhatCannotBeHad(_ learner: Learner) async throws {
    for (pod, message) in [
      (
        "claiming",
        #"0/1 nodes are available: persistentvolumeclaim "x" not found. preemption: 0/1 nodes are available: 1 Preemption "#
          + "is not helpful for scheduling."
      ),
      ("typed", #"MountVolume.SetUp failed for volume "v" : hostPath type check failed: /etc is not a file"#),
      (
        "far",
        #"Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: "#
          + #"failed to get Plugin from volumeSpec for volume "v" err=no volume plugin matched"#
      ),
      ("nowhere", #"failed to mkdir "/proc/none": mkdir /proc/none: no such file or directory"#),
      ("over", #"dst=/tmp, flags=MS_BIND|MS_REC: not a directory: unknown"#),
    ] {
      try await Deadline.wait("what is said of pod \(pod)", within: .seconds(10)) {
        try await learner.kubectl("get", "events", "--field-selector", "involvedObject.name=\(pod)").contains(message)
      }
    }
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

  private static func refused(_ name: String, _ volume: String) -> String {
    """
    {apiVersion: v1, kind: Pod, metadata: {name: \(name)}, spec: {terminationGracePeriodSeconds: 1, volumes: [{name: v, \(volume)}],
      containers: [{name: main, image: busybox, command: [sleep, "1000"], volumeMounts: [{name: v, mountPath: /tmp}]}]}}
    """
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
    {apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {user: me, pass: geheim ü}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: binary}
    binaryData: {bytes: AAH/}
    data: {large: \#(String(repeating: "x", count: 200_000))}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: everything}
    spec:
      volumes:
      - name: secret
        secret: {secretName: keys, defaultMode: 0640, items: [{key: user, path: user}, {key: pass, path: deep/er/pass, mode: 0400}]}
      - {name: whole, secret: {secretName: keys}}
      - {name: binary, configMap: {name: binary}}
      - {name: nothing, configMap: {name: none, optional: true}}
      - name: projected
        projected:
          defaultMode: 0640
          sources:
          - {serviceAccountToken: {path: token, audience: vault, expirationSeconds: 600}}
          - {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
      - {name: outer, emptyDir: {}}
      - {name: inner, emptyDir: {medium: Memory}}
      - {name: made, hostPath: {path: /tmp/made, type: DirectoryOrCreate}}
      - {name: made-file, hostPath: {path: /tmp/made-file, type: FileOrCreate}}
      containers:
      - name: main
        image: busybox
        command: [sleep, "1000"]
        volumeMounts:
        - {name: secret, mountPath: /secret}
        - {name: whole, mountPath: /bin/vi, subPath: pass}
        - {name: whole, mountPath: /etc/hosts, subPath: pass}
        - {name: binary, mountPath: /binary}
        - {name: nothing, mountPath: /nothing}
        - {name: projected, mountPath: /projected}
        - {name: inner, mountPath: /outer/inner}
        - {name: outer, mountPath: /outer}
        - {name: outer, mountPath: /other}
        - {name: inner, mountPath: /again/inner}
        - {name: outer, mountPath: /again}
        - {name: inner, mountPath: /beside}
        - {name: outer, mountPath: /reading, readOnly: true}
        - {name: made, mountPath: /made}
        - {name: made-file, mountPath: /made-file}
    ---
    \#(refused("claiming", "persistentVolumeClaim: {claimName: x}"))
    ---
    \#(refused("typed", "hostPath: {path: /etc, type: File}"))
    ---
    \#(refused("far", "nfs: {server: s, path: /}"))
    ---
    \#(refused("nowhere", "hostPath: {path: /proc/none}"))
    ---
    \#(refused("over", "hostPath: {path: /etc/passwd}"))
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

import ClusterClient
import ContainerRuntime
import Documents
import Glibc
import KubernetesAPI
import SimulatedRuntime
import SystemIO
import TestSupport
import Testing

@testable import Kubelet

/// What becomes of volumes, from the manifest to the files on the node.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct VolumeTests {
  private static func withNode(_ body: @escaping @Sendable (SimulatedNode) async throws -> Void) async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    try await SimulatedNode.run(settings: settings, body)
  }

  private static func pod(_ volume: String, _ name: String = "web", metadata: String = "") -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name)\(metadata)}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: busybox, volumeMounts: [{name: v, mountPath: /v}]}]
      volumes: [{name: v, \(volume)}]
    """
  }

  private static func folder(_ node: SimulatedNode, _ name: String = "web") throws -> String {
    let pod = try #require(node.pod(name))
    return PodVolumes.path(of: pod.spec.volumes[0], pod: pod, node.configuration)
  }

  // MARK: ConfigMaps, Secrets, fields

  @Test func aChangedConfigMapIsShownAtOnce() async throws {
    try await Self.withNode { node in
      try await node.make(#"{kind: ConfigMap, metadata: {name: settings}, data: {one: "1", two: "2"}}"#)
      try await node.create(Self.pod("configMap: {name: settings}"))
      try await node.wait("web") { $0?.status.phase == "Running" }
      let folder = try Self.folder(node)
      #expect(try Files.readText(folder + "/one") == "1")
      let version = try Files.linkTarget(folder + "/..data")
      try await node.change("configmaps/settings", ["data": ["one": "eins", "two": .null, "three": "3"]])
      try await node.pass(.milliseconds(200))
      #expect(try Files.readText(folder + "/one") == "eins")
      #expect(try Files.readText(folder + "/three") == "3")
      #expect(try Files.linkTarget(folder + "/..data") != version)
      #expect(try Files.list(folder).count == 4)
      // A map that vanishes leaves what was read from it, and is told of.
      try await node.client.delete(ConfigMap.self, "settings", namespace: "default")
      try await node.pass(.milliseconds(1500))
      #expect(try Files.readText(folder + "/one") == "eins")
      let message = #"Warning FailedMount MountVolume.SetUp failed for volume "v" : configmap "settings" not found"#
      #expect(node.events("web").contains(message))
    }
  }

  @Test func labelsAndAnnotationsAreFollowed() async throws {
    try await Self.withNode { node in
      let items = """
        downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}},
        {path: deep/note, mode: 0400, fieldRef: {fieldPath: "metadata.annotations['note']"}},
        {path: memory, resourceFieldRef: {containerName: main, resource: limits.memory}},
        {path: cpu, resourceFieldRef: {containerName: main, resource: limits.cpu, divisor: 1m}}]}
        """
      try await node.create(Self.pod(items, metadata: #", labels: {b: "2", a: "1"}, annotations: {note: first}"#))
      try await node.wait("web") { $0?.status.phase == "Running" }
      let folder = try Self.folder(node)
      #expect(try Files.readText(folder + "/labels") == "a=\"1\"\nb=\"2\"")
      #expect(try Files.readText(folder + "/deep/note") == "first")
      #expect(try Files.mode(of: folder + "/deep/note") == 0o400)
      // Whoever has no limit is told what the node has.
      let facts = MachineFacts.read()
      #expect(try Files.readText(folder + "/memory") == "\(facts.memoryBytes / 1024 * 1024)")
      #expect(try Files.readText(folder + "/cpu") == "\(facts.processors * 1000)")
      try await node.change("pods/web", ["metadata": ["labels": ["b": .null], "annotations": ["note": "second"]]])
      try await node.pass(.milliseconds(200))
      #expect(try Files.readText(folder + "/labels") == "a=\"1\"")
      #expect(try Files.readText(folder + "/deep/note") == "second")
    }
  }

  @Test func whatIsMissingIsNamedAndTakenAsSoonAsItIsThere() async throws {
    try await Self.withNode { node in
      try await node.make(#"{kind: Secret, metadata: {name: keys}, data: {}}"#)
      for (name, volume) in [
        ("map", "configMap: {name: none}"), ("secret", "secret: {secretName: none}"),
        ("key", "secret: {secretName: keys, items: [{key: k, path: p}]}"),
        (
          "both",
          "projected: {sources: [{configMap: {name: none}}, {secret: {name: keys, items: [{key: k, path: p}]}}]}"
        ),
        ("optional", "configMap: {name: none, optional: true}"),
        ("optional-key", "secret: {secretName: keys, optional: true, items: [{key: k, path: p}]}"),
        ("far", "nfs: {server: s, path: /}"), ("driver", "csi: {driver: d.example}"),
        ("claim", "persistentVolumeClaim: {claimName: x}"), ("huge", "emptyDir: {medium: HugePages}"),
        ("stranger", "downwardAPI: {items: [{path: a, resourceFieldRef: {containerName: z, resource: limits.cpu}}]}"),
        ("deep", "hostPath: {path: /no/such/folder/file, type: FileOrCreate}"),
      ] {
        try await node.create(Self.pod(volume, name))
      }
      try await node.wait("optional") { $0?.status.phase == "Running" }
      try await node.wait("optional-key") { $0?.status.phase == "Running" }
      try await node.pass(.seconds(2))
      let failed = #"Warning FailedMount MountVolume.SetUp failed for volume "v" : "#
      for (name, message) in [
        ("map", failed + #"configmap "none" not found"#), ("secret", failed + #"secret "none" not found"#),
        ("key", failed + "references non-existent secret key: k"),
        ("both", failed + #"[configmap "none" not found, references non-existent secret key: k]"#),
        (
          "far",
          "Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], "
            + "failed to process volumes=[v]: failed to get Plugin from volumeSpec for volume \"v\" "
            + "err=no volume plugin matched"
        ),
        (
          "driver",
          "Warning FailedMount MountVolume.NewMounter initialization failed for volume \"v\" : volume mode \"Ephemeral\" "
            + "not supported by driver d.example (no CSIDriver object)"
        ),
        (
          "claim",
          "Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], "
            + "failed to process volumes=[v]: error processing PVC default/x: failed to fetch PVC from API server: "
            + "persistentvolumeclaims \"x\" not found"
        ),
        (
          "huge",
          failed + "medium HugePages: hugePages storage requested, but there is no resource request for huge pages"
        ),
        ("stranger", failed + "container z not found"),
        ("deep", failed + "open /no/such/folder/file: no such file or directory"),
      ] {
        #expect(node.events(name).contains { $0.hasPrefix(message) }, "\(node.events(name))")
      }
      // Who waits for long says it again, at other times than those of the tries.
      try await node.pass(.seconds(123))
      #expect(
        node.events("both").contains(
          "Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], "
            + "failed to process volumes=[]: context deadline exceeded"), "\(node.events("both"))")
      // The pause between two tries has grown to far more by now.
      try await node.make(#"{kind: ConfigMap, metadata: {name: none}, data: {k: v}}"#)
      try await node.wait("map", within: .seconds(1)) { $0?.status.phase == "Running" }
      let folder = try Self.folder(node, "optional")
      #expect(try Files.readText(folder + "/k") == "v")
      try await node.make(#"{kind: ConfigMap, metadata: {name: other}, data: {a: b}}"#)
      try await node.create(Self.pod("configMap: {name: other, items: [{key: z, path: p}]}", "wrong"))
      try await node.pass(.seconds(2))
      let message = failed + "configmap references non-existent config key: z"
      #expect(node.events("wrong").contains { $0.hasPrefix(message) }, "\(node.events("wrong"))")
    }
  }

  @Test func filesHaveTheModesThatAreAskedFor() async throws {
    try await Self.withNode { node in
      try await node.make(#"{kind: ConfigMap, metadata: {name: settings}, data: {one: "1", two: "2"}}"#)
      let items = "items: [{key: one, path: a/b}, {key: two, path: c, mode: 0o600}]"
      try await node.create(Self.pod("configMap: {name: settings, defaultMode: 0o440, \(items)}"))
      try await node.wait("web") { $0?.status.phase == "Running" }
      let folder = try Self.folder(node)
      #expect(try Files.mode(of: folder + "/a/b") == 0o440)
      #expect(try Files.mode(of: folder + "/c") == 0o600)
      #expect(try Files.mode(of: folder) == 0o777)
    }
  }

  @Test func theGroupOfThePodGetsItsVolumes() async throws {
    let group = getegid()
    try await Self.withNode { node in
      try await node.create(
        """
        metadata: {name: web}
        spec:
          securityContext: {fsGroup: \(group)}
          serviceAccountName: default
          containers: [{name: main, image: busybox}]
          volumes:
          - {name: v, emptyDir: {}}
          - {name: token, projected: {sources: [{serviceAccountToken: {path: token}}]}}
        """)
      try await node.wait("web") { $0?.status.phase == "Running" }
      #expect(try Files.mode(of: Self.folder(node)) == 0o2777)
      let pod = try #require(node.pod("web"))
      let token = PodVolumes.path(of: pod.spec.volumes[1], pod: pod, node.configuration) + "/token"
      #expect(try Files.mode(of: token) == 0o640)
    }
  }

  // MARK: hostPath

  @Test func aFileOfTheNodeMustBeOfItsType() async throws {
    try await Self.withNode { node in
      let root = node.configuration.rootDirectory + "/host"
      try Files.makeDirectories(root + "/folder", mode: 0o755)
      try Files.write("", to: root + "/file")
      for (number, (path, type, message)) in [
        ("folder", "File", "is not a file"), ("file", "Directory", "is not a directory"),
        ("none", "Directory", "is not a directory"), ("none", "File", "is not a file"),
        ("file", "DirectoryOrCreate", "is not a directory"), ("folder", "FileOrCreate", "is not a file"),
        ("file", "Socket", "is not a socket file"), ("none", "CharDevice", "is not a character device"),
        ("folder", "BlockDevice", "is not a block device"),
      ].enumerated() {
        let name = "refused-\(number)"
        try await node.create(Self.pod("hostPath: {path: \(root)/\(path), type: \(type)}", name))
        try await node.pass(.milliseconds(1500))
        let text = "hostPath type check failed: \(root)/\(path) \(message)"
        let event = "Warning FailedMount MountVolume.SetUp failed for volume \"v\" : " + text
        #expect(node.events(name).contains { $0.hasPrefix(event) }, "\(node.events(name))")
      }
      for (number, (path, type)) in [
        ("folder", "Directory"), ("file", "File"), ("new/folder", "DirectoryOrCreate"), ("new/file", "FileOrCreate"),
        ("made", "\"\""), ("folder", "\"\""),
      ].enumerated() {
        try await node.create(Self.pod("hostPath: {path: \(root)/\(path), type: \(type)}", "taken-\(number)"))
        try await node.wait("taken-\(number)") { $0?.status.phase == "Running" }
      }
      try await node.create(Self.pod("hostPath: {path: /dev/null, type: CharDevice}", "device"))
      try await node.wait("device") { $0?.status.phase == "Running" }
      #expect(Files.isDirectory(root + "/new/folder") && Files.kind(of: root + "/new/file") == .regular)
      #expect(Files.isDirectory(root + "/made"))
    }
  }

  // MARK: emptyDir

  @Test func aPodWhoseEmptyDirGrowsTooLargeIsEvicted() async throws {
    try await Self.withNode { node in
      try await node.create(Self.pod("emptyDir: {sizeLimit: 1Mi}"))
      try await node.create(Self.pod("emptyDir: {sizeLimit: 1Mi}", "small"))
      for name in ["web", "small"] { try await node.wait(name) { $0?.status.phase == "Running" } }
      let folder = try Self.folder(node)
      try Files.write([UInt8](repeating: 1, count: 500_000), to: Self.folder(node, "small") + "/fits")
      try Files.write([UInt8](repeating: 1, count: 1_200_000), to: folder + "/too-much")
      try await node.wait("web", within: .seconds(15)) { $0?.status.phase == "Failed" }
      let status = try #require(node.pod("web")?.status)
      #expect(status.reason == "Evicted")
      #expect(status.message == #"Usage of EmptyDir volume "v" exceeds the limit "1Mi". "#)
      let events = node.events("web").suffix(2)
      #expect(
        events == [
          #"Warning Evicted Usage of EmptyDir volume "v" exceeds the limit "1Mi". "#,
          "Normal Killing Stopping container main",
        ])
      try await node.pass(.seconds(3))
      #expect(!Files.exists(folder))
      #expect(node.pod("small")?.status.phase == "Running")
    }
  }

  @Test func nothingIsLeftOfThePodsVolumes() async throws {
    try await Self.withNode { node in
      try await node.create(Self.pod("emptyDir: {}"))
      try await node.wait("web") { $0?.status.phase == "Running" }
      let folder = try Self.folder(node)
      try Files.write("x", to: folder + "/file")
      // A pod that vanished while no kubelet was there.
      let stray = node.configuration.podDirectory("stray")
      try Files.makeDirectories(stray + "/volumes/kubernetes.io~empty-dir/v")
      let next = node.newKubelet()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await next.run() }
        try await node.pass(.seconds(1))
        #expect(try Files.readText(folder + "/file") == "x")
        #expect(!Files.exists(stray))
        group.cancelAll()
      }
      try await node.delete("web", grace: 1)
      try await node.wait("web") { $0 == nil }
      try await node.pass(.seconds(1))
      #expect(try Files.list(node.configuration.podDirectory("")) == [])
    }
  }
}

extension SimulatedNode {
  /// Makes an object of the core group.
  func make(_ yaml: String) async throws {
    var document = try #require(try Document.parse(yaml: yaml).first)
    document["apiVersion"] = "v1"
    document["metadata"]?["namespace"] = "default"
    let plural = (document["kind"]?.stringValue ?? "").lowercased() + "s"
    _ = try await client.send("POST", "/api/v1/namespaces/default/\(plural)", body: document.json())
  }

  /// Merges a patch into `PLURAL/NAME`.
  func change(_ name: String, _ patch: Document) async throws {
    let path = "/api/v1/namespaces/default/" + name
    _ = try await client.send("PATCH", path, contentType: PatchType.merge.rawValue, body: patch.json())
  }
}

import ContainerRuntime
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// What a node does for the volumes of its pods.
  @Suite(.needsNodes) struct VolumeTests {
    @Test func memoryIsSharedByContainersAndOutlivesThemAndTheirKubelet() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox()
        let place = "/var/lib/volume"
        try await node.runtime.mountMemory(at: place, size: 4 << 20)
        let mount: @Sendable (inout ContainerSpec) -> Void = { $0.mounts = [Mount(source: place, target: "/memory")] }
        let (log, _) = try await node.output(
          of: """
            grep ' /memory ' /proc/mounts | grep -o '^tmpfs.*tmpfs'; grep -o 'size=[0-9]*k' /proc/mounts | grep 4096
            dd if=/dev/zero of=/memory/large bs=1M count=6 2>&1 | grep -o 'No space left on device'
            rm /memory/large; echo kept > /memory/file
            """, in: sandbox, mount)
        #expect(log == "tmpfs /memory tmpfs\nsize=4096k\nNo space left on device\n")
        node.runtime.disconnect()
        let next = try await NodeRuntime.open(
          control: node.bundle.takeControl(), nodeDirectory: node.spec.runtimeDirectory + "/podium",
          images: node.image)
        let successor = TestNode(
          bundle: node.bundle, runtime: next, folder: node.folder, spec: node.spec, image: node.image)
        try await TestNode.whileRunning(next) {
          #expect(try await successor.output(of: "cat /memory/file", in: sandbox, mount).log == "kept\n")
          try await next.unmount(place)
          #expect(try await successor.output(of: "ls /memory", in: sandbox, mount).log == "")
          await #expect(
            throws: RuntimeError(.failed, "unmount \(place): unmount \(place): Invalid argument")
          ) { try await next.unmount(place) }
        }
      }
    }

    @Test(.needsManyUsers) func whatPodsWroteAsOtherUsersIsRemoved() async throws {
      try await TestNode.with { node in
        let folder = node.folder.path("state/volume")
        try Files.makeDirectories(folder, mode: 0o755)
        try Files.setMode(folder, 0o777)
        let (_, status) = try await node.output(
          of: "mkdir -p /data/a/b && touch /data/a/b/c", in: try await node.sandbox()
        ) { spec in
          spec.user.user = 1000
          spec.user.group = 1000
          spec.mounts = [Mount(source: folder, target: "/data")]
        }
        #expect(status.code == 0)
        if !isRoot { #expect(throws: SystemCallError.self) { try Files.removeTree(folder) } }
        try await HostFiles.remove(folder)
        #expect(!Files.exists(folder))
      }
    }
  }
}

import ContainerRuntime
import Glibc
import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  /// What happens when parts of a node die.
  @Suite(.needsNodes) struct AdoptionTests {
    @Test func aNewKubeletFindsEverythingAsItWas() async throws {
      try await TestNode.with { node in
        let sandbox = try await node.sandbox { spec in
          spec.labels = ["app": "web"]
          if isRoot { spec.resources.memoryBytes = 1 << 30 }
        }
        let counting = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.002; done"
        let running = try await node.run(["sh", "-c", counting], in: sandbox) { spec in
          spec.environment = [EnvironmentVariable("A", "b")]
          if isRoot { spec.resources.memoryBytes = 1 << 28 }
          spec.security.addedCapabilities = ["NET_ADMIN"]
        }
        let ending = try await node.run(["sh", "-c", "sleep 0.2; echo bye; exit 9"], in: sandbox)
        let created = node.containerSpec(["true"], in: sandbox)
        _ = try await node.runtime.createContainer(created)
        let forgotten = try await node.runtime.exec(
          ExecSpec(containerID: running.id, command: ["sleep", "3000"], streams: AttachSpec()))
        let before = try await node.runtime.inventory()
        try await Deadline.wait("some lines") { try node.log(running).contains("line 20\n") }
        node.runtime.disconnect()
        await #expect(throws: RuntimeError.self) { try await forgotten.wait() }
        // Meanwhile nobody listens, and a container ends.
        try await Task.sleep(for: .milliseconds(400))

        let next = try await NodeRuntime.open(
          control: node.bundle.takeControl(), nodeDirectory: node.spec.runtimeDirectory + "/podium",
          images: node.image)
        let adopted = TestNode(
          bundle: node.bundle, runtime: next, folder: node.folder, spec: node.spec, image: node.image)
        try await TestNode.whileRunning(next) {
          let after = try await next.inventory()
          #expect(after.sandboxes == before.sandboxes)
          #expect(after.containers.map(\.spec) == before.containers.map(\.spec))
          #expect(after.containers[0] == before.containers[0])
          guard case .exited(_, let status) = after.containers[1].state else {
            Issue.record("\(after.containers[1].state)")
            return
          }
          #expect(status.code == 9)
          #expect(after.containers[2].state == .created)
          #expect(try adopted.log(ending) == "bye\n")

          // The log goes on without a gap or a line twice.
          let reached = try adopted.log(running).split(separator: "\n").count
          try await Deadline.wait("more lines") { try adopted.log(running).split(separator: "\n").count > reached + 50 }
          try await next.signalContainer(running.id, 9)
          _ = try await adopted.end(of: running.id)
          let lines = try adopted.log(running).split(separator: "\n")
          #expect(lines.enumerated().allSatisfy { $0.element == "line \($0.offset + 1)" })

          // Programs that somebody had started are gone with their callers, and fresh ones work.
          try await next.startContainer(created.id)
          #expect(try await adopted.end(of: created.id).code == 0)
          let another = try await adopted.sandbox("other")
          #expect(another.addresses == ["10.244.7.3"])
          try await next.removeSandbox(sandbox.spec.id)
          try await next.removeSandbox(another.spec.id)
          #expect(try await next.inventory() == Inventory())
        }
      }
    }

    @Test func nothingIsLeftWhenNodeInitIsKilled() async throws {
      try await TestNode.with { node in
        for number in 0..<5 {
          let sandbox = try await node.sandbox("pod\(number)")
          try await node.run(["sleep", "1000"], in: sandbox) { if isRoot { $0.resources.memoryBytes = 1 << 26 } }
        }
        node.bundle.kill()
        await node.bundle.waitUntilEnded()
        #expect(!Files.exists(node.spec.runtimeDirectory + "/podium"))
        await #expect(throws: RuntimeError.self) { try await node.sandbox("late") }
      }
    }

    @Test func aLauncherThatIsKilledTakesTheNodeAlong() async throws {
      try await TestNode.with { node in
        try await node.run(["sleep", "1000"], in: node.sandbox())
        let lock = try Files.readText(node.spec.runtimeDirectory + "/podium/lock")
        let launcher = try #require(Int32(lock.split(separator: " ")[0]))
        kill(launcher, 9)
        try await Deadline.wait("the node to be gone") {
          NodeBundle.find(
            cluster: node.spec.cluster, node: "podium", runtimeDirectory: node.spec.runtimeDirectory) == nil
        }
        // Nobody swept; the next start, or this, does.
        NodeBundle.sweep(cluster: node.spec.cluster, runtimeDirectory: node.spec.runtimeDirectory)
      }
    }

    @Test func aPauseProcessThatDiesIsTold() async throws {
      try await TestNode.with { node in
        var events = node.runtime.events().makeAsyncIterator()
        let sandbox = try await node.sandbox { $0.processes = .pod }
        try await node.run(["sh", "-c", "kill -9 1; kill 1; sleep 1000"], in: sandbox)
        let first = await events.next()
        let second = await events.next()
        #expect([first, second].contains(.sandboxExited(sandbox.spec.id)))
        #expect(try await node.runtime.inventory().sandboxes[0].isRunning == false)
        try await node.runtime.removeSandbox(sandbox.spec.id)
      }
    }

    @Test func aKubeletThatDiesIsStartedAgainWithLongerAndLongerBreaks() async throws {
      try await TemporaryFolder.with { folder in
        var spec = try TestNode.spec(cluster: "restarts", folder)
        try Files.makeDirectories(folder.path("image"))
        var kubelet = KubeletProgram(
          arguments: [
            "sh", "-c",
            "read time rest < /proc/uptime; echo $time >> \"$0\"; ls /proc/self/fd/3 > /dev/null && echo socket >> \"$0\"",
            folder.path("state/starts"),
          ],
          environment: ["PATH=/bin:/usr/bin"])
        kubelet.path = "/bin/sh"
        spec.kubelet = kubelet
        let bundle = try await NodeBundle.launch(spec)
        let starts = { (try? folder.read("state/starts")) ?? "" }
        try await Deadline.wait("the fourth start") { starts().split(separator: "\n").count >= 8 }
        await bundle.stop()
        let lines = starts().split(separator: "\n")
        #expect(lines.filter { $0 == "socket" }.count >= 4)
        let times = lines.compactMap { Double($0) }
        let breaks = zip(times.dropFirst(), times).map { $0 - $1 }
        try #require(breaks.count >= 3)
        // Told in hundredths of a second.
        #expect(breaks[0] >= 0.09 && breaks[1] >= 0.19 && breaks[2] >= 0.39)
        #expect(try folder.read("node.log").contains("kubelet ended (code 0), starts again in 100 ms\n"))
      }
    }

    @Test func aNodeThatNobodyClaimsEndsItself() async throws {
      try await TemporaryFolder.with { folder in
        // A name of its own: another run of the tests would sweep the groups of a node with the same one.
        var spec = try TestNode.spec(cluster: String(folder.path.dropFirst("/tmp/".count)), folder)
        try Files.makeDirectories(folder.path("image"))
        spec.unclaimedSeconds = 1
        let bundle = try await NodeBundle.launch(spec)
        try await withTimeLimit(.seconds(20), "end of the node") { await bundle.waitUntilEnded() }
        // The same when its cluster was deleted.
        spec.unclaimedSeconds = 600
        let other = try await NodeBundle.launch(spec)
        try Files.removeTree(spec.stateDirectory)
        try await withTimeLimit(.seconds(20), "end of the node") { await other.waitUntilEnded() }
      }
    }
  }
}

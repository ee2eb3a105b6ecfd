import ContainerRuntime
import KubernetesAPI
import SimulatedRuntime
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct PodLifeTests {
  private let plain = """
    apiVersion: v1
    kind: Pod
    metadata: {name: plain}
    spec:
      terminationGracePeriodSeconds: 30
      containers:
      - {name: main, image: busybox, command: [sleep, "3600"]}
    """

  @Test func runsAndIsDeleted() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    try await SimulatedNode.run(settings: settings) { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let status = try #require(node.pod("plain")?.status)
      #expect(
        status.conditions.map { "\($0.type ?? "")=\($0.status ?? "")" } == [
          "PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True",
          "PodScheduled=True",
        ])
      try await node.pass(.seconds(8))
      try await node.delete("plain")
      try await node.wait("plain") { $0 == nil }
      #expect(
        node.watched("plain") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "1/1 Running 0", "1/1 Terminating 0", "0/1 Error 0",
        ])
      try await node.pass(.seconds(1))
      #expect(
        node.events("plain") == [
          "Normal Pulling Pulling image \"busybox\"",
          "Normal Pulled Successfully pulled image \"busybox\" in 9ms (9ms including waiting). Image size: 2140881 bytes.",
          "Normal Created Created container: main",
          "Normal Started Started container main",
          "Normal Killing Stopping container main",
        ])
      #expect(try await node.runtime.inventory() == Inventory())
    }
  }

  @Test(arguments: [("SIGQUIT", 3), ("", 15), ("SIGNOTHING", 15)] as [(String, Int32)])
  func stopsByTheSignalOfItsImage(text: String, number: Int32) async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    settings.registry["busybox"]?.stopSignal = text
    try await SimulatedNode.run(settings: settings) { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let id = try #require(try await node.runtime.inventory().containers.first).spec.id
      try await node.delete("plain")
      try await node.wait("plain") { $0 == nil }
      #expect(node.runtime.signals(to: id) == [number, 9])
      try await node.pass(.seconds(1))
      let warnings = node.events("plain").filter { $0.hasPrefix("Warning") }
      let expected =
        "Warning UnknownStopSignal Image \"busybox\" names an unknown stop signal \"SIGNOTHING\": "
        + "the container will be stopped by SIGTERM"
      #expect(warnings == (text == "SIGNOTHING" ? [expected] : []))
    }
  }

  @Test func aKubeletThatComesLaterStopsByTheSameSignal() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    settings.registry["busybox"]?.stopSignal = "SIGQUIT"
    try await SimulatedNode.run(settings: settings, hasKubelet: false) { [plain] node in
      let first = Task(executorPreference: node.world) { try? await node.kubelet.run() }
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let id = try #require(try await node.runtime.inventory().containers.first).spec.id
      first.cancel()
      await first.value
      let next = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.delete("plain")
      try await node.wait("plain") { $0 == nil }
      #expect(node.runtime.signals(to: id) == [3, 9])
      next.cancel()
      await next.value
    }
  }
}

import ContainerRuntime
import Controllers
import Documents
import KubernetesAPI
import ObjectSchema
import Scheduler
import SimulatedRuntime
import Testing

@testable import Kubelet

/// Nodes and kubelets that come, fail and come back.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct NodeFailureTests {
  private let plain = "{metadata: {name: plain}, spec: {containers: [{name: main, image: busybox}]}}"

  @Test func aNodeIsRegisteredAndReady() async throws {
    try await SimulatedNode.run { node in
      try await node.pass(.seconds(2))
      let told = try await node.client.get(Node.self, "oracle")
      #expect(told.isReady)
      #expect(told.metadata.labels["kubernetes.io/hostname"] == "oracle")
      #expect(told.status.conditions.map(\.type) == ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"])
      #expect(told.status.conditions.last?.message == "kubelet is posting ready status")
      let reasons = node.events("oracle").compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(
        reasons == [
          "Starting", "NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID",
          "NodeAllocatableEnforced", "NodeReady",
        ])
    }
  }

  @Test func theSchedulerPlacesAPodOnIt() async throws {
    try await SimulatedNode.run { node in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try? await PodScheduler(client: node.client, host: "vm", time: node.time).run() }
        // By then the node has told of itself.
        try await node.pass(.seconds(1))
        try await node.create(
          "{metadata: {name: early}, spec: {containers: [{name: main, image: busybox}]}}", bound: false)
        try await node.create(
          "{metadata: {name: large}, spec: {containers: [{name: main, image: busybox, resources: {requests: {memory: 1Pi}}}]}}",
          bound: false)
        try await node.wait("early") { $0?.status.phase == "Running" }
        try await node.pass(.seconds(1))
        #expect(node.events("early").first == "Normal Scheduled Successfully assigned default/early to oracle")
        #expect(
          node.events("large").last?.hasPrefix(
            "Warning FailedScheduling 0/1 nodes are available: 1 Insufficient memory.") == true)
        let condition = node.pod("large")?.status.conditions.first
        #expect(condition?.type == "PodScheduled" && condition?.reason == "Unschedulable")
        group.cancelAll()
      }
    }
  }

  @Test func aSilentNodeIsMarkedAndItsPodsMoveAway() async throws {
    try await SimulatedNode.run(hasKubelet: false) { [plain] node in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try? await NodeLifecycleController(client: node.client, time: node.time).run() }
        let kubelet = Task(executorPreference: node.world) { try? await node.kubelet.run() }
        try await node.create(plain)
        try await node.wait("plain") { $0?.status.phase == "Running" }
        kubelet.cancel()
        _ = await kubelet.value
        try await node.pass(.seconds(65))
        let lost = try await node.client.get(Node.self, "oracle")
        #expect(lost.status.conditions.map(\.status) == ["Unknown", "Unknown", "Unknown", "Unknown"])
        #expect(lost.spec.taints.map(\.effect) == ["NoSchedule", "NoExecute"])
        #expect(node.pod("plain")?.status.conditions.first { $0.type == "Ready" }?.status == "False")
        #expect(node.events("oracle").contains("Normal NodeNotReady Node oracle status is now: NodeNotReady"))

        // The container never noticed; a new kubelet takes it over and the node is well again.
        group.addTask { try? await node.newKubelet().run() }
        try await node.pass(.seconds(15))
        let back = try await node.client.get(Node.self, "oracle")
        #expect(back.isReady && back.spec.taints.isEmpty)
        let pod = try #require(node.pod("plain"))
        #expect(pod.status.containerStatuses.first?.restartCount == 0)
        #expect(pod.status.conditions.first { $0.type == "Ready" }?.status == "True")
        group.cancelAll()
      }
    }
  }

  @Test func aNewKubeletAdoptsWhatRuns() async throws {
    try await SimulatedNode.run(hasKubelet: false) { [plain] node in
      let first = Task(executorPreference: node.world) { try? await node.kubelet.run() }
      try await node.create(plain)
      try await node.create(
        "{metadata: {name: crasher}, spec: {containers: [{name: main, image: busybox}]}}")
      try await node.create("{metadata: {name: vanishing}, spec: {containers: [{name: main, image: busybox}]}}")
      for name in ["plain", "crasher", "vanishing"] { try await node.wait(name) { $0?.status.phase == "Running" } }
      let before = try #require(node.pod("plain")?.status.containerStatuses.first?.containerID)
      first.cancel()
      _ = await first.value

      // While nobody looks, one container ends and one pod is deleted by force.
      let crasher = try #require(node.pod("crasher")?.status.containerStatuses.first?.containerID)
      node.runtime.end(String(crasher.dropFirst("podium://".count)), code: 1)
      try await node.delete("vanishing", grace: 0)

      let second = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.wait("crasher") { $0?.status.containerStatuses.first?.restartCount == 1 }
      try await node.pass(.seconds(2))
      let after = try #require(node.pod("plain")?.status.containerStatuses.first)
      #expect(after.containerID == before && after.restartCount == 0)
      #expect(node.pod("crasher")?.status.containerStatuses.first?.lastState.terminated?.exitCode == 1)
      let inventory = try await node.runtime.inventory()
      #expect(Set(inventory.sandboxes.map(\.spec.podName)) == ["plain", "crasher"])
      #expect(node.runtime.mostRunningAtOnce.values.allSatisfy { $0 == 1 })
      second.cancel()
      _ = await second.value
    }
  }

  @Test func containersRunOnWhileTheControlPlaneIsAway() async throws {
    try await SimulatedNode.run { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let id = try #require(node.pod("plain")?.status.containerStatuses.first?.containerID)
      node.api.isAway = true
      try await node.pass(.seconds(30))
      // A crash is repaired although nobody can be told.
      node.runtime.end(String(id.dropFirst("podium://".count)), code: 1)
      try await node.pass(.seconds(5))
      let running = try await node.runtime.inventory().containers.filter {
        if case .running = $0.state { true } else { false }
      }
      #expect(running.map(\.spec.attempt) == [1])
      node.api.isAway = false
      try await node.wait("plain", within: .seconds(20)) { $0?.status.containerStatuses.first?.restartCount == 1 }
    }
  }

  /// It was made by a kubelet that told of it, and died before it could be started.
  @Test func aRestartThatWasCountedStaysCounted() throws {
    let pod = try #require(
      try Document.parse(
        yaml: """
          metadata: {name: plain, namespace: default, uid: one}
          spec: {containers: [{name: main, image: busybox}]}
          status:
            phase: Running
            containerStatuses:
            - {name: main, image: busybox, restartCount: 1, lastState: {terminated: {exitCode: 1}},
               state: {waiting: {reason: RunContainerError}}}
          """
      ).first)
    let sandbox = SandboxSpec(
      id: "sandbox", podUID: "one", podName: "plain", podNamespace: "default", hostname: "plain")
    let container = ContainerSpec(
      id: "second", sandboxID: "sandbox", name: "main", attempt: 1, imageID: "busybox", logPath: "")
    let inventory = Inventory(
      sandboxes: [Sandbox(spec: sandbox, addresses: ["10.244.0.2"], isRunning: true, createdAt: 0)],
      containers: [ContainerRecord(spec: container, createdAt: 0, state: .created)])
    let now = Timestamp(seconds: 1_795_262_400)
    let life = PodLifecycle(Pod.decode(pod).value, adopting: inventory, hostAddresses: [], now: now)
    #expect(life.status(at: now).containerStatuses.first?.restartCount == 1)
  }

  @Test func aDeadSandboxIsMadeAnew() async throws {
    try await SimulatedNode.run { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let address = node.pod("plain")?.status.podIP
      let sandbox = try #require(try await node.runtime.inventory().sandboxes.first?.spec.id)
      node.runtime.killSandbox(sandbox)
      try await node.wait("plain") {
        $0?.status.containerStatuses.first?.restartCount == 1 && $0?.status.phase == "Running"
          && $0?.status.podIP != address
      }
      try await node.pass(.seconds(1))
      #expect(
        node.events("plain").contains(
          "Normal SandboxChanged Pod sandbox changed, it will be killed and re-created."))
    }
  }

  @Test func aSandboxThatDiedWithoutAKubeletGoesWithItsPod() async throws {
    try await SimulatedNode.run(hasKubelet: false) { [plain] node in
      let first = Task(executorPreference: node.world) { try? await node.kubelet.run() }
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      first.cancel()
      _ = await first.value
      node.runtime.killSandbox(try #require(try await node.runtime.inventory().sandboxes.first?.spec.id))
      try await node.delete("plain")
      let second = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.wait("plain") { $0 == nil }
      try await node.pass(.seconds(1))
      #expect(try await node.runtime.inventory() == Inventory())
      second.cancel()
      _ = await second.value
    }
  }

  /// The pod runs, and then neither kubelet nor containers do.
  private func runUntilPowerFails(_ node: SimulatedNode) async throws {
    let kubelet = Task(executorPreference: node.world) { try? await node.kubelet.run() }
    try await node.create(plain)
    try await node.wait("plain") { $0?.status.phase == "Running" }
    kubelet.cancel()
    _ = await kubelet.value
    node.runtime.losePower()
  }

  @Test func afterALossOfPowerThePodsRunAnew() async throws {
    try await SimulatedNode.run(hasKubelet: false) { node in
      try await runUntilPowerFails(node)
      let second = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.wait("plain") {
        $0?.status.containerStatuses.first?.restartCount == 1
          && $0?.status.containerStatuses.first?.state.running != nil
      }
      #expect(
        node.pod("plain")?.status.containerStatuses.first?.lastState.terminated?.reason == "ContainerStatusUnknown")
      second.cancel()
      _ = await second.value
    }
  }

  @Test func powerThatFailsTwiceCountsAsTwoStarts() async throws {
    try await SimulatedNode.run(hasKubelet: false) { node in
      try await runUntilPowerFails(node)
      // The kubelet in between got no further than telling that the container was lost.
      let lost: Document = [
        "status": [
          "containerStatuses": [
            [
              "name": "main", "image": "busybox", "imageID": "", "ready": false, "restartCount": 0,
              "state": ["terminated": ["exitCode": 137, "reason": "ContainerStatusUnknown"]],
            ]
          ]
        ]
      ]
      _ = try await node.client.patch(Pod.self, "plain", namespace: "default", subresource: "status", .merge, lost)
      let second = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.wait("plain") { $0?.status.containerStatuses.first?.state.running != nil }
      #expect(node.pod("plain")?.status.containerStatuses.first?.restartCount == 1)
      second.cancel()
      _ = await second.value
    }
  }
}

import ContainerRuntime
import KubernetesAPI
import SimulatedRuntime
import Testing

/// Pods that name their node themselves, and that it does not take.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct NodeAdmissionTests {
  @Test(arguments: [
    (
      "nodeSelector: {disk: ssd}", "NodeAffinity",
      "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
    ),
    ("os: {name: windows}", "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"),
    (
      "hostNetwork: false", "NodePorts",
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
    ),
  ])
  func areRejectedWithTheReason(_ line: String, _ reason: String, _ message: String) async throws {
    try await SimulatedNode.run { node in
      let container = "{name: main, image: busybox, ports: [{containerPort: 80, hostPort: 80}]}"
      try await node.create("{metadata: {name: first}, spec: {containers: [\(container)]}}")
      try await node.wait("first") { $0?.status.phase == "Running" }
      try await node.create("{metadata: {name: second}, spec: {\(line), containers: [\(container)]}}")
      try await node.wait("second", within: .seconds(5)) { $0?.status.phase == "Failed" }
      try await node.pass(.seconds(1))
      let status = try #require(node.pod("second")?.status)
      #expect(status.reason == reason && status.message == "Pod was rejected: " + message)
      #expect(node.events("second") == ["Warning \(reason) \(message)"])
      #expect(node.watched("second").last == "0/1 \(reason) 0")
    }
  }

  @Test func areRejectedWhenTheyCountOnAProfile() async throws {
    try await SimulatedNode.run { node in
      func spec(_ pods: String, _ containers: String) -> String {
        """
        {securityContext: {appArmorProfile: {type: \(pods)}},
        containers: [{name: main, image: busybox, securityContext: {appArmorProfile: {type: \(containers)}}}]}
        """
      }
      try await node.create("{metadata: {name: free}, spec: \(spec("Unconfined", "Unconfined"))}")
      try await node.wait("free") { $0?.status.phase == "Running" }
      for (name, pods, containers) in [
        ("pod", "RuntimeDefault", "Unconfined"), ("container", "Unconfined", "RuntimeDefault"),
      ] {
        try await node.create("{metadata: {name: \(name)}, spec: \(spec(pods, containers))}")
        try await node.wait(name, within: .seconds(5)) { $0?.status.phase == "Failed" }
        let status = try #require(node.pod(name)?.status)
        let message = "Cannot enforce AppArmor: AppArmor is not enabled on the host"
        #expect(status.reason == "AppArmor" && status.message == "Pod was rejected: " + message)
        try await node.pass(.seconds(1))
        #expect(node.events(name).contains("Warning AppArmor " + message))
      }
    }
  }

  @Test func areRejectedForLackOfRoom() async throws {
    try await SimulatedNode.run { node in
      func spec(_ cpu: String) -> String {
        "spec: {containers: [{name: main, image: busybox, resources: {requests: {cpu: \(cpu)}}}]}"
      }
      try await node.create("{metadata: {name: first}, \(spec("100m"))}")
      try await node.wait("first") { $0?.status.phase == "Running" }
      try await node.create("{metadata: {name: second}, \(spec("1000"))}")
      try await node.wait("second", within: .seconds(5)) { $0?.status.phase == "Failed" }
      let status = try #require(node.pod("second")?.status)
      #expect(status.reason == "OutOfcpu")
      let beginning =
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: 100, capacity: "
      #expect(status.message?.hasPrefix(beginning) == true)
    }
  }

  @Test func doNotCountOnceTheyHaveEnded() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = {
      $0.labels["io.kubernetes.pod.name"] == "first" ? .exits(0, after: .seconds(1)) : .deaf
    }
    try await SimulatedNode.run(settings: settings) { node in
      let spec =
        "spec: {restartPolicy: Never, containers: [{name: main, image: busybox, ports: [{containerPort: 80, hostPort: 80}]}]}"
      try await node.create("{metadata: {name: first}, \(spec)}")
      try await node.wait("first") { $0?.status.phase == "Succeeded" }
      try await node.create("{metadata: {name: second}, \(spec)}")
      try await node.wait("second") { $0?.status.phase == "Running" }
    }
  }
}

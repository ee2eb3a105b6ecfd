import ContainerRuntime
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import Testing

/// Init containers that stay: how they start, serve and end beside the others.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SidecarTests {
  private static let pod = """
    metadata: {name: side}
    spec:
      terminationGracePeriodSeconds: 10
      initContainers:
      - {name: first, image: busybox}
      - {name: proxy, image: busybox, restartPolicy: Always, startupProbe: {exec: {command: [test]}, periodSeconds: 1}}
      - {name: second, image: busybox}
      - {name: logger, image: busybox, restartPolicy: Always}
      containers:
      - {name: main, image: busybox}
    """

  private static func settings(_ script: @escaping @Sendable (ContainerSpec) -> ContainerScript)
    -> ScriptedRuntime.Settings
  {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = script
    return settings
  }

  @Test func startInOrderAndEndAfterTheOthersInReverse() async throws {
    let settings = Self.settings { spec in
      if ["first", "second"].contains(spec.name) { return .exits(0, after: .seconds(2)) }
      var script = ContainerScript.server
      script.onTerminate = .exits(code: 0, after: .seconds(1))
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(Self.pod)
      try await node.wait("side") { $0?.status.phase == "Running" }
      #expect(
        node.watched("side") == [
          "0/3 Pending 0", "0/3 Init:0/4 0", "0/3 Init:1/4 0", "1/3 Init:2/4 0", "1/3 Init:3/4 0", "3/3 Running 0",
        ])
      let begin = node.time.now()
      try await node.delete("side")
      try await node.wait("side") { $0 == nil }
      let took: Duration = node.time.now() - begin
      #expect(took >= .seconds(3))
      #expect(
        node.watched("side").suffix(4) == [
          "3/3 Terminating 0", "2/3 Terminating 0", "1/3 Terminating 0", "0/3 Completed 0",
        ])
      try await node.pass(.seconds(1))
      // All are told at once that they will end.
      #expect(node.events("side").filter { $0.contains("Killing") }.count == 3)
    }
  }

  @Test func shareTheGraceOfThePod() async throws {
    let settings = Self.settings { ["first", "second"].contains($0.name) ? .exits(0, after: .seconds(1)) : .deaf }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(Self.pod)
      try await node.wait("side") { $0?.status.phase == "Running" }
      let begin = node.time.now()
      try await node.delete("side")
      try await node.wait("side") { $0 == nil }
      let took: Duration = node.time.now() - begin
      // Ten seconds for all of them, and two for those whose turn came too late.
      #expect(took >= .seconds(12) && took < .seconds(13))
    }
  }

  @Test func areStartedAnewWhateverThePolicyIs() async throws {
    let settings = Self.settings { $0.name == "proxy" ? .exits(1, after: .seconds(3)) : .deaf }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: side}
        spec:
          restartPolicy: Never
          initContainers: [{name: proxy, image: busybox, restartPolicy: Always}]
          containers: [{name: main, image: busybox}]
        """)
      try await node.pass(.seconds(12))
      #expect(
        node.watched("side").dropFirst(2) == [
          "2/2 Running 0", "1/2 Init:Error 0", "2/2 Running 1", "1/2 Init:Error 1", "1/2 Init:CrashLoopBackOff 1",
        ])
      #expect(node.pod("side")?.status.conditions.first { $0.type == "Initialized" }?.status == "True")
    }
  }

  @Test func areToldApartWhenTheirProbeFails() async throws {
    let settings = Self.settings { spec in
      var script = ContainerScript.server
      if spec.name == "proxy" { script.commands["test"] = CommandAnswer("gone\n", code: 1) }
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: side}
        spec:
          initContainers:
          - name: proxy
            image: busybox
            restartPolicy: Always
            livenessProbe: {exec: {command: [test]}, periodSeconds: 1, failureThreshold: 1}
          containers: [{name: main, image: busybox}]
        """)
      try await node.pass(.seconds(3))
      #expect(
        node.events("side").contains { $0.hasPrefix("Normal Killing Init container proxy failed liveness probe") })
    }
  }

  @Test func leaveAPodThatHasDoneItsWork() async throws {
    let settings = Self.settings { $0.name == "main" ? .exits(0, after: .seconds(2)) : .server }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: side}
        spec:
          restartPolicy: OnFailure
          initContainers: [{name: proxy, image: busybox, restartPolicy: Always}]
          containers: [{name: main, image: busybox}]
        """)
      try await node.wait("side") { $0?.status.phase == "Succeeded" }
      #expect(node.watched("side").last == "0/2 Completed 0")
    }
  }
}

import ContainerRuntime
import Documents
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import SystemIO
import Testing

/// What is said and done when something of a pod does not work, or when it has to go.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PodTroubleTests {
  private static func settings(_ script: ContainerScript) -> ScriptedRuntime.Settings {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in script }
    return settings
  }

  @Test func aProbeOfAPortThatNobodyNamedTellsSo() async throws {
    try await SimulatedNode.run(settings: Self.settings(.deaf)) { node in
      try await node.create(
        """
        metadata: {name: web}
        spec:
          containers:
          - {name: main, image: busybox, livenessProbe: {httpGet: {port: web}}, readinessProbe: {tcpSocket: {port: tcp}}}
        """)
      try await node.pass(.seconds(2))
      let unhealthy = node.events("web").filter { $0.hasPrefix("Warning Unhealthy") }
      let state = "probe errored and resulted in unknown state: strconv.Atoi: parsing"
      #expect(
        Set(unhealthy.map { $0.split(separator: " (x").first.map(String.init) ?? "" }) == [
          "Warning Unhealthy Readiness \(state) \"tcp\": invalid syntax",
          "Warning Unhealthy Liveness \(state) \"web\": invalid syntax",
        ])
    }
  }

  @Test func aProbeThatTakesTooLongIsQuotedAsGoDoes() async throws {
    var script = ContainerScript.deaf
    script.commands["sh"] = CommandAnswer(takes: .seconds(5))
    try await SimulatedNode.run(settings: Self.settings(script)) { node in
      try await node.create(
        #"""
        metadata: {name: slow}
        spec:
          containers:
          - {name: main, image: busybox, readinessProbe: {exec: {command: [sh, -c, 'echo "a\b"']}}}
        """#)
      try await node.pass(.seconds(3))
      #expect(
        node.events("slow").last
          == #"Warning Unhealthy Readiness probe failed: command timed out: "sh -c echo \"a\\b\"" timed out after 1s"#)
    }
  }

  @Test func aPartOfAVolumeNeedsTheVariablesThatNameIt() async throws {
    try await SimulatedNode.run { node in
      try await node.create(
        """
        metadata: {name: part}
        spec:
          containers:
          - {name: main, image: busybox, volumeMounts: [{name: data, mountPath: /data, subPathExpr: $(NOPE)/x}]}
          volumes: [{name: data, emptyDir: {}}]
        """)
      try await node.pass(.seconds(2))
      let waiting = node.pod("part")?.status.containerStatuses.first?.state.waiting
      #expect(waiting?.reason == "CreateContainerConfigError" && waiting?.message == "missing value for NOPE")
      #expect(node.events("part").last == "Warning Failed Error: missing value for NOPE")
    }
  }

  @Test func aContainerThatIsNotToBeRestartedIsOnlyEnded() async throws {
    var script = ContainerScript.server
    script.commands["false"] = CommandAnswer(code: 1)
    try await SimulatedNode.run(settings: Self.settings(script)) { node in
      try await node.create(
        """
        metadata: {name: once}
        spec:
          restartPolicy: Never
          containers:
          - {name: main, image: busybox, livenessProbe: {exec: {command: ["false"]}, failureThreshold: 1}}
        """)
      try await node.wait("once") { $0?.status.phase == "Succeeded" }
      try await node.pass(.seconds(1))
      #expect(node.events("once").last == "Normal Killing Container main failed liveness probe")
    }
  }

  @Test func readinessIsAskedForUntilTheEnd() async throws {
    var script = ContainerScript.deaf
    script.turn = ContainerScript.Turn(after: .seconds(4), ["test": CommandAnswer("draining\n", code: 1)])
    try await SimulatedNode.run(settings: Self.settings(script)) { node in
      try await node.create(
        """
        metadata: {name: drains}
        spec:
          terminationGracePeriodSeconds: 10
          containers:
          - name: main
            image: busybox
            readinessProbe: {exec: {command: [test]}, periodSeconds: 1, failureThreshold: 1}
            livenessProbe: {exec: {command: [test]}, periodSeconds: 1, failureThreshold: 1}
        """)
      try await node.pass(.seconds(3))
      try await node.delete("drains")
      try await node.wait("drains") { $0 == nil }
      #expect(node.watched("drains").suffix(3) == ["1/1 Terminating 0", "0/1 Terminating 0", "0/1 Error 0"])
      let events = node.events("drains")
      #expect(events.contains { $0.hasPrefix("Warning Unhealthy Readiness probe failed: draining") })
      #expect(!events.contains { $0.contains("Liveness") })
    }
  }

  @Test func theLastWordsOfAPodShareTheirRoom() async throws {
    var settings = Self.settings(.deaf)
    settings.script = { spec in
      try? Files.write(spec.name + String(repeating: "x", count: 4000), to: spec.terminationMessageFile ?? "")
      return .exits(0, after: .milliseconds(5))
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: talkers}
        spec:
          restartPolicy: Never
          initContainers: [{name: i, image: busybox}, {name: j, image: busybox}]
          containers: [{name: a, image: busybox}, {name: b, image: busybox}]
        """)
      try await node.wait("talkers") { $0?.status.phase == "Succeeded" }
      let status = try #require(node.pod("talkers")?.status)
      let messages = (status.initContainerStatuses + status.containerStatuses).map { $0.state.terminated?.message }
      #expect(messages == ["i", "j", "a", "b"].map { $0 + String(repeating: "x", count: 3071) })
    }
  }

  @Test func aPodWhoseTimeIsOverHasFailedOnlyWhenNothingOfItRuns() async throws {
    try await SimulatedNode.run(settings: Self.settings(.deaf)) { node in
      try await node.create(
        """
        metadata: {name: late}
        spec:
          activeDeadlineSeconds: 3
          terminationGracePeriodSeconds: 5
          containers: [{name: main, image: busybox}]
        """)
      try await node.pass(.seconds(5))
      #expect(node.pod("late")?.status.phase == "Running" && node.pod("late")?.status.reason == nil)
      try await node.wait("late", within: .seconds(5)) { $0?.status.phase == "Failed" }
      let status = try #require(node.pod("late")?.status)
      #expect(status.reason == "DeadlineExceeded")
      #expect(status.message == "Pod was active on the node longer than the specified deadline")
      #expect(
        node.events("late").suffix(2) == [
          "Normal DeadlineExceeded Pod was active on the node longer than the specified deadline",
          "Normal Killing Stopping container main",
        ])
    }
  }

  @Test func anotherImageIsRunWithoutAPause() async throws {
    var settings = Self.settings(.server)
    settings.registry["busybox:2"] = settings.registry["busybox"]
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create("{metadata: {name: web}, spec: {containers: [{name: main, image: busybox}]}}")
      try await node.wait("web") { $0?.status.phase == "Running" }
      let patch: Document = ["spec": ["containers": [["name": "main", "image": "busybox:2"]]]]
      _ = try await node.client.patch(Pod.self, "web", namespace: "default", .merge, patch)
      try await node.pass(.seconds(2))
      #expect(node.watched("web").suffix(2) == ["1/1 Running 0", "1/1 Running 1"])
      #expect(node.events("web").contains("Normal Killing Container main definition changed, will be restarted"))
    }
  }

  @Test func anotherImageIsPulledAtOnceWhenTheFirstWasNotThere() async throws {
    try await SimulatedNode.run(settings: Self.settings(.server)) { node in
      try await node.create("{metadata: {name: shop}, spec: {containers: [{name: main, image: 'busybox:shiny'}]}}")
      try await node.wait("shop") { pod in
        pod?.status.containerStatuses.first?.state.waiting?.reason == "ImagePullBackOff"
      }
      let patch: Document = ["spec": ["containers": [["name": "main", "image": "busybox"]]]]
      _ = try await node.client.patch(Pod.self, "shop", namespace: "default", .merge, patch)
      try await node.pass(.seconds(2))
      #expect(node.pod("shop")?.status.phase == "Running")
    }
  }
}

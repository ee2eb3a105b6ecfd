import ContainerRuntime
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import Testing

/// Pods whose course on a real Kubernetes 1.32 is known: what `get pods --watch` and the events say of them.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ReferencePodTests {
  @Test func initContainersRunOneAfterTheOther() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { $0.name == "main" ? .deaf : .exits(0, after: .seconds(3)) }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: init-two}
        spec:
          initContainers:
          - {name: first, image: busybox}
          - {name: second, image: busybox}
          containers:
          - {name: main, image: busybox}
        """)
      try await node.wait("init-two") { $0?.status.phase == "Running" }
      #expect(
        node.watched("init-two") == [
          "0/1 Pending 0", "0/1 Init:0/2 0", "0/1 Init:1/2 0", "0/1 PodInitializing 0", "1/1 Running 0",
        ])
      try await node.pass(.seconds(1))
      let names = node.events("init-two").compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(
        names == [
          "Pulling", "Pulled", "Created", "Started", "Pulling", "Pulled", "Created", "Started", "Pulling", "Pulled",
          "Created", "Started",
        ])
    }
  }

  @Test func crashesAreRestartedWithGrowingPauses() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .exits(1, after: .seconds(1)) }
    try await SimulatedNode.run(settings: settings) { node in
      let pod = try await node.create(
        "{metadata: {name: crashloop}, spec: {containers: [{name: main, image: busybox}]}}")
      try await node.pass(.seconds(100))
      #expect(
        node.watched("crashloop") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "1/1 Running 0", "0/1 Error 0", "1/1 Running 1", "0/1 Error 1",
          "0/1 CrashLoopBackOff 1", "1/1 Running 2", "0/1 Error 2", "0/1 CrashLoopBackOff 2", "1/1 Running 3",
          "0/1 Error 3", "0/1 CrashLoopBackOff 3", "1/1 Running 4", "0/1 Error 4", "0/1 CrashLoopBackOff 4",
        ])
      let status = try #require(node.pod("crashloop")?.status.containerStatuses.first)
      #expect(status.state.waiting?.reason == "CrashLoopBackOff")
      #expect(
        status.state.waiting?.message
          == "back-off 1m20s restarting failed container=main pod=crashloop_default(\(pod.uid))")
      #expect(status.lastState.terminated?.reason == "Error")
      #expect(
        node.events("crashloop").contains {
          $0.hasPrefix(
            "Warning BackOff Back-off restarting failed container main in pod crashloop_default(\(pod.uid)) (x")
        })
      try await node.delete("crashloop")
      try await node.wait("crashloop") { $0 == nil }
      #expect(node.watched("crashloop").suffix(2) == ["0/1 Terminating 4", "0/1 Error 4"])
    }
  }

  @Test func aMissingImageIsAskedForAgainAndAgain() async throws {
    try await SimulatedNode.run { node in
      try await node.create(
        "{metadata: {name: no-tag}, spec: {containers: [{name: main, image: 'busybox:no-such-tag'}]}}")
      try await node.pass(.seconds(15))
      #expect(
        node.watched("no-tag") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "0/1 ErrImagePull 0", "0/1 ImagePullBackOff 0",
          "0/1 ErrImagePull 0", "0/1 ImagePullBackOff 0",
        ])
      #expect(
        node.events("no-tag") == [
          "Normal Pulling Pulling image \"busybox:no-such-tag\" (x2)",
          "Warning Failed Failed to pull image \"busybox:no-such-tag\": busybox:no-such-tag: not found (x2)",
          "Warning Failed Error: ErrImagePull (x2)",
          "Normal BackOff Back-off pulling image \"busybox:no-such-tag\" (x2)",
          "Warning Failed Error: ImagePullBackOff (x2)",
        ])
      #expect(
        node.pod("no-tag")?.status.containerStatuses.first?.state.waiting?.message
          == "Back-off pulling image \"busybox:no-such-tag\": ErrImagePull: busybox:no-such-tag: not found")
      try await node.delete("no-tag")
      try await node.wait("no-tag") { $0 == nil }
      #expect(node.watched("no-tag").last == "0/1 ContainerStatusUnknown 0")
    }
  }

  @Test func anAbsentImageIsNeverPulledWhenForbidden() async throws {
    try await SimulatedNode.run { node in
      try await node.create(
        "{metadata: {name: never-pull}, spec: {containers: [{name: main, image: 'absent:1', imagePullPolicy: Never}]}}")
      try await node.pass(.seconds(14))
      #expect(node.watched("never-pull") == ["0/1 Pending 0", "0/1 ContainerCreating 0", "0/1 ErrImageNeverPull 0"])
      #expect(
        node.events("never-pull") == [
          "Warning ErrImageNeverPull Container image \"absent:1\" is not present with pull policy of Never (x2)",
          "Warning Failed Error: ErrImageNeverPull (x2)",
        ])
    }
  }

  @Test func aProgramThatCannotStartIsTriedAgain() async throws {
    let message =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuchcommand\": executable file not found in $PATH: unknown"
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .cannotStart(message) }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        "{metadata: {name: bad-command}, spec: {containers: [{name: main, image: busybox, command: [nosuchcommand]}]}}")
      try await node.pass(.seconds(12))
      #expect(
        node.watched("bad-command") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "0/1 RunContainerError 0", "0/1 RunContainerError 1",
          "0/1 CrashLoopBackOff 1", "0/1 RunContainerError 2", "0/1 CrashLoopBackOff 2",
        ])
      let terminated = try #require(node.pod("bad-command")?.status.containerStatuses.first?.lastState.terminated)
      #expect(terminated.reason == "StartError" && terminated.exitCode == 128 && terminated.message == message)
      #expect(node.pod("bad-command")?.status.phase == "Running")
      try await node.delete("bad-command")
      try await node.wait("bad-command") { $0 == nil }
      #expect(node.watched("bad-command").last == "0/1 StartError 2")
      // Where nothing is tried again, the failed start is how the container ended.
      try await node.create(
        "{metadata: {name: once}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}")
      try await node.wait("once") { $0?.status.phase == "Failed" }
      let status = try #require(node.pod("once")?.status.containerStatuses.first)
      #expect(status.state.terminated?.reason == "StartError" && status.state.waiting == nil)
    }
  }

  @Test func aFailedInitContainerHoldsThePod() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { $0.name == "setup" ? .exits(3, after: .milliseconds(5)) : .deaf }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: init-fail}
        spec:
          initContainers: [{name: setup, image: busybox}]
          containers: [{name: main, image: busybox}]
        """)
      try await node.pass(.seconds(12))
      #expect(
        node.watched("init-fail") == [
          "0/1 Pending 0", "0/1 Init:0/1 0", "0/1 Init:Error 0", "0/1 Init:0/1 1", "0/1 Init:Error 1",
          "0/1 Init:CrashLoopBackOff 1", "0/1 Init:0/1 2", "0/1 Init:Error 2", "0/1 Init:CrashLoopBackOff 2",
        ])
      let initialized = node.pod("init-fail")?.status.conditions.first { $0.type == "Initialized" }
      #expect(initialized?.reason == "ContainersNotInitialized")
      #expect(initialized?.message == "containers with incomplete status: [setup]")
      try await node.delete("init-fail")
      try await node.wait("init-fail") { $0 == nil }
      #expect(node.watched("init-fail").last == "0/1 Init:Error 2")
    }
  }

  @Test func aPodThatIsNotRestartedEnds() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = {
      $0.labels["io.kubernetes.pod.name"] == "ok" ? .exits(0, after: .seconds(2)) : .exits(42, after: .seconds(1))
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        "{metadata: {name: ok}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}")
      try await node.create(
        "{metadata: {name: bad}, spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}")
      try await node.pass(.seconds(5))
      func conditions(_ name: String) -> [String] {
        (node.pod(name)?.status.conditions ?? []).map { "\($0.type ?? "")=\($0.status ?? "")/\($0.reason ?? "")" }
      }
      #expect(
        conditions("ok") == [
          "PodReadyToStartContainers=False/", "Initialized=True/PodCompleted", "Ready=False/PodCompleted",
          "ContainersReady=False/PodCompleted", "PodScheduled=True/",
        ])
      #expect(
        conditions("bad") == [
          "PodReadyToStartContainers=False/", "Initialized=True/", "Ready=False/PodFailed",
          "ContainersReady=False/PodFailed", "PodScheduled=True/",
        ])
      #expect(node.pod("ok")?.status.phase == "Succeeded" && node.pod("bad")?.status.phase == "Failed")
      #expect(node.watched("ok") == ["0/1 Pending 0", "0/1 ContainerCreating 0", "1/1 Running 0", "0/1 Completed 0"])
      try await node.delete("ok")
      try await node.delete("bad")
      try await node.wait("ok", within: .seconds(1)) { $0 == nil }
      try await node.wait("bad", within: .seconds(1)) { $0 == nil }
      #expect(!node.events("ok").contains { $0.contains("Killing") })
      #expect(try await node.runtime.inventory() == Inventory())
    }
  }

  @Test func anOnFailurePodIsRestartedUntilItSucceeds() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { $0.attempt < 2 ? .exits(1, after: .milliseconds(300)) : .exits(0, after: .milliseconds(300)) }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        "{metadata: {name: onfailure}, spec: {restartPolicy: OnFailure, containers: [{name: main, image: busybox}]}}")
      try await node.wait("onfailure") { $0?.status.phase == "Succeeded" }
      try await node.pass(.seconds(1))
      #expect(
        node.watched("onfailure") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "1/1 Running 0", "0/1 Error 0", "1/1 Running 1", "0/1 Error 1",
          "0/1 CrashLoopBackOff 1", "1/1 Running 2", "0/1 Completed 2",
        ])
      #expect(node.pod("onfailure")?.status.containerStatuses.first?.lastState == ContainerState())
    }
  }

  @Test func aFailingLivenessProbeRestartsTheContainer() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.deaf
      script.commands["cat"] = CommandAnswer("cat: can't open '/tmp/healthy': No such file or directory\n", code: 1)
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: liveness-exec}
        spec:
          terminationGracePeriodSeconds: 2
          containers:
          - name: main
            image: busybox
            livenessProbe:
              exec: {command: [cat, /tmp/healthy]}
              initialDelaySeconds: 2
              periodSeconds: 2
              failureThreshold: 2
        """)
      try await node.wait("liveness-exec") { ($0?.status.containerStatuses.first?.restartCount ?? 0) == 1 }
      try await node.pass(.seconds(1))
      #expect(
        node.watched("liveness-exec") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "1/1 Running 0", "1/1 Running 1",
        ])
      let events = node.events("liveness-exec")
      #expect(
        events.contains(
          "Warning Unhealthy Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n (x2)"))
      #expect(events.contains("Normal Killing Container main failed liveness probe, will be restarted"))
    }
  }

  @Test func readinessFollowsTheProbe() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.server
      script.commands["test"] = CommandAnswer("not ready yet\n", code: 1)
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: readiness-fail}
        spec:
          containers:
          - name: main
            image: busybox
            readinessProbe: {exec: {command: [test]}, periodSeconds: 2}
        """)
      try await node.pass(.seconds(5))
      #expect(node.watched("readiness-fail").last == "0/1 Running 0")
      let ready = node.pod("readiness-fail")?.status.conditions.first { $0.type == "Ready" }
      #expect(ready?.message == "containers with unready status: [main]")
      #expect(node.events("readiness-fail").last == "Warning Unhealthy Readiness probe failed: not ready yet\n (x3)")
    }
  }

  @Test func anHTTPProbeTellsWhatItGot() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.deaf
      script.ports[8080] = "HTTP/1.0 404 Not Found\r\n\r\n"
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: http}
        spec:
          containers:
          - name: main
            image: busybox
            livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3}
            readinessProbe: {tcpSocket: {port: 9999}, periodSeconds: 3}
        """)
      try await node.pass(.seconds(2))
      let events = node.events("http")
      #expect(events.contains("Warning Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 404"))
      #expect(
        events.contains {
          $0.hasPrefix("Warning Unhealthy Readiness probe failed: dial tcp 10.244.0.")
            && $0.hasSuffix(":9999: connect: connection refused")
        })
    }
  }

  @Test func hooksRunAtTheTurnsOfALife() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.server
      script.commands["sh"] = CommandAnswer(takes: .seconds(2))
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: hooks}
        spec:
          terminationGracePeriodSeconds: 30
          containers:
          - name: main
            image: busybox
            lifecycle: {postStart: {exec: {command: [sh]}}, preStop: {exec: {command: [sh]}}}
        """)
      try await node.pass(.seconds(1))
      #expect(node.watched("hooks").last == "0/1 ContainerCreating 0")
      try await node.wait("hooks") { $0?.status.phase == "Running" }
      let begin = node.time.now()
      try await node.delete("hooks")
      try await node.wait("hooks") { $0 == nil }
      let took: Duration = node.time.now() - begin
      #expect(took >= .seconds(2) && took < .seconds(3))
      #expect(node.watched("hooks").suffix(2) == ["1/1 Terminating 0", "0/1 Completed 0"])
    }
  }

  @Test func aFailingPostStartHookEndsTheContainer() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.deaf
      script.commands["sh"] = CommandAnswer("hook broken\n", code: 5)
      return script
    }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.create(
        """
        metadata: {name: poststart-fail}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: main, image: busybox, lifecycle: {postStart: {exec: {command: [sh]}}}}
        """)
      try await node.pass(.seconds(6))
      #expect(
        node.watched("poststart-fail") == [
          "0/1 Pending 0", "0/1 ContainerCreating 0", "0/1 PostStartHookError 0", "0/1 PostStartHookError 1",
          "0/1 CrashLoopBackOff 1",
        ])
      let events = node.events("poststart-fail")
      #expect(events.contains("Warning FailedPostStartHook PostStartHook failed (x2)"))
      #expect(events.contains("Normal Killing FailedPostStartHook (x2)"))
    }
  }

  @Test func aMissingConfigMapIsTold() async throws {
    try await SimulatedNode.run { node in
      try await node.create(
        """
        metadata: {name: missing-configmap}
        spec:
          containers:
          - name: main
            image: busybox
            env: [{name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]
        """)
      try await node.pass(.seconds(2))
      #expect(node.watched("missing-configmap").last == "0/1 CreateContainerConfigError 0")
      #expect(node.events("missing-configmap").last == "Warning Failed Error: configmap \"settings\" not found")
    }
  }
}

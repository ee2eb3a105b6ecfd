import KubernetesAPI
import SimulatedRuntime
import SystemIO
import Testing

@testable import Kubelet

@Suite(.serialized, .timeLimit(.minutes(1)))
struct TokenVolumeTests {
  private let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: robot}
    spec:
      serviceAccountName: robot
      containers:
      - {name: main, image: busybox, command: [sleep, "3600"]}
      volumes:
      - name: access
        projected:
          sources:
          - serviceAccountToken: {path: token, expirationSeconds: 600}
          - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
    """

  @Test func theTokenIsThereFromTheBeginningAndIsRenewedInTime() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    try await SimulatedNode.run(settings: settings) { [manifest] node in
      try await node.create(manifest)
      try await node.wait("robot") { $0?.status.phase == "Running" }
      let pod = try #require(node.pod("robot"))
      let folder = PodVolumes.path(of: pod.spec.volumes[0], pod: pod, node.configuration)
      #expect(try Files.readText(folder + "/namespace") == "default")
      #expect(try Files.readText(folder + "/token") == "token 1")
      try await node.pass(.seconds(470))
      #expect(try Files.readText(folder + "/token") == "token 1")
      // Once for each 480 seconds, looked at every minute.
      try await node.pass(.seconds(80))
      #expect(try Files.readText(folder + "/token") == "token 2")
      try await node.pass(.seconds(540))
      #expect(try Files.readText(folder + "/token") == "token 3")
    }
  }
}

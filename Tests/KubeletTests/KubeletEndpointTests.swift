import ContainerRuntime
import Documents
import KubernetesAPI
import SimulatedRuntime
import Testing

@Suite(.serialized, .timeLimit(.minutes(1)))
struct KubeletEndpointTests {
  private let plain = "{metadata: {name: plain}, spec: {containers: [{name: main, image: busybox}]}}"

  @Test func runsACommandAndTellsItsExitCode() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.server
      script.commands["date"] = CommandAnswer("today\n", code: 42)
      return script
    }
    try await SimulatedNode.run(settings: settings) { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let request = APIRequest(
        "GET", "/exec/default/plain/main",
        query: [QueryItem("command", "date"), QueryItem("output", "1"), QueryItem("error", "1")])
      let connection = try await RemoteCommandConnection.open(request, at: node.kubelet.endpoint)
      #expect(try await connection.next() == .output(Array("today\n".utf8)))
      #expect(try await connection.next() == .ended(.exited(42)))
      await connection.close()
    }
  }

  @Test func refusesACommandWhereNothingRuns() async throws {
    try await SimulatedNode.run { node in
      try await node.create("{metadata: {name: pull}, spec: {containers: [{name: main, image: 'absent:1'}]}}")
      try await node.wait("pull") { $0?.status.containerStatuses.first?.state.waiting?.reason == "ErrImagePull" }
      for (path, expected) in [
        ("/exec/default/pull/main", "unable to upgrade connection: container not found (\"main\")"),
        ("/attach/default/pull/main", "unable to upgrade connection: container main not found in pod pull_default"),
      ] {
        let request = APIRequest("GET", path, query: [QueryItem("output", "1")])
        let connection = try await RemoteCommandConnection.open(request, at: node.kubelet.endpoint)
        #expect(try await connection.next() == .ended(.failed(.internalError(expected))))
        await connection.close()
      }
    }
  }

  @Test func forwardsAPort() async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in
      var script = ContainerScript.server
      script.ports[80] = "hello"
      return script
    }
    try await SimulatedNode.run(settings: settings) { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      let handshake = WebSocketHandshake(protocols: ["v4.channel.k8s.io"])
      var request = APIRequest("GET", "/portForward/default/plain", query: [QueryItem("ports", "80")])
      handshake.addRequestHeaders(to: &request.headers)
      let (socket, _) = try await handshake.open(try await node.kubelet.endpoint.send(request))
      #expect(try await socket.receive() == .binary([0, 80, 0]))
      #expect(try await socket.receive() == .binary([1, 80, 0]))
      #expect(try await socket.receive() == .binary([0] + Array("hello".utf8)))
      socket.abort()
    }
  }

  @Test func isHealthyAndListsItsPods() async throws {
    try await SimulatedNode.run { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      guard case .bytes(let health) = try await node.kubelet.endpoint.send(APIRequest("GET", "/healthz")).body,
        case .bytes(let pods) = try await node.kubelet.endpoint.send(APIRequest("GET", "/pods")).body
      else { throw NeverHappened("an answer at once") }
      #expect(String(decoding: health, as: UTF8.self) == "ok")
      #expect(String(decoding: pods, as: UTF8.self).contains("\"name\":\"plain\""))
    }
  }

  @Test func tellsWhatItsPodsUse() async throws {
    try await SimulatedNode.run { [plain] node in
      try await node.create(plain)
      try await node.wait("plain") { $0?.status.phase == "Running" }
      try await node.pass(.seconds(40))
      let response = try await node.kubelet.endpoint.send(APIRequest("GET", "/stats/summary"))
      guard case .bytes(let body) = response.body else {
        Issue.record("no summary")
        return
      }
      let summary = try Document.parse(json: body)
      #expect(summary["node"]?["cpu"]?["usageNanoCores"] == 500_000_000)
      #expect(summary["node"]?["memory"]?["workingSetBytes"] == 67_108_864)
      let pod = try #require(summary["pods"]?.listValue?.first)
      #expect(pod["podRef"]?["name"] == "plain")
      let container = try #require(pod["containers"]?.listValue?.first)
      #expect(container["name"] == "main")
      #expect(container["cpu"]?["usageNanoCores"] == 100_000_000)
      #expect(container["memory"]?["workingSetBytes"] == 1_048_576)
    }
  }
}

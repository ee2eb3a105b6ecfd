import ClusterClient
import KubernetesAPI
import ObjectStore
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MirrorTests {
  /// Runs the body beside a mirror of the config maps of `default`; `told` are its changes as `+name`, `~name`, `-name`.
  private static func mirrored(
    _ server: UnreliableServer, selection: Selection = Selection(),
    _ body: @Sendable (ClusterClient, Mirror<ConfigMap>, _ told: @Sendable () -> [String]) async throws -> Void
  ) async throws {
    let client = ClusterClient(endpoint: server)
    let changes = Changes()
    // A test need not wait as long as a learner's machine may.
    let mirror = Mirror<ConfigMap>(client, namespace: "default", selection) { _ in
      try await Task.sleep(for: .milliseconds(1))
    }
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await mirror.run { key, old, new in
          changes.add((old == nil ? "+" : new == nil ? "-" : "~") + key.name)
        }
      }
      await mirror.waitUntilFilled()
      try await body(client, mirror) { changes.all }
      group.cancelAll()
    }
  }

  private static func map(_ name: String, value: String = "", labels: [String: String] = [:]) -> ConfigMap {
    var map = ConfigMap()
    map.metadata = ObjectMeta(name: name, namespace: "default")
    map.metadata.labels = labels
    map.data = ["value": value]
    return map
  }

  @Test func tellsWhatIsThereAndWhatChanges() async throws {
    let server = try await UnreliableServer()
    let before = ClusterClient(endpoint: server)
    _ = try await before.create(Self.map("a"))
    try await Self.mirrored(server) { client, mirror, told in
      #expect(told() == ["+a"])
      _ = try await client.create(Self.map("b"))
      _ = try await client.update(Self.map("a", value: "new"))
      try await client.delete(ConfigMap.self, "b", namespace: "default")
      try await Deadline.wait("all changes") { told().count == 4 }
      #expect(told() == ["+a", "+b", "~a", "-b"])
      #expect(mirror[ObjectKey(namespace: "default", name: "a")]?.data == ["value": "new"])
      #expect(mirror.objects.map(\.name) == ["a"])
    }
  }

  @Test func seesOnlyWhatItSelects() async throws {
    let server = try await UnreliableServer()
    try await Self.mirrored(server, selection: Selection(labelSelector: "paint=red")) { client, mirror, told in
      _ = try await client.create(Self.map("a"))
      _ = try await client.create(Self.map("b", labels: ["paint": "red"]))
      _ = try await client.update(Self.map("b"))
      try await Deadline.wait("b has left") { told().count == 2 }
      #expect(told() == ["+b", "-b"])
      #expect(mirror.objects.isEmpty)
    }
  }

  @Test func goesOnWhereAnEndedWatchLeftOff() async throws {
    let server = try await UnreliableServer()
    try await Self.mirrored(server) { client, _, told in
      for round in 0..<20 {
        _ = try await client.create(Self.map("m\(round)"))
        if round % 3 == 0 { server.dropListeners() }
      }
      try await Deadline.wait("all changes") { told().count >= 20 }
      #expect(told() == (0..<20).map { "+m\($0)" })
      #expect(server.asked.filter { $0 == "GET /api/v1/namespaces/default/configmaps" }.count == 1)
    }
  }

  @Test func tellsAfterAGapWhatHappenedInIt() async throws {
    let server = try await UnreliableServer()
    for name in ["kept", "changed", "lost"] { _ = try await server.past.create(Self.map(name)) }
    try await Self.mirrored(server) { _, mirror, told in
      let asked = server.asked.count
      server.goAway()
      try await Deadline.wait("the mirror has noticed") { server.asked.count > asked }
      _ = try await server.past.update(Self.map("changed", value: "new"))
      try await server.past.delete(ConfigMap.self, "lost", namespace: "default")
      _ = try await server.past.create(Self.map("fresh"))
      // The revision that the mirror has reached is kept no longer, so that only a list can tell.
      try await server.store.compact(keeping: 0)
      server.comeBack()
      try await Deadline.wait("the mirror is as the server") { told().count == 6 }
      #expect(Set(told().dropFirst(3)) == ["~changed", "-lost", "+fresh"])
      #expect(Set(mirror.objects.map(\.name)) == ["kept", "changed", "fresh"])
      #expect(server.asked.count { $0 == "GET /api/v1/namespaces/default/configmaps" } >= 2)
    }
  }

  @Test func stopsWaitingWhenItsTaskIsCancelled() async throws {
    let server = try await UnreliableServer()
    server.goAway()
    let mirror = Mirror<ConfigMap>(ClusterClient(endpoint: server))
    let waiting = Task { await mirror.waitUntilFilled() }
    waiting.cancel()
    await waiting.value
    #expect(!mirror.isFilled)
  }
}

/// What a mirror told, in order.
private final class Changes: Sendable {
  private let list = Mutex<[String]>([])

  var all: [String] { list.withLock { $0 } }
  func add(_ change: String) { list.withLock { $0.append(change) } }
}

import ClusterClient
import KubernetesAPI
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ClientTests {
  private static func map(_ name: String) -> ConfigMap {
    var map = ConfigMap()
    map.metadata = ObjectMeta(name: name, namespace: "default")
    map.data = ["a": "1"]
    return map
  }

  @Test func whatIsWrittenIsReadBack() async throws {
    let client = ClusterClient(endpoint: try await UnreliableServer())
    let created = try await client.create(Self.map("settings"))
    #expect(created.kind == "ConfigMap" && created.apiVersion == "v1")
    #expect(try await client.get(ConfigMap.self, "settings", namespace: "default") == created)
    let patched = try await client.patch(
      ConfigMap.self, "settings", namespace: "default", .merge, ["data": ["b": "2"]])
    #expect(patched.data == ["a": "1", "b": "2"])
    let all = try await client.list(ConfigMap.self, namespace: "default")
    #expect(all.items == [patched])
    #expect(all.resourceVersion == patched.metadata.resourceVersion)
  }

  @Test func refusalsAreErrorsWithTheServersWords() async throws {
    let client = ClusterClient(endpoint: try await UnreliableServer())
    await #expect {
      try await client.get(ConfigMap.self, "none", namespace: "default")
    } throws: {
      ($0 as? StatusError)?.isNotFound == true
        && ($0 as? StatusError)?.message == "configmaps \"none\" not found"
    }
    let first = try await client.create(Self.map("settings"))
    await #expect {
      try await client.create(Self.map("settings"))
    } throws: {
      ($0 as? StatusError)?.reason == "AlreadyExists"
    }
    _ = try await client.update(Self.map("settings"))
    var stale = first
    stale.data = ["a": "2"]
    _ = try await client.patch(ConfigMap.self, "settings", namespace: "default", .merge, ["data": ["b": "2"]])
    await #expect {
      try await client.update(stale)
    } throws: {
      ($0 as? StatusError)?.reason == "Conflict"
    }
  }

  @Test func aWatchEndsWithItsServer() async throws {
    let server = try await UnreliableServer()
    let client = ClusterClient(endpoint: server)
    let start = try await client.list(ConfigMap.self, namespace: "default").resourceVersion
    let watch = try await client.watch(ConfigMap.self, namespace: "default", after: start)
    _ = try await client.create(Self.map("settings"))
    var events = watch.makeAsyncIterator()
    let event = try #require(try await events.next())
    #expect(event.type == .added && event.object.name == "settings")
    server.dropListeners()
    #expect(try await events.next() == nil)
  }
}

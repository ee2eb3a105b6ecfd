import ClusterClient
import Glibc
import HTTPTransport
import KubernetesAPI
import ObjectStore
import SystemIO
import TestSupport
import Testing

/// What the control plane has acknowledged is there after it was killed, and whoever watches goes on where they were.
@Suite(.timeLimit(.minutes(3))) struct AcknowledgedWritesTests {
  @Test func fiftyKillsUnderLoadLoseNothing() async throws {
    try await Learner.with { learner in
      let endpoint = HTTPClient(unixSocket: "\(learner.home)/runtime/podium/\(learner.cluster)/sockets/api.sock")
      let client = ClusterClient(endpoint: endpoint)
      var random = SeededRandom(seed: 50)
      var writers = (0..<4).map { Writer(number: $0) }
      var watcher = Watcher(revision: "")
      for round in 0..<50 {
        let server = try await serve(learner, endpoint)
        if round == 0 { watcher.revision = try await client.list(ConfigMap.self).resourceVersion }
        (writers, watcher) = try await withThrowingTaskGroup(of: Worker.self) { group in
          for writer in writers {
            group.addTask {
              var writer = writer
              try await writer.writeUntilTheEnd(of: client)
              return .writer(writer)
            }
          }
          group.addTask { [watcher] in
            var watcher = watcher
            try await watcher.watch(client)
            return .watcher(watcher)
          }
          try await Task.sleep(for: .milliseconds(Int.random(in: 40...160, using: &random)))
          server.kill()
          for try await worker in group {
            switch worker {
            case .writer(let writer): writers[writer.number] = writer
            case .watcher(let seen): watcher = seen
            }
          }
          return (writers, watcher)
        }
        if round % 10 == 9 { try await expectSoundStore(of: learner) }
      }

      let server = try await serve(learner, endpoint)
      for index in writers.indices { try await writers[index].settle(client) }
      var last = ConfigMap()
      last.metadata = ObjectMeta(name: Watcher.lastName, namespace: "default")
      _ = try await client.create(last)
      try await watcher.watch(client)
      try await client.delete(ConfigMap.self, Watcher.lastName, namespace: "default")

      let acknowledged = writers.flatMap(\.acknowledged)
      #expect(acknowledged.count > 100, "too little was written to prove anything")
      for change in acknowledged {
        #expect(watcher.changes[change.revision] == change, "the watch does not show what was acknowledged")
      }
      let expected = writers.reduce(into: [:]) { $0.merge($1.contents) { $1 } }
      let found = try await client.list(ConfigMap.self, namespace: "default").items
        .filter { $0.name.hasPrefix("writer-") }
      #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.data) }) == expected)
      #expect(watcher.contents == expected)
      server.kill()
      try await expectSoundStore(of: learner)
    }
  }

  private enum Worker {
    case writer(Writer)
    case watcher(Watcher)
  }

  /// Starts the control plane and returns when it answers.
  private func serve(_ learner: Learner, _ endpoint: HTTPClient) async throws -> ChildProgram {
    try Files.makeDirectories(learner.state)
    let log = try Files.open(learner.state + "/cluster.log", O_WRONLY | O_CREAT | O_APPEND)
    let null = try Files.open("/dev/null", O_RDWR)
    defer {
      close(log)
      close(null)
    }
    let server = try ChildProgram(
      BuiltProgram.path("podium"), ["--cluster", learner.cluster, "cluster", "serve", "--without-nodes"],
      environment: learner.environment, folder: nil, input: null, output: null, error: log)
    try await Deadline.wait("an answer of the control plane", within: .seconds(20)) {
      (try? await endpoint.send(APIRequest("GET", "/readyz")).status) == 200
    }
    return server
  }

  private func expectSoundStore(of learner: Learner) async throws {
    let store = try Store.open(path: learner.state + "/store.db")
    #expect(try await store.check() == [])
    await store.close()
  }
}

/// One write, as its writer was told of it or as the watch has shown it.
private struct AcknowledgedChange: Equatable {
  let revision: Int64
  let name: String
  let data: [String: String]

  init(_ map: ConfigMap) throws {
    revision = try #require(map.metadata.resourceVersion.flatMap { Int64($0) })
    name = map.name
    data = map.data
  }
}

/// Creates, changes and deletes objects of its own, and knows which of them must be there.
private struct Writer: Sendable {
  let number: Int
  private(set) var contents: [String: [String: String]] = [:]
  private(set) var acknowledged: [AcknowledgedChange] = []
  /// A write that was not answered: the object is as it was before, or as it was to be.
  private var doubt: (name: String, before: [String: String]?, after: [String: String]?)?
  private var count = 0
  private var random: SeededRandom

  init(number: Int) {
    self.number = number
    random = SeededRandom(seed: UInt64(number))
  }

  /// Returns when the server does not answer any more.
  mutating func writeUntilTheEnd(of client: ClusterClient) async throws {
    do {
      try await settle(client)
      while true { try await write(client) }
    } catch is StatusError {
      // What the store holds now is looked at when it is served again.
    }
  }

  mutating func settle(_ client: ClusterClient) async throws {
    guard let doubt else { return }
    let found: [String: String]?
    do throws(StatusError) {
      found = try await client.get(ConfigMap.self, doubt.name, namespace: "default").data
    } catch {
      guard error.reason == "NotFound" else { throw error }
      found = nil
    }
    #expect(found == doubt.before || found == doubt.after, "\(doubt.name) is what it never was")
    contents[doubt.name] = found
    self.doubt = nil
  }

  private mutating func write(_ client: ClusterClient) async throws {
    count += 1
    let present = contents.keys.sorted().randomElement(using: &random)
    let data = ["count": "\(count)", "text": String(repeating: "\(number)", count: count % 500)]
    if let present, contents.count > 20 {
      doubt = (present, contents[present], nil)
      try await client.delete(ConfigMap.self, present, namespace: "default")
      contents[present] = nil
    } else {
      let isNew = present == nil || Bool.random(using: &random)
      var map = ConfigMap()
      map.metadata = ObjectMeta(
        name: isNew ? "writer-\(number)-\(count)" : present ?? "", namespace: "default")
      map.data = data
      doubt = (map.name, contents[map.name], data)
      let stored = isNew ? try await client.create(map) : try await client.update(map)
      acknowledged.append(try AcknowledgedChange(stored))
      contents[map.name] = data
    }
    doubt = nil
  }
}

/// Follows all changes, across the ends of the server.
private struct Watcher: Sendable {
  static let lastName = "the-last-one"

  var revision: String
  private(set) var changes: [Int64: AcknowledgedChange] = [:]
  private(set) var contents: [String: [String: String]] = [:]

  init(revision: String) { self.revision = revision }

  /// Returns when the server is gone, or the last object has come.
  mutating func watch(_ client: ClusterClient) async throws {
    do {
      let events = try await client.watch(ConfigMap.self, namespace: "default", after: revision)
      defer { events.cancel() }
      for try await event in events {
        let change = try AcknowledgedChange(event.object)
        if event.type != .bookmark {
          // Also after a new start nothing comes twice, and nothing in another order.
          #expect(change.revision > Int64(revision) ?? 0)
          if change.name == Self.lastName { return }
          if change.name.hasPrefix("writer-") {
            contents[change.name] = event.type == .deleted ? nil : change.data
            if event.type != .deleted { changes[change.revision] = change }
          }
        }
        revision = "\(change.revision)"
      }
    } catch let error as StatusError {
      // Everything is young enough to be kept, so there is no reason to be sent back to a list.
      #expect(error.status.code != 410, "\(error)")
    }
  }
}

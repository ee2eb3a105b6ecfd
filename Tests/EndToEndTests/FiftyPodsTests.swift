import ClusterClient
import Documents
import Glibc
import HTTPTransport
import KubernetesAPI
import Synchronization
import SystemIO
import TestSupport
import Testing

/// Control plane, kubelet and node init are killed, singly and together, while fifty pods are being created and deleted:
/// afterwards there is exactly what was acknowledged, no container has run twice at once, and nothing is left over.
///
/// By hand, `KILL_ROUNDS=100` goes on for longer and `KILL_SEED=17` chooses other victims and moments.
@Suite(.serialized, .needsUserNamespace, .timeLimit(.minutes(10)))
struct FiftyPodsTests {
  @Test(.needsRoot) func aClusterOfRootKeepsItsWord() async throws {
    try await Learner.with(.root) { try await CrowdedCluster($0, pods: 50, rounds: 8).run() }
  }

  @Test(.needsOrdinaryUser) func aClusterOfAnOrdinaryUserKeepsItsWord() async throws {
    try await Learner.with(.ordinaryUser) { try await CrowdedCluster($0, pods: 16, rounds: 4).run() }
  }
}

/// A cluster with many pods, and what is done to it.
private struct CrowdedCluster: Sendable {
  private static let writers = 4

  let learner: Learner
  private let pods: Int
  private let rounds: Int
  private let seed: UInt64
  private let client: ClusterClient

  init(_ learner: Learner, pods: Int, rounds: Int) {
    func number(_ variable: String) -> UInt64? { getenv(variable).flatMap { UInt64(String(cString: $0)) } }
    self.learner = learner
    self.pods = pods
    self.rounds = number("KILL_ROUNDS").map(Int.init) ?? rounds
    seed = number("KILL_SEED") ?? 1
    client = ClusterClient(
      endpoint: HTTPClient(unixSocket: "\(learner.home)/runtime/podium/\(learner.cluster)/sockets/api.sock"))
  }

  func run() async throws {
    let before = learner.census()
    try await start()
    try Files.makeDirectories(marks)
    learner.account.own(marks)
    let (ledgers, watcher) = try await live()

    let wanted = ledgers.reduce(into: [:]) { $0.merge($1.present) { $1 } }
    let acknowledged = ledgers.reduce(into: Set<String>()) { $0.formUnion($1.acknowledged) }
    try #require(acknowledged.count > pods, "too little was asked for to prove anything")
    try await expectConvergence(to: wanted)
    try await expectCompleteness(of: watcher, wanted: wanted)
    try expectNoSharedTime(wanted: wanted)
    for ledger in ledgers { try await ledger.deleteAll() }
    try await expectConvergence(to: [:])
    try await expectNothingLeft(of: acknowledged)
    let stopped = try await learner.podium("cluster", "stop")
    #expect(stopped.end == .exited(0), "\(stopped.error)")
    try await learner.expectNothingMore(than: before)
  }

  private func start() async throws {
    let answer = try await learner.podium("cluster", "start", within: .seconds(60))
    try #require(answer.end == .exited(0), "\(answer.error)")
  }

  // MARK: Life and death

  private enum Worker: Sendable {
    case ledger(Ledger)
    case watcher(PodWatcher)
    case killer
  }

  /// Pods come and go while everything else dies.
  private func live() async throws -> ([Ledger], PodWatcher) {
    let revision = try await client.list(Pod.self).resourceVersion
    let end = Ending()
    return try await withThrowingTaskGroup(of: Worker.self) { group in
      for number in 0..<Self.writers {
        let names = (0..<pods).filter { $0 % Self.writers == number }.map { "pod-\($0)" }
        group.addTask {
          var ledger = Ledger(names: names, marks: marks, client: client, seed: seed &* 100 &+ UInt64(number))
          try await ledger.run(until: end)
          return .ledger(ledger)
        }
      }
      group.addTask {
        var watcher = PodWatcher(revision: revision)
        await watcher.follow(client)
        return .watcher(watcher)
      }
      group.addTask {
        try await kill()
        return .killer
      }
      var ledgers: [Ledger] = []
      while let worker = try await group.next() {
        switch worker {
        case .ledger(let ledger): ledgers.append(ledger)
        case .killer: end.come()
        case .watcher(let watcher): return (ledgers, watcher)
        }
        if ledgers.count == Self.writers { group.cancelAll() }
      }
      throw BrokenWord(description: "nobody has watched")
    }
  }

  private func kill() async throws {
    var random = SeededRandom(seed: seed)
    let commands = [" cluster serve ", "podium kubelet ", "podium-init"]
    // Everybody alone, then in company, then as chance will have it.
    let companies = [[0], [1], [2], [0, 1], [0, 2], [0, 1, 2]]
    for round in 0..<rounds {
      try await Task.sleep(for: .milliseconds(Int.random(in: 300...1800, using: &random)))
      let company = round < companies.count ? companies[round] : companies.randomElement(using: &random)!
      for victim in company.map({ Victims.named(commands[$0], of: learner) }).shuffled(using: &random) { victim.kill() }
      try await start()
    }
    try await Task.sleep(for: .seconds(1))
  }

  // MARK: What must hold

  private func expectConvergence(to wanted: [String: String]) async throws {
    var found: [Pod] = []
    do {
      try await Deadline.wait("\(wanted.count) ready pods and no other", within: .seconds(60)) {
        found = (try? await client.list(Pod.self).items) ?? found
        return Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.uid) }) == wanted
          && found.allSatisfy { pod in pod.status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }
      }
    } catch {
      let lost = wanted.filter { name, uid in !found.contains { $0.uid == uid } }
      let others = found.filter { wanted[$0.name] != $0.uid || !PodSummary($0).status.hasPrefix("Running") }
      // What became of them is best told by the cluster itself.
      let told = try await learner.podium(["kubectl", "describe", "pods"] + others.map(\.name)).output
      throw BrokenWord(
        description:
          "\(error); lost: \(lost); others: \(others.map { "\($0.name) \($0.uid)" })\n\(told)")
    }
    // One sandbox for each, and none for anybody else.
    try await Deadline.wait("\(wanted.count) sandboxes", within: .seconds(20)) {
      Victims.named("/pause", of: learner).processes.count == wanted.count
    }
  }

  /// The watch has told of everything, in order, across all the ends of the server.
  private func expectCompleteness(of watcher: PodWatcher, wanted: [String: String]) async throws {
    let later = try await withTimeLimit(.seconds(10), "all changes after \(watcher.revision)") { [client] in
      var watcher = watcher
      await watcher.follow(client, until: wanted)
      return watcher
    }
    #expect(later.disorder == [])
    #expect(later.uids == wanted)
  }

  /// Each run of a container writes a mark of its own all the time. Of two that run at once the marks would alternate.
  private func expectNoSharedTime(wanted: [String: String]) throws {
    let files = try Files.list(marks)
    for file in files {
      var ended: Set<Substring> = []
      var current: Substring = ""
      for mark in try Files.readText(marks + "/" + file).split(separator: "\n") where mark != current {
        ended.insert(current)
        #expect(!ended.contains(mark), "the container of pod \(file) ran twice at once: \(current) and \(mark)")
        current = mark
      }
    }
    #expect(Set(wanted.values).isSubset(of: files), "not every container has left a mark")
  }

  private func expectNothingLeft(of uids: Set<String>) async throws {
    var left: [String] = []
    try? await Deadline.wait("the end of all files and groups of pods", within: .seconds(20)) {
      let groups = LeakCensus.take(.controlGroups, matching: learner.cluster).leaks(since: LeakCensus.take([]))
      left = (paths(below: learner.home) + groups).filter { path in
        !path.hasPrefix(marks) && uids.contains { path.contains($0) }
      }
      return left.isEmpty
    }
    #expect(left == [])
  }

  private func paths(below folder: String) -> [String] {
    ((try? Files.list(folder)) ?? []).flatMap { name in
      let path = folder + "/" + name
      let isFolder = (try? Files.linkTarget(path)) == nil && Files.isDirectory(path)
      return [path] + (isFolder ? paths(below: path) : [])
    }
  }

  /// Seen by the node at the same path, and outlives it.
  private var marks: String { learner.state + "/marks" }
}

private struct BrokenWord: Error, CustomStringConvertible {
  let description: String
}

/// Whether it is time to come to an end.
private final class Ending: Sendable {
  private let state = Mutex(false)
  var hasCome: Bool { state.withLock { $0 } }
  func come() { state.withLock { $0 = true } }
}

/// Creates and deletes pods of its own, each step until it is answered, and knows which of them must be there.
private struct Ledger: Sendable {
  private let names: [String]
  private let marks: String
  private let client: ClusterClient
  private var random: SeededRandom
  /// The uids of those that were acknowledged and not asked to go.
  private(set) var present: [String: String] = [:]
  private(set) var acknowledged: Set<String> = []

  init(names: [String], marks: String, client: ClusterClient, seed: UInt64) {
    self.names = names
    self.marks = marks
    self.client = client
    random = SeededRandom(seed: seed)
  }

  /// What was begun is brought to its end.
  mutating func run(until end: Ending) async throws {
    for name in names { try await create(name) }
    while !end.hasCome {
      let name = names.randomElement(using: &random)!
      if present[name] == nil {
        try await create(name)
      } else {
        let grace: Int64? = [nil, nil, 0, 1].randomElement(using: &random)!
        try await delete(name, grace: grace)
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
    }
  }

  func deleteAll() async throws {
    var rest = self
    for name in present.keys.sorted() { try await rest.delete(name, grace: nil) }
  }

  private mutating func create(_ name: String) async throws {
    let document = try #require(try Document.parse(yaml: manifest(name)).first)
    let made = try await answer { [client] () async throws(StatusError) in
      do throws(StatusError) {
        return try await client.create(Pod.decode(document).value)
      } catch {
        guard error.isAlreadyExists else { throw error }
        // It may be the very one, whose answer was lost when the server died: nobody else uses the name.
        return try await client.get(Pod.self, name, namespace: "default")
      }
    }
    guard let made, acknowledged.insert(made.uid).inserted else { return }
    if made.metadata.deletionTimestamp == nil { present[name] = made.uid }
  }

  private mutating func delete(_ name: String, grace: Int64?) async throws {
    var options = DeleteOptions()
    options.gracePeriodSeconds = grace
    options.preconditions = Preconditions()
    options.preconditions?.uid = present[name]
    let asked = options
    _ = try await answer { [client] () async throws(StatusError) in
      try await client.delete(Pod.self, name, namespace: "default", asked)
    }
    present[name] = nil
  }

  /// Asks until there is an answer; nil when it is a refusal.
  private func answer<Value>(_ call: () async throws(StatusError) -> Value) async throws -> Value? {
    let end = ContinuousClock.now + .seconds(60)
    while true {
      do throws(StatusError) {
        return try await call()
      } catch {
        if !error.isConnectionFailure, error.code < 500 { return nil }
        if ContinuousClock.now > end { throw error }
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func manifest(_ name: String) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name), namespace: default}
    spec:
      terminationGracePeriodSeconds: 2
      automountServiceAccountToken: false
      volumes: [{name: marks, hostPath: {path: \(marks)}}, {name: own, emptyDir: {}}]
      containers:
      - name: main
        image: busybox
        env: [{name: UID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}]
        volumeMounts: [{name: marks, mountPath: /marks}, {name: own, mountPath: /own}]
        command:
        - sh
        - -c
        - |
          trap 'exit 0' TERM
          read run < /proc/sys/kernel/random/uuid
          while :; do echo $run; sleep 0.2; done >> /marks/$UID
    """
  }
}

/// Follows all pods, across the ends of the server.
private struct PodWatcher: Sendable {
  private(set) var revision: String
  private(set) var uids: [String: String] = [:]
  private(set) var disorder: [String] = []

  init(revision: String) { self.revision = revision }

  /// Until the task is cancelled, or the pods are as wanted.
  mutating func follow(_ client: ClusterClient, until wanted: [String: String]? = nil) async {
    while !Task.isCancelled, uids != wanted {
      do {
        let events = try await client.watch(Pod.self, after: revision)
        defer { events.cancel() }
        for try await event in events {
          take(event)
          if uids == wanted { return }
        }
      } catch let error as StatusError where error.code == 410 {
        disorder.append("sent back to a list after \(revision)")
        return
      } catch {}
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  private mutating func take(_ event: WatchEvent<Pod>) {
    let (name, told) = (event.object.name, event.object.metadata.resourceVersion ?? "")
    defer { revision = told }
    if event.type == .bookmark { return }
    if Int64(told) ?? 0 <= Int64(revision) ?? 0 { disorder.append("\(told) after \(revision)") }
    switch event.type {
    case .added where uids[name] != nil: disorder.append("\(name) is added, and was there")
    case .modified where uids[name] != event.object.uid: disorder.append("\(name) is changed, and was not there")
    case .deleted where uids[name] != event.object.uid: disorder.append("\(name) is deleted, and was not there")
    default: break
    }
    uids[name] = event.type == .deleted ? nil : event.object.uid
  }
}

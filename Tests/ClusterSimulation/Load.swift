internal import ClusterClient
internal import ContainerRuntime
internal import Documents
internal import KubernetesAPI
internal import SimulatedRuntime
internal import Simulation

/// A client that creates and deletes pods, and knows what was acknowledged.
struct Load: Sendable {
  /// A pod that the server has said it has.
  struct Acknowledged: Sendable {
    let name: String
    let uid: String
    let revision: Int64
    var isToBeDeleted = false
  }

  private let cluster: SimulatedCluster
  private let client: ClusterClient
  private let names: [String]
  private(set) var pods: [Acknowledged] = []

  init(_ cluster: SimulatedCluster, pods: Int) {
    self.cluster = cluster
    names = (0..<pods).map { "pod-\($0)" }
    client = ClusterClient(
      endpoint: UnreliableEndpoint(cluster: cluster, life: Life(), name: "client"), userAgent: "client")
  }

  /// Which pods must be there in the end.
  var wanted: [Acknowledged] { pods.filter { !$0.isToBeDeleted } }

  private var world: SimulatedWorld { cluster.world }

  /// Does a number of things in a row, each until it is answered.
  mutating func run(steps: Int, longestPause: Int) async throws {
    for _ in 0..<steps {
      // Some want a thing gone that is only just being made.
      let pause = world.pick(0..<3) == 0 ? 40 : longestPause
      try await cluster.time.sleep(for: .milliseconds(world.pick(0..<pause)))
      let name = names[world.pick(names.indices)]
      if pods.contains(where: { $0.name == name && !$0.isToBeDeleted }), world.pick(0..<3) > 0 {
        try await delete(name, grace: [nil, nil, 0, 1][world.pick(0..<4)])
      } else {
        try await create(name)
      }
    }
  }

  mutating func deleteAll() async throws {
    for pod in wanted { try await delete(pod.name, grace: nil) }
  }

  private mutating func create(_ name: String) async throws {
    guard let document = try Document.parse(yaml: Self.manifest(name, world.pick(0..<Self.kinds))).first else { return }
    let pod = Pod.decode(document).value
    do throws(StatusError) {
      note(try await client.create(pod))
    } catch {
      if error.isConnectionFailure { try await lookAfterCreation(name) }
    }
  }

  /// Nobody answered: the pod was made, or it was not.
  private mutating func lookAfterCreation(_ name: String) async throws {
    let found = try await insist { [client] () async throws(StatusError) in
      try await client.get(Pod.self, name, namespace: "default")
    }
    if let found, !pods.contains(where: { $0.uid == found.uid }) { note(found) }
  }

  private mutating func note(_ pod: Pod) {
    cluster.history.note("= \(pod.name) is there as \(pod.uid.prefix(8))")
    pods.append(
      Acknowledged(
        name: pod.name, uid: pod.uid, revision: pod.metadata.resourceVersion.flatMap { Int64($0) } ?? 0,
        isToBeDeleted: pod.metadata.deletionTimestamp != nil))
  }

  private mutating func delete(_ name: String, grace: Int64?) async throws {
    guard let index = pods.lastIndex(where: { $0.name == name && !$0.isToBeDeleted }) else { return }
    var options = DeleteOptions()
    options.gracePeriodSeconds = grace
    options.preconditions = Preconditions()
    options.preconditions?.uid = pods[index].uid
    let asked = options
    _ = try await insist { [client] () async throws(StatusError) in
      try await client.delete(Pod.self, name, namespace: "default", asked)
    }
    cluster.history.note("= \(name) is to go")
    pods[index].isToBeDeleted = true
  }

  /// Asks until there is an answer; nil when it is a refusal.
  private func insist<Value>(_ call: () async throws(StatusError) -> Value) async throws -> Value? {
    while true {
      do throws(StatusError) {
        return try await call()
      } catch {
        if !error.isConnectionFailure && error.code < 500 { return nil }
      }
      try await cluster.time.sleep(for: .milliseconds(200))
    }
  }

  // MARK: What is asked for

  private static let kinds = 7

  private static func manifest(_ name: String, _ kind: Int) -> String {
    let common = "terminationGracePeriodSeconds: 5, automountServiceAccountToken: false"
    let head = "apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: default}"
    let spec =
      switch kind {
      case 0: "containers: [{name: server, image: busybox}]"
      case 1:
        """
        initContainers: [{name: first, image: busybox}, {name: side, image: busybox, restartPolicy: Always}],
        containers: [{name: server, image: busybox}, {name: deaf, image: busybox}]
        """
      case 2: "restartPolicy: Never, containers: [{name: job, image: busybox}, {name: first, image: busybox}]"
      case 3: "restartPolicy: OnFailure, containers: [{name: job, image: busybox}]"
      case 4:
        """
        volumes: [{name: own, emptyDir: {}}],
        containers: [{name: server, image: busybox, imagePullPolicy: Always, volumeMounts: [{name: own, mountPath: /own}],
          readinessProbe: {exec: {command: [check]}, periodSeconds: 5}}]
        """
      case 5:
        """
        containers: [{name: sick, image: busybox,
          livenessProbe: {exec: {command: [check]}, periodSeconds: 2, failureThreshold: 1}}]
        """
      default:
        """
        terminationGracePeriodSeconds: 8, containers: [{name: server, image: busybox,
          lifecycle: {postStart: {exec: {command: [greet]}}, preStop: {exec: {command: [bow]}}}}]
        """
      }
    return "{\(head), spec: {\(kind == 6 ? "automountServiceAccountToken: false" : common), \(spec)}}"
  }

  /// How the containers of these pods behave.
  static func script(_ spec: ContainerSpec, _ seed: UInt64) -> ContainerScript {
    var script: ContainerScript
    switch spec.name {
    case "first": script = .exits(0, after: .milliseconds(700))
    case "deaf": script = .deaf
    case "job": script = spec.attempt < Int(seed % 3) ? .exits(1, after: .seconds(2)) : .exits(0, after: .seconds(4))
    default:
      script = .server
      script.onTerminate = .exits(code: 0, after: .milliseconds(Int64(seed % 4) * 500))
    }
    script.commands["check"] = CommandAnswer(code: spec.name == "sick" && spec.attempt == 0 ? 1 : 0)
    script.commands["greet"] = CommandAnswer(takes: .milliseconds(300))
    script.commands["bow"] = CommandAnswer(takes: .seconds(1))
    return script
  }
}

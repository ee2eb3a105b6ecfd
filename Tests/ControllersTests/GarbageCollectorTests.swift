import ClusterClient
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Controllers

/// What is to become of one object, from what is known of it.
struct GarbageDecisionTests {
  private func object(
    _ uid: String, owners: [String] = [], blocking: Bool = false, finalizers: [String] = [],
    isBeingDeleted: Bool = false
  ) -> OwnedObject {
    var metadata = ObjectMeta()
    metadata.uid = uid
    metadata.finalizers = finalizers
    if isBeingDeleted { metadata.deletionTimestamp = Timestamp(seconds: 1) }
    metadata.ownerReferences = owners.map { uid in
      var owner = OwnerReference()
      owner.uid = uid
      owner.blockOwnerDeletion = blocking
      return owner
    }
    return OwnedObject(resource: Pod.resource, name: uid, metadata)
  }

  private func decide(
    _ object: OwnedObject, _ owners: [String: OwnerState] = [:], _ dependents: [OwnedObject] = []
  ) -> GarbageDecision {
    GarbageDecision.about(object, owners: owners, dependents: dependents)
  }

  @Test func whatBelongsToNobodyOrToSomebodyStays() {
    #expect(decide(object("a")) == .nothing)
    #expect(decide(object("a", owners: ["o"]), ["o": .present]) == .nothing)
  }

  @Test func whatHasLostAllItsOwnersGoes() {
    let gone: [String: OwnerState] = ["o": .absent, "p": .absent]
    #expect(decide(object("a"), gone) == .delete(propagation: "Background", unblocking: false))
    #expect(
      decide(object("a", finalizers: ["orphan"]), gone) == .delete(propagation: "Orphan", unblocking: false))
    #expect(
      decide(object("a", finalizers: ["foregroundDeletion"]), gone)
        == .delete(propagation: "Foreground", unblocking: false))
    #expect(decide(object("a", isBeingDeleted: true), gone) == .nothing)
  }

  @Test func whatHasLostSomeOwnersForgetsThem() {
    let owners: [String: OwnerState] = ["b": .absent, "a": .waiting, "c": .present]
    #expect(decide(object("x"), owners) == .dropOwners(["a", "b"]))
  }

  @Test func whatAnOwnerWaitsForGoesWithAllThatBelongsToIt() {
    let waiting: [String: OwnerState] = ["o": .waiting]
    #expect(decide(object("a"), waiting) == .delete(propagation: "Background", unblocking: false))
    #expect(
      decide(object("a"), waiting, [object("b", owners: ["a"])])
        == .delete(propagation: "Foreground", unblocking: false))
    let circular = object("b", owners: ["a"], finalizers: ["foregroundDeletion"], isBeingDeleted: true)
    #expect(decide(object("a"), waiting, [circular]) == .delete(propagation: "Foreground", unblocking: true))
  }

  @Test func anOwnerWaitsOnlyForWhatBlocksIt() {
    let owner = object("o", finalizers: ["foregroundDeletion"], isBeingDeleted: true)
    let free = object("a", owners: ["o"])
    let blocking = object("b", owners: ["o"], blocking: true)
    #expect(decide(owner, [:], [free]) == .release(finalizer: "foregroundDeletion"))
    #expect(decide(owner, [:], [free, blocking]) == .wait(["b"]))
    #expect(decide(object("o", finalizers: ["foregroundDeletion"]), [:], [blocking]) == .nothing)
  }

  @Test func anOwnerThatOrphansTellsAllThatBelongsToIt() {
    let owner = object("o", finalizers: ["orphan"], isBeingDeleted: true)
    #expect(decide(owner, [:], [object("a", owners: ["o"]), object("b", owners: ["o"])]) == .orphan(["a", "b"]))
  }

  @Test func newsMakeCasesOfThoseWhomTheyConcern() {
    var known = Ownership()
    #expect(known.set(object("o")) == [])
    #expect(known.set(object("a", owners: ["o"])) == [])
    #expect(known.set(object("b", owners: ["unknown"])) == ["b"])
    #expect(known.dependents(of: "o").map(\.uid) == ["a"])
    #expect(known.set(object("o", finalizers: ["foregroundDeletion"], isBeingDeleted: true)) == ["o"])
    #expect(known.set(object("c", owners: ["o"])) == ["o", "c"])
    #expect(known.remove("c") == ["o"])
    #expect(known.remove("o") == ["a"])
    #expect(known.set(object("a")) == [])
    #expect(known.dependents(of: "o").isEmpty)
  }
}

@Suite(.timeLimit(.minutes(1)))
struct GarbageCollectorTests {
  /// Runs the collector over a cluster with a deployment `web`, its replica set and two pods.
  private func withCluster(_ body: (ClusterClient) async throws -> Void) async throws {
    try await ControlledCluster.with(
      prepare: { client in
        var account = ServiceAccount()
        account.metadata = ObjectMeta(name: "default", namespace: "default")
        _ = try await client.create(account)
        var deployment = Deployment()
        deployment.metadata = ObjectMeta(name: "web", namespace: "default")
        deployment.spec.selector = LabelSelector(["app": "web"])
        deployment.spec.template = template
        deployment = try await client.create(deployment)
        var set = ReplicaSet()
        set.metadata = ObjectMeta(name: "web-1", namespace: "default")
        set.metadata.ownerReferences = [owner(deployment)]
        set.spec.selector = LabelSelector(["app": "web"])
        set.spec.template = template
        set = try await client.create(set)
        for name in ["web-1-a", "web-1-b"] { _ = try await client.create(pod(name, owners: [owner(set)])) }
      }, work: { try await GarbageCollector(client: $0).run() }, body)
  }

  private var template: PodTemplateSpec {
    var template = PodTemplateSpec()
    template.metadata.labels = ["app": "web"]
    template.spec = pod("x").spec
    return template
  }

  private func pod(_ name: String, owners: [OwnerReference] = []) -> Pod {
    var pod = Pod()
    pod.metadata = ObjectMeta(name: name, namespace: "default")
    pod.metadata.ownerReferences = owners
    var container = Container()
    container.name = "main"
    container.image = "busybox"
    pod.spec.containers = [container]
    return pod
  }

  private func owner(_ object: some NamedObject, uid: String? = nil) -> OwnerReference {
    var owner = OwnerReference()
    owner.apiVersion = type(of: object).resource.apiVersion
    owner.kind = type(of: object).resource.kind
    owner.name = object.name
    owner.uid = uid ?? object.uid
    owner.controller = true
    owner.blockOwnerDeletion = true
    return owner
  }

  private func delete(_ client: ClusterClient, _ policy: String) async throws {
    var options = DeleteOptions()
    options.propagationPolicy = policy
    try await client.delete(Deployment.self, "web", namespace: "default", options)
  }

  private func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
  }

  private func names(_ client: ClusterClient) async throws -> [String] {
    let deployments = try await client.list(Deployment.self, namespace: "default").items.map(\.name)
    let sets = try await client.list(ReplicaSet.self, namespace: "default").items.map(\.name)
    return deployments + sets + (try await client.list(Pod.self, namespace: "default").items.map(\.name))
  }

  @Test(arguments: ["Background", "Foreground"])
  func allThatBelongsToADeploymentGoesWithIt(policy: String) async throws {
    try await withCluster { client in
      try await delete(client, policy)
      try await waitUntil { try await names(client).isEmpty }
    }
  }

  @Test func inTheForegroundTheOwnerGoesLast() async throws {
    try await withCluster { client in
      // A pod on a node goes only when its kubelet says so.
      try await client.bind(try await client.get(Pod.self, "web-1-a", namespace: "default"), to: "podium")
      try await delete(client, "Foreground")
      try await waitUntil { try await names(client) == ["web", "web-1", "web-1-a"] }
      let set = try await client.get(ReplicaSet.self, "web-1", namespace: "default")
      #expect(set.metadata.deletionTimestamp != nil && set.metadata.finalizers == ["foregroundDeletion"])
      var options = DeleteOptions()
      options.gracePeriodSeconds = 0
      try await client.delete(Pod.self, "web-1-a", namespace: "default", options)
      try await waitUntil { try await names(client).isEmpty }
    }
  }

  @Test func orphansStayAndBelongToNobody() async throws {
    try await withCluster { client in
      try await delete(client, "Orphan")
      try await waitUntil { try await names(client) == ["web-1", "web-1-a", "web-1-b"] }
      #expect(
        try await client.get(ReplicaSet.self, "web-1", namespace: "default").metadata.ownerReferences.isEmpty)
      #expect(
        try await client.get(Pod.self, "web-1-a", namespace: "default").metadata.ownerReferences.count == 1)
    }
  }

  @Test func aNamesakeOfTheOwnerIsNotTheOwner() async throws {
    try await withCluster { client in
      let set = try await client.get(ReplicaSet.self, "web-1", namespace: "default")
      _ = try await client.create(pod("lost", owners: [owner(set, uid: "another")]))
      var kept = owner(set, uid: "third")
      kept.controller = nil
      _ = try await client.create(pod("kept", owners: [owner(set), kept]))
      try await waitUntil { try await names(client) == ["web", "web-1", "kept", "web-1-a", "web-1-b"] }
      try await waitUntil {
        try await client.get(Pod.self, "kept", namespace: "default").metadata.ownerReferences.map(\.uid)
          == [set.uid]
      }
    }
  }

  @Test func ownersOfKindsThatAreNotServedAreLeftAlone() async throws {
    try await withCluster { client in
      var stranger = OwnerReference()
      stranger.apiVersion = "example.com/v1"
      stranger.kind = "Rocket"
      stranger.name = "r"
      stranger.uid = "r"
      _ = try await client.create(pod("guest", owners: [stranger]))
      try await delete(client, "Background")
      try await waitUntil { try await names(client) == ["guest"] }
    }
  }
}

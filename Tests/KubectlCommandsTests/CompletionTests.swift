import ClusterClient
import Documents
import Testing

@testable import KubectlCommands

/// What Tab finds, and that it finds it in memory.
@Suite(.timeLimit(.minutes(1)))
struct CompletionTests {
  private static func cluster() -> FakeCluster {
    let cluster = FakeCluster()
    for (name, namespace, labels) in [
      ("web-1", "default", ["app": "web", "tier": "front"]), ("web-2", "default", ["app": "web"]),
      ("dns", "kube-system", ["app": "dns"]),
    ] as [(String, String, Document)] {
      cluster.add([
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string(name), "namespace": .string(namespace), "labels": labels, "annotations": ["note": "x"],
        ],
        "spec": [
          "containers": [["name": "main", "image": "nginx"], ["name": "side", "image": "busybox"]],
          "initContainers": [["name": "first", "image": "busybox"]],
        ],
        "status": ["phase": "Running"],
      ])
    }
    for name in ["default", "kube-system"] {
      cluster.add(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
    }
    cluster.add(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "podium"]])
    return cluster
  }

  private static func context(_ cluster: FakeCluster) -> KubectlContext {
    KubectlContext(
      cluster: ClusterConnection(
        client: ClusterClient(endpoint: cluster), contextName: "podium", server: "https://127.0.0.1:6443"),
      workingDirectory: "/")
  }

  @Test(arguments: [
    ("get po", ["pods", "po", "podtemplates"]),
    ("get pods ", ["web-1", "web-2"]),
    ("get pods web-1 ", ["web-2"]),
    ("get pods -n kube-system ", ["dns"]),
    ("get pods -nkube-system d", ["dns"]),
    ("get pod/we", ["pod/web-1", "pod/web-2"]),
    ("get pods,no", ["pods,nodes", "pods,no"]),
    ("get pods -n ku", ["kube-system"]),
    ("get pods --namespace=ku", ["--namespace=kube-system"]),
    ("get pods -o y", ["yaml"]),
    (
      "get pods --output=js",
      ["--output=json", "--output=jsonpath=", "--output=jsonpath-as-json=", "--output=jsonpath-file="]
    ),
    ("get pods -l ", ["app=", "tier="]),
    ("get pods -l app=", ["app=web"]),
    ("get pods -l app=web,t", ["app=web,tier="]),
    ("get pods -l app!=", ["app!=web"]),
    ("get pods -L ti", ["tier"]),
    ("get pods --sort-by=.metadata.creation", ["--sort-by=.metadata.creationTimestamp"]),
    ("logs web-1 -c ", ["main", "side", "first"]),
    ("logs -n kube-system dns -c m", ["main"]),
    ("exec -it web-1 --container=s", ["--container=side"]),
    ("exec pod/we", ["pod/web-1", "pod/web-2"]),
    ("exec web-1 -- l", []),
    ("cp we", ["web-1:", "web-2:"]),
    ("drain ", ["podium"]),
    ("label pods web-1 ", ["web-2", "app-", "tier-", "app=", "tier="]),
    ("label pod/web-2 ap", ["app-", "app="]),
    ("label pod/web-2 tier=", ["tier=front"]),
    ("annotate pod/web-1 ", ["note-", "note="]),
    ("set image pod/web-1 s", ["side="]),
    ("set image pod/web-1 side=n", ["side=nginx"]),
    ("run x --image=b", ["--image=busybox"]),
    ("run x --restart=O", ["--restart=OnFailure"]),
    ("apply --dry-run=c", ["--dry-run=client"]),
    ("explain pods.spec.restart", ["pods.spec.restartPolicy"]),
    ("explain pods.spec.containers.li", ["pods.spec.containers.livenessProbe", "pods.spec.containers.lifecycle"]),
    ("rollout status ", ["deployments", "deploy", "daemonsets", "ds"]),
    ("rollout re", ["restart", "resume"]),
    ("get pods --context=p", ["--context=podium"]),
    ("unknown ", []),
  ])
  func tabFinds(_ line: String, _ expected: [String]) async {
    let cluster = Self.cluster()
    var context = Self.context(cluster)
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    // A program for one question finds the same as a prompt with its catalogue.
    #expect(Set(await Kubectl.complete(words, context: context).map(\.text)) == Set(expected))
    let catalogue = ObjectCatalogue(context.cluster.client)
    context.catalogue = catalogue
    let following = Task { await catalogue.run() }
    #expect(Set(await Kubectl.complete(words, context: context).map(\.text)) == Set(expected))
    following.cancel()
    await following.value
  }

  @Test func aSecondQuestionAsksNobody() async {
    let cluster = Self.cluster()
    var context = Self.context(cluster)
    let catalogue = ObjectCatalogue(context.cluster.client)
    context.catalogue = catalogue
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await catalogue.run() }
      _ = await Kubectl.complete(["get", "pods", ""], context: context)
      cluster.answer("GET /api/v1/pods", status: 500, [:])
      cluster.answer("GET /api/v1/namespaces/default/pods", status: 500, [:])
      #expect(await Kubectl.complete(["get", "pods", ""], context: context).map(\.text) == ["web-1", "web-2"])
      group.cancelAll()
    }
  }

  @Test func changesArriveByTheWatch() async throws {
    let cluster = Self.cluster()
    func pod(_ name: String) -> Document {
      ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "default"]]
    }
    cluster.tellWatches([("ADDED", pod("web-0")), ("DELETED", pod("web-1")), ("ADDED", pod("late"))])
    var context = Self.context(cluster)
    let catalogue = ObjectCatalogue(context.cluster.client)
    context.catalogue = catalogue
    let following = Task { await catalogue.run() }
    let asker = context
    try await eventually {
      await Kubectl.complete(["get", "pods", ""], context: asker).map(\.text) == ["late", "web-0", "web-2"]
    }
    following.cancel()
    await following.value
  }

  @Test func aSilentServerKeepsNobodyWaiting() async {
    var context = Self.context(FakeCluster())
    // Nobody runs it, so that no answer comes.
    context.catalogue = ObjectCatalogue(context.cluster.client)
    let clock = ContinuousClock()
    let time = await clock.measure { #expect(await Kubectl.complete(["get", "pods", ""], context: context).isEmpty) }
    #expect(time < .seconds(30))
  }

  @Test func onlyFinishedWordsAreFollowedByABlank() async {
    let context = Self.context(Self.cluster())
    func goOn(_ line: String) async -> [Bool] {
      await Kubectl.complete(
        line.split(separator: " ", omittingEmptySubsequences: false).map(String.init), context: context
      )
      .map(\.goesOn)
    }
    #expect(await goOn("get pods web-1") == [false])
    #expect(await goOn("get pods --field") == [true])
    #expect(await goOn("explain pods.spec.containers.resources") == [true])
    #expect(await goOn("explain pods.spec.restartP") == [false])
    #expect(await goOn("cp web-1") == [true])
  }

  @Test func namesAreToldWithWhatGetShowsOfThem() async {
    let found = await Kubectl.complete(["get", "pods", "web-1"], context: Self.context(Self.cluster()))
    #expect(found.first?.description.contains("Status Running") == true)
  }

  private func eventually(_ condition: () async -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while await !condition() {
      try #require(ContinuousClock.now < end, "it did not become true in time")
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}

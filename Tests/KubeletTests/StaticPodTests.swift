import KubernetesAPI
import ObjectSchema
import SystemIO
import Testing

@testable import Kubelet

@Suite(.serialized, .timeLimit(.minutes(1)))
struct StaticPodTests {
  private static let web = """
    apiVersion: v1
    kind: Pod
    metadata:
      name: static-web
      labels: {app: static-web}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: web, image: busybox}
    """

  private func read(_ yaml: String) throws(StaticPodFile.Problem) -> Pod {
    try StaticPodFile.pod(
      Array(yaml.utf8), path: "/etc/kubernetes/manifests/web.yaml", node: "oracle", seen: Timestamp(seconds: 10))
  }

  @Test func aFileIsAPodOfItsNode() throws {
    let pod = try read(Self.web)
    #expect(pod.name == "static-web-oracle")
    #expect(pod.namespace == "default")
    #expect(pod.uid.count == 32)
    #expect(pod.spec.nodeName == "oracle")
    #expect(pod.metadata.annotations["kubernetes.io/config.hash"] == pod.uid)
    #expect(pod.metadata.annotations["kubernetes.io/config.source"] == "file")
    #expect(pod.spec.tolerations.map(\.effect) == ["NoExecute"])
    #expect(pod.spec.restartPolicy == "Always")
    #expect(pod.isStatic)
    // The same file is the same pod, another content is another one.
    #expect(try read(Self.web).uid == pod.uid)
    #expect(try read(Self.web + "\n").uid != pod.uid)
  }

  @Test(arguments: [
    ("kind: [", "line 1"), ("", "it holds 0 objects, and is to hold one pod"),
    ("apiVersion: apps/v1\nkind: Deployment", "it holds a apps/v1 Deployment, and is to hold a v1 Pod"),
    ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}", "spec.containers: Required value"),
    ("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: b}]}", "the pod has no name"),
    (
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {contaners: []}",
      "line 4: unknown field \"spec.contaners\""
    ),
    ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: 5}", "line 4: "),
  ])
  func whatIsNoPodIsToldWithItsPlace(yaml: String, complaint: String) {
    do throws(StaticPodFile.Problem) {
      let pod = try read(yaml)
      Issue.record("taken as pod \(pod.name)")
    } catch {
      #expect(error.message.contains(complaint), "\(error.message)")
    }
  }

  // MARK: In a node

  @Test func aStaticPodRunsIsShownAndComesBack() async throws {
    try await SimulatedNode.run { node in
      let file = try #require(node.configuration.staticPodPath) + "/web.yaml"
      try await node.pass(.seconds(2))
      try Files.write(Self.web, to: file)
      try await node.wait("static-web-oracle") { $0?.status.phase == "Running" }
      let mirror = try #require(node.pod("static-web-oracle"))
      #expect(mirror.metadata.ownerReferences.map(\.kind) == ["Node"])
      let hash = try #require(mirror.mirrored)
      #expect(hash != mirror.uid)

      // Deleting what shows it does not touch it.
      try await node.delete("static-web-oracle")
      try await node.wait("static-web-oracle") { $0 != nil && $0?.uid != mirror.uid && $0?.status.phase == "Running" }
      let again = try #require(node.pod("static-web-oracle"))
      #expect(again.status.containerStatuses.first?.containerID == mirror.status.containerStatuses.first?.containerID)
      #expect(again.status.containerStatuses.first?.restartCount == 0)

      // Another content is another pod of the same name, after the end of the first.
      try Files.write(Self.web.replacing("app: static-web", with: "app: changed"), to: file)
      try await node.wait("static-web-oracle") {
        $0?.metadata.labels["app"] == "changed" && $0?.status.phase == "Running" && $0?.mirrored != hash
      }
      try Files.removeTree(file)
      try await node.wait("static-web-oracle") { $0 == nil }
      let left = try await node.runtime.inventory()
      #expect(left.sandboxes.isEmpty)
    }
  }

  @Test func anotherKubeletTakesItOver() async throws {
    try await SimulatedNode.run(hasKubelet: false) { node in
      let folder = try #require(node.configuration.staticPodPath)
      try Files.write(Self.web, to: folder + "/web.yaml")
      let first = Task(executorPreference: node.world) { try? await node.kubelet.run() }
      try await node.wait("static-web-oracle") { $0?.status.phase == "Running" }
      let before = try #require(node.pod("static-web-oracle"))
      first.cancel()
      _ = await first.value
      let second = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.pass(.seconds(5))
      let after = try #require(node.pod("static-web-oracle"))
      #expect(after.uid == before.uid)
      #expect(after.status.containerStatuses.first?.containerID == before.status.containerStatuses.first?.containerID)
      // What is gone when a kubelet starts is taken away.
      second.cancel()
      _ = await second.value
      try Files.removeTree(folder + "/web.yaml")
      let third = Task(executorPreference: node.world) { try? await node.newKubelet().run() }
      try await node.wait("static-web-oracle") { $0 == nil }
      try await node.pass(.seconds(5))
      let left = try await node.runtime.inventory()
      #expect(left.sandboxes.isEmpty)
      third.cancel()
      _ = await third.value
    }
  }

  @Test func aFileThatIsNoPodIsComplainedOf() async throws {
    try await SimulatedNode.run { node in
      let folder = try #require(node.configuration.staticPodPath)
      try Files.write("kind: Service\napiVersion: v1", to: folder + "/wrong.yaml")
      try Files.write("kind: Service", to: folder + "/.hidden")
      try await node.pass(.seconds(5))
      let complaints = node.events("oracle").filter { $0.contains("InvalidStaticPod") }
      #expect(complaints.count == 1)
      #expect(complaints.first?.contains("wrong.yaml is not run as a pod: it holds a v1 Service") == true)
    }
  }
}

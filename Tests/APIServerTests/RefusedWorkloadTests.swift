import Documents
import KubernetesAPI
import Testing

/// What Kubernetes says of kinds that make pods, when there are mistakes in them.
struct RefusedWorkloadTests {
  static let examples = RefusedExample.read("refused-workloads.txt")

  @Test func thereAreExamples() {
    #expect(Self.examples.count > 15)
  }

  @Test(arguments: examples)
  func isRefusedInTheWordsOfKubernetes(example: RefusedExample) async throws {
    let cluster = try await Cluster()
    let manifest = try #require(try Document.parse(yaml: Array(example.manifest.utf8)).first)
    let resource = try #require(
      Resource.find(
        apiVersion: manifest["apiVersion"]?.stringValue ?? "", kind: manifest["kind"]?.stringValue ?? ""))
    let status = try await cluster.call(
      "POST", cluster.path(resource), example.manifest, expecting: 422, type: "application/yaml")
    #expect(RefusedExample.kubectlText(status) == example.refusal)
  }
}

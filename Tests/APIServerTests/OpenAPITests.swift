import Documents
import KubernetesAPI
import Testing

struct OpenAPITests {
  private func core() async throws -> Document {
    try await Cluster().call("GET", "/openapi/v3/api/v1")
  }

  private func schema(_ document: Document, _ name: String) -> Document? {
    document["components"]?["schemas"]?[name]
  }

  @Test func theIndexNamesEachGroupWithItsState() async throws {
    let cluster = try await Cluster()
    let index = try await cluster.call("GET", "/openapi/v3")
    let address = try #require(index["paths"]?["api/v1"]?["serverRelativeURL"]?.stringValue)
    #expect(address.hasPrefix("/openapi/v3/api/v1?hash="))
    let response = try await cluster.send("GET", address)
    #expect(response.status == 200)
    let tag = try #require(response.headers["ETag"])
    let again = APIRequest("GET", "/openapi/v3/api/v1", headers: ["If-None-Match": tag])
    #expect(try await cluster.server.send(again).status == 304)
  }

  @Test func everyReferenceLeadsSomewhere() async throws {
    let document = try await core()
    let known = Set(document["components"]?["schemas"]?.mapValue?.keys ?? [])
    var references: Set<String> = []
    func visit(_ document: Document) {
      switch document.content {
      case .map(let map):
        for entry in map.entries {
          if entry.key == "$ref", let target = entry.value.stringValue {
            references.insert(String(target.dropFirst("#/components/schemas/".count)))
          }
          visit(entry.value)
        }
      case .list(let list): for element in list { visit(element) }
      default: break
      }
    }
    visit(document)
    #expect(references.count > 100)
    #expect(references.subtracting(known).isEmpty)
  }

  @Test func listsSayHowTheyAreMerged() async throws {
    let document = try await core()
    let spec = try #require(schema(document, "io.k8s.api.core.v1.PodSpec"))
    let containers = try #require(spec["properties"]?["containers"])
    #expect(containers["x-kubernetes-patch-merge-key"] == "name")
    #expect(containers["x-kubernetes-patch-strategy"] == "merge")
    #expect(containers["items"]?["$ref"] == "#/components/schemas/io.k8s.api.core.v1.Container")
    #expect(spec["properties"]?["volumes"]?["x-kubernetes-patch-strategy"] == "merge,retainKeys")
    #expect(spec["required"] == ["containers"])
  }

  @Test func patchesOfAKindTakeTheFieldValidationThatClientsLookFor() async throws {
    let document = try await core()
    let patch = try #require(document["paths"]?["/api/v1/namespaces/{namespace}/pods/{name}"]?["patch"])
    #expect(
      patch["x-kubernetes-group-version-kind"] == ["group": "", "kind": "Pod", "version": "v1"])
    #expect(patch["parameters"]?.listValue?.contains { $0["name"] == "fieldValidation" } == true)
    #expect(
      schema(document, "io.k8s.api.core.v1.Pod")?["x-kubernetes-group-version-kind"]
        == [["group": "", "kind": "Pod", "version": "v1"]])
  }
}

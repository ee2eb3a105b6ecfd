import Documents
import KubernetesAPI
import Testing

struct DiscoveryTests {
  private static let aggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

  @Test func allKindsAreToldAtOnce() async throws {
    let cluster = try await Cluster()
    let response = try await cluster.send("GET", "/api", accept: Self.aggregated)
    #expect(
      response.headers["Content-Type"]
        == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    guard case .bytes(let bytes) = response.body else { return }
    let document = try Document.parse(json: bytes)
    let resources = document["items"]?.listValue?.first?["versions"]?.listValue?.first?["resources"]?.listValue ?? []
    let pods = try #require(resources.first { $0["resource"] == "pods" })
    #expect(pods["scope"] == "Namespaced")
    #expect(pods["shortNames"] == ["po"])
    #expect(pods["subresources"]?.listValue?.contains { $0["subresource"] == "status" } == true)
    let tag = try #require(response.headers["ETag"])
    var again = APIRequest("GET", "/api", headers: ["Accept": Self.aggregated, "If-None-Match": tag])
    #expect(try await cluster.server.send(again).status == 304)
    again.path = "/apis"
    #expect(try await cluster.server.send(again).status == 200)
  }

  @Test func theRootTellsThePaths() async throws {
    let cluster = try await Cluster()
    let paths = try await cluster.call("GET", "/")["paths"]?.listValue?.compactMap(\.stringValue) ?? []
    for path in ["/api/v1", "/apis/apps/v1", "/openapi/v3/apis/apps/v1", "/readyz"] {
      #expect(paths.contains(path), "\(path)")
    }
  }

  @Test func olderClientsAskStepByStep() async throws {
    let cluster = try await Cluster()
    #expect(try await cluster.call("GET", "/api")["versions"] == ["v1"])
    let groups = try await cluster.call("GET", "/apis")["groups"]?.listValue ?? []
    #expect(groups.contains { $0["name"] == "podium.dev" })
    let list = try await cluster.call("GET", "/api/v1")
    #expect(list["kind"] == "APIResourceList" && list["groupVersion"] == "v1")
    #expect(list["resources"]?.listValue?.contains { $0["name"] == "pods/log" } == true)
    #expect(try await cluster.call("GET", "/apis/podium.dev")["preferredVersion"]?["version"] == "v1")
  }

  @Test func saysWhatItIsAndThatItIsWell() async throws {
    let cluster = try await Cluster()
    let version = try await cluster.call("GET", "/version")
    #expect(version["major"] == "1" && version["minor"] == "32")
    for path in ["/healthz", "/livez", "/readyz"] {
      let response = try await cluster.send("GET", path)
      guard case .bytes(let bytes) = response.body else { return }
      #expect(response.status == 200 && String(decoding: bytes, as: UTF8.self) == "ok")
    }
    await cluster.store.close()
    #expect(try await cluster.send("GET", "/readyz").status == 503)
  }

  @Test(arguments: ["/nope", "/api/v2", "/apis/nope", "/api/v1/nopes", "/api/v1/namespaces/default/pods/a/nope/b"])
  func unknownPathsAreNotFound(path: String) async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("GET", path, expecting: 404) == "the server could not find the requested resource")
  }
}

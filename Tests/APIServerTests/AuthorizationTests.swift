import KubernetesAPI
import Testing

struct AuthorizationTests {
  @Test func strangersMayDoNothing() async throws {
    let cluster = try await Cluster()
    let nobody = UserInfo(name: "nobody", groups: ["system:authenticated"])
    let refused = try await cluster.call("GET", "/api/v1/namespaces/errs/pods", expecting: 403, user: nobody)
    #expect(
      refused["message"]
        == #"pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "errs""#)
    let node = try await cluster.call("DELETE", "/api/v1/nodes/a", expecting: 403, user: nobody)
    #expect(
      node["message"]
        == #"nodes "a" is forbidden: User "nobody" cannot delete resource "nodes" in API group "" at the cluster scope"#
    )
    try await cluster.call("GET", "/api", user: nobody)
  }

  @Test(arguments: ["system:kube-scheduler", "system:node:podium"])
  func componentsMay(name: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call("GET", Cluster.pods, user: UserInfo(name: name, groups: []))
  }
}

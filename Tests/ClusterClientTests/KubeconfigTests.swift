import ClusterClient
import Testing

struct KubeconfigTests {
  @Test func whatIsWrittenIsReadBack() throws {
    let text = Kubeconfig.yaml(
      name: "podium", server: "https://127.0.0.1:6443", certificateAuthority: "-----BEGIN-----\n", token: "secret")
    let config = try Kubeconfig(yaml: text, named: "config") { $0 }
    #expect(config.currentContext == "podium")
    let context = try #require(config.contexts["podium"])
    #expect(config.clusters[context.cluster]?.server == "https://127.0.0.1:6443")
    #expect(config.clusters[context.cluster]?.certificateAuthority == "-----BEGIN-----\n")
    #expect(config.users[context.user]?.token == "secret")
    #expect(context.namespace == nil)
  }

  @Test func filesAreReadThroughTheirNames() throws {
    let text = """
      clusters:
      - {name: c, cluster: {server: "https://host", certificate-authority: ca.pem}}
      """
    let config = try Kubeconfig(yaml: text, named: "config") { "content of \($0)" }
    #expect(config.clusters["c"]?.certificateAuthority == "content of ca.pem")
    #expect(config.currentContext == nil)
  }

  @Test func badBase64IsNamed() {
    let text = "clusters:\n- {name: c, cluster: {server: x, certificate-authority-data: '%%%'}}\n"
    let problem = #expect(throws: Kubeconfig.Problem.self) {
      try Kubeconfig(yaml: text, named: "config") { $0 }
    }
    #expect(problem?.description.contains("certificate-authority-data is not base64") == true)
  }
}

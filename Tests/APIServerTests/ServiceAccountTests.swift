import Documents
import Testing

struct ServiceAccountTests {
  static let path = "/api/v1/namespaces/default/serviceaccounts"

  @Test func keepsTheNamesOfItsSecretsAlone() async throws {
    let cluster = try await Cluster()
    let body =
      #"{"metadata":{"name":"robot"},"secrets":[{"name":"key","namespace":"other","kind":"Secret"}],"imagePullSecrets":[{"name":"pull"}],"automountServiceAccountToken":false}"#
    let account = try await cluster.call("POST", Self.path, body, expecting: 201)
    #expect(account["secrets"] == [["name": "key"]])
    #expect(account["imagePullSecrets"] == [["name": "pull"]])
    #expect(account["automountServiceAccountToken"] == false)
    let rows = try await cluster.table(Self.path)
    #expect(rows.first == "Name Secrets Age")
    #expect(rows.contains("robot 1 0s"))
  }

  @Test func mergesItsSecretsByName() async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", Self.path, #"{"metadata":{"name":"robot"},"secrets":[{"name":"a"}]}"#, expecting: 201)
    let patched = try await cluster.call(
      "PATCH", Self.path + "/robot", #"{"secrets":[{"name":"b"}],"imagePullSecrets":[{"name":"c"}]}"#,
      type: "application/strategic-merge-patch+json")
    #expect(patched["secrets"] == [["name": "a"], ["name": "b"]])
    let replaced = try await cluster.call(
      "PATCH", Self.path + "/robot", #"{"imagePullSecrets":[{"name":"d"}]}"#,
      type: "application/strategic-merge-patch+json")
    #expect(replaced["imagePullSecrets"] == [["name": "d"]])
  }

  @Test func warnsOfAnAnnotationThatGoes() async throws {
    let cluster = try await Cluster()
    let response = try await cluster.send(
      "POST", Self.path,
      #"{"metadata":{"name":"robot","annotations":{"kubernetes.io/enforce-mountable-secrets":"true"}}}"#)
    #expect(
      response.headers.all("Warning") == [
        #"299 - "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets""#
      ])
  }
}

import Documents
import Testing

struct SecretTests {
  static let path = "/api/v1/namespaces/default/secrets"

  @Test func putsTextsIntoTheData() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"login"},"data":{"a":"eA==","b":"eQ=="},"stringData":{"b":"new","c":""}}"#
    let secret = try await cluster.call("POST", Self.path, body, expecting: 201)
    #expect(secret["data"] == ["a": "eA==", "b": "bmV3", "c": ""])
    #expect(secret["stringData"] == nil)
    #expect(secret["type"] == "Opaque")
    let patched = try await cluster.call(
      "PATCH", Self.path + "/login", #"{"stringData":{"a":"1"}}"#, type: "application/strategic-merge-patch+json")
    #expect(patched["data"] == ["a": "MQ==", "b": "bmV3", "c": ""])
    #expect(try await cluster.table(Self.path) == ["Name Type Data Age", "login Opaque 3 0s"])
  }

  @Test(arguments: [
    ("kubernetes.io/tls", "{}", "[data[tls.crt]: Required value, data[tls.key]: Required value]"),
    ("kubernetes.io/tls", #"{"tls.crt":""}"#, "data[tls.key]: Required value"),
    ("kubernetes.io/basic-auth", "{}", "[data[username]: Required value, data[password]: Required value]"),
    ("kubernetes.io/ssh-auth", #"{"ssh-privatekey":""}"#, "data[ssh-privatekey]: Required value"),
    ("kubernetes.io/dockercfg", "{}", "data[.dockercfg]: Required value"),
    ("kubernetes.io/dockerconfigjson", "{}", "data[.dockerconfigjson]: Required value"),
    (
      "kubernetes.io/dockerconfigjson", #"{".dockerconfigjson":"bm8="}"#,
      #"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'o' in literal null (expecting 'u')"#
    ),
    (
      "kubernetes.io/dockerconfigjson", #"{".dockerconfigjson":"W10="}"#,
      #"data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": json: cannot unmarshal array into Go value of type map[string]interface {}"#
    ),
    (
      "kubernetes.io/service-account-token", "{}",
      "metadata.annotations[kubernetes.io/service-account.name]: Required value"
    ),
  ])
  func asksOfEachTypeWhatItNeeds(type: String, data: String, message: String) async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"login"},"type":"\#(type)","data":\#(data)}"#
    #expect(
      try await cluster.refusal("POST", Self.path, body, expecting: 422) == #"Secret "login" is invalid: "# + message)
  }

  @Test(arguments: [
    ("kubernetes.io/basic-auth", #"{"password":""}"#), ("kubernetes.io/dockercfg", #"{".dockercfg":"e30="}"#),
    ("example.com/own", "{}"),
  ])
  func takesWhatHasThem(type: String, data: String) async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"login"},"type":"\#(type)","data":\#(data)}"#
    try await cluster.call("POST", Self.path, body, expecting: 201)
    let list = try await cluster.call("GET", Self.path + "?fieldSelector=type=\(type)")
    #expect(list["items"]?.listValue?.count == 1)
    let others = try await cluster.call("GET", Self.path + "?fieldSelector=type!=\(type)")
    #expect(others["items"]?.listValue == [])
  }

  @Test(arguments: [
    ("", "", "certificate"), ("-----BEGIN CERTIFICATE-----\\n-----END CERTIFICATE-----\\n", "key", "key"),
    ("-----BEGIN A-----\\n-----END A-----", "-----BEGIN B-----\\n-----END B-----", nil),
  ])
  func warnsOfCertificatesThatCannotBeRead(certificate: String, key: String, unread: String?) async throws {
    let cluster = try await Cluster()
    let response = try await cluster.send(
      "POST", Self.path,
      #"{"metadata":{"name":"a"},"type":"kubernetes.io/tls","stringData":{"tls.crt":"\#(certificate)","tls.key":"\#(key)"}}"#
    )
    #expect(response.status == 201)
    let expected = unread.map { #"299 - "tls: failed to find any PEM data in \#($0) input""# }
    #expect(response.headers.all("Warning") == [expected].compactMap { $0 })
  }

  @Test func keepsItsType() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"login"},"type":"example.com/own","immutable":true,"data":{"a":""}}"#
    try await cluster.call("POST", Self.path, body, expecting: 201)
    let reason = "Forbidden: field is immutable when `immutable` is set"
    #expect(
      try await cluster.refusal("PUT", Self.path + "/login", #"{"metadata":{"name":"login"}}"#, expecting: 422)
        == #"Secret "login" is invalid: [immutable: \#(reason), data: \#(reason), type: Invalid value: "Opaque": field is immutable]"#
    )
  }

  @Test(arguments: [("a", 0), ("YWI", 0), ("YWJj YWI=", 4), ("YWI=x", 4), ("YQ=", 3), ("YQ=x", 2), ("YW==", nil)])
  func tellsWhereBase64Ends(text: String, place: Int?) async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"login"},"data":{"a":"\#(text)"}}"#
    if let place {
      #expect(
        try await cluster.refusal("POST", Self.path, body, expecting: 400)
          == #"Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte \#(place)"#)
    } else {
      try await cluster.call("POST", Self.path, body, expecting: 201)
    }
  }
}

import Documents
import Testing

struct ConfigMapTests {
  static let path = "/api/v1/namespaces/default/configmaps"

  @Test func keepsTextsAndBytes() async throws {
    let cluster = try await Cluster()
    let body =
      #"{"metadata":{"name":"settings"},"data":{"colour":"blue","empty":null},"binaryData":{"logo":"AAEC\nAw=="}}"#
    let map = try await cluster.call("POST", Self.path, body, expecting: 201)
    #expect(map["data"] == ["colour": "blue", "empty": ""])
    #expect(map["binaryData"] == ["logo": "AAECAw=="])
    #expect(map["immutable"] == nil)
    let table = try await cluster.table(Self.path)
    #expect(table == ["Name Data Age", "settings 3 0s"])
  }

  @Test(arguments: [
    (
      #""data":{"a b":"c"}"#,
      #"data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"#
    ),
    (#""data":{"..":"c"}"#, #"data[..]: Invalid value: "..": must not be '..'"#),
    (#""data":{".":"c"}"#, #"data[.]: Invalid value: ".": must not be '.'"#),
    (#""binaryData":{"..c":""}"#, #"binaryData[..c]: Invalid value: "..c": must not start with '..'"#),
    (
      #""data":{"a":"c"},"binaryData":{"a":""}"#,
      #"data[a]: Invalid value: "a": duplicate of key present in binaryData"#
    ),
  ])
  func refusesKeysThatCannotBeFiles(fields: String, message: String) async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"settings"},\#(fields)}"#
    #expect(
      try await cluster.refusal("POST", Self.path, body, expecting: 422)
        == #"ConfigMap "settings" is invalid: "# + message)
  }

  @Test func refusesMoreThanAMebibyte() async throws {
    let cluster = try await Cluster()
    func body(_ size: Int) -> String {
      #"{"metadata":{"name":"big\#(size)"},"data":{"a":"\#(String(repeating: "x", count: size))"}}"#
    }
    try await cluster.call("POST", Self.path, body(1 << 20), expecting: 201)
    #expect(
      try await cluster.refusal("POST", Self.path, body(1 << 20 + 1), expecting: 422)
        == #"ConfigMap "big1048577" is invalid: []: Too long: may not be more than 1048576 bytes"#)
  }

  @Test(arguments: [
    (
      #"{"data":{"a":1}}"#,
      #"ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string"#
    ),
    (
      #"{"binaryData":{"a":"no base64"}}"#,
      #"ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 2"#
    ),
  ])
  func refusesOtherTypes(body: String, message: String) async throws {
    let cluster = try await Cluster()
    #expect(try await cluster.refusal("POST", Self.path, body, expecting: 400) == message)
  }

  @Test func whatIsImmutableStaysSo() async throws {
    let cluster = try await Cluster()
    let body = #"{"metadata":{"name":"final"},"immutable":true,"data":{"a":"1"}}"#
    try await cluster.call("POST", Self.path, body, expecting: 201)
    let patch = #"{"immutable":false,"data":{"a":"2"},"binaryData":{"b":""}}"#
    let reason = "Forbidden: field is immutable when `immutable` is set"
    #expect(
      try await cluster.refusal(
        "PATCH", Self.path + "/final", patch, expecting: 422, type: "application/merge-patch+json")
        == #"ConfigMap "final" is invalid: [immutable: \#(reason), data: \#(reason), binaryData: \#(reason)]"#)
    try await cluster.call(
      "PATCH", Self.path + "/final", #"{"metadata":{"labels":{"a":"b"}}}"#, type: "application/merge-patch+json")
  }
}

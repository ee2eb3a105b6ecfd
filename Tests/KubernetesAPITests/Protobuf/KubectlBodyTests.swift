import Documents
import SystemIO
import Testing

@testable import KubernetesAPI

/// What stock kubectl 1.32 sends is the object that it prints; `pod` is a copy of one with every field that it knows.
struct KubectlBodyTests {
  /// A command, the body that it sent, and the object that it prints with `--dry-run=client -o json`, where it can.
  struct Sent: CustomTestStringConvertible {
    let command: String
    let body: [UInt8]
    let object: Document

    var testDescription: String { command }

    init(_ name: String) throws {
      let folder = String(#filePath[..<#filePath.lastIndex(of: "/")!]) + "/../Golden/protobuf/"
      let lines = try Files.readText(folder + name + ".txt").split(separator: "\n", omittingEmptySubsequences: false)
      let parts = lines.split(separator: "", maxSplits: 2)
      command = String(parts[0].joined())
      body = parts[1].flatMap { $0.split(separator: " ") }.map { UInt8($0, radix: 16)! }
      object = try Document.parse(json: Array(parts[2].joined(separator: "\n").utf8))
    }
  }

  @Test(
    arguments: [
      "access-review", "configmap", "configmap-env-file", "deployment", "deployment-port", "job", "namespace", "pod",
      "secret-docker-registry", "secret-generic", "service-clusterip", "service-externalname", "service-headless",
      "service-loadbalancer", "service-nodeport", "serviceaccount", "token", "whoami",
    ])
  func isTheObjectThatItPrints(name: String) throws {
    let sent = try Sent(name)
    let body = try ProtobufBody(sent.body)
    #expect(body.kind == sent.object["kind"]?.stringValue)
    #expect(body.apiVersion == sent.object["apiVersion"]?.stringValue)
    let object = try body.document(apiVersion: "", kind: "")
    let expected: Document =
      body.isOfKnownKind
      ? sent.object.withoutNulls() : ["apiVersion": .string(body.apiVersion), "kind": .string(body.kind)]
    #expect(object.sorted().jsonText() == expected.sorted().jsonText(), "\(sent.command)")
  }
}

extension Document {
  /// JSON's null says as little as an absent field.
  fileprivate func withoutNulls() -> Document {
    switch content {
    case .map(let map):
      .map(DocumentMap(map.entries.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls()) }))
    case .list(let list): .list(list.map { $0.withoutNulls() })
    default: self
    }
  }
}

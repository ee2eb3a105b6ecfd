import Documents
import ObjectSchema
import TestSupport
import Testing

@testable import KubernetesAPI

/// What the bytes mean, and that no bytes do harm.
@Suite(.timeLimit(.minutes(2)))
struct MessageDecoderTests {
  private static func pod(_ document: Document) -> [UInt8] {
    MessageEncoder.body(document, as: Pod.resource.schema, apiVersion: "v1", kind: "Pod")
  }

  private static func decode(_ body: [UInt8]) throws(ProtobufError) -> Document {
    try ProtobufBody(body).document(apiVersion: "v1", kind: "Pod")
  }

  /// A pod whose bytes are given.
  private static func decode(object: [UInt8]) throws(ProtobufError) -> Document {
    try decode(MessageEncoder.envelope(object, apiVersion: "v1", kind: "Pod"))
  }

  private static func refusal(object: [UInt8]) -> String? {
    do throws(ProtobufError) {
      _ = try decode(object: object)
      return nil
    } catch {
      return error.problem
    }
  }

  // MARK: Meaning

  @Test func leavesOutTheZerosThatJSONLeavesOut() throws {
    let read = try Self.decode(
      Self.pod([
        "metadata": ["name": "web", "namespace": "", "generation": 0, "creationTimestamp": .null],
        "spec": [
          "containers": [["name": "", "image": "", "stdin": false, "resources": [:]]],
          "hostNetwork": false, "terminationGracePeriodSeconds": 0, "priority": 0, "enableServiceLinks": false,
        ],
      ]))
    #expect(
      read == [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web"],
        "spec": [
          "containers": [["name": "", "resources": [:]]],
          "terminationGracePeriodSeconds": 0, "priority": 0, "enableServiceLinks": false,
        ],
      ])
  }

  @Test func fieldsOfInnerMessagesStandAmongTheOuterOnes() throws {
    let pod: Document = [
      "apiVersion": "v1", "kind": "Pod",
      "spec": [
        "volumes": [["name": "scratch", "emptyDir": ["sizeLimit": "1Mi"]]],
        "containers": [
          [
            "name": "web", "livenessProbe": ["httpGet": ["port": "http"], "periodSeconds": 3],
            "env": [["name": "COLOR", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "color"]]]],
          ]
        ],
      ],
    ]
    let body = Self.pod(pod)
    #expect(try Self.decode(body) == pod)
    // Volume 1 of the spec: its name is field 1, its source field 2 with the empty folder as its second.
    let volume: [UInt8] =
      [0x0A, 0x07] + Array("scratch".utf8) + [0x12, 0x09, 0x12, 0x07, 0x12, 0x05, 0x0A, 0x03] + Array("1Mi".utf8)
    #expect(body.firstRange(of: volume) != nil)
  }

  @Test func passesOverFieldsThatNobodyKnows() throws {
    let unknown =
      MessageEncoder.varint(900, 7) + MessageEncoder.content(901, [1, 2, 3])
      + MessageEncoder.varint(902 << 3 | 1) + [UInt8](repeating: 9, count: 8)
      + MessageEncoder.varint(903 << 3 | 5) + [UInt8](repeating: 9, count: 4)
    let name = MessageEncoder.content(1, MessageEncoder.content(1, Array("web".utf8)) + unknown)
    #expect(
      try Self.decode(object: unknown + name + unknown)
        == ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web"]])
  }

  @Test func readsPackedNumbers() throws {
    let groups = MessageEncoder.content(4, MessageEncoder.varint(3) + MessageEncoder.varint(2000))
    let read = try Self.decode(object: MessageEncoder.content(2, MessageEncoder.content(14, groups)))
    #expect(read["spec"]?["securityContext"]?["supplementalGroups"] == [3, 2000])
  }

  @Test func takesTheWantedKindWhereNoneIsNamed() throws {
    let read = try ProtobufBody(MessageEncoder.envelope([], apiVersion: "", kind: ""))
      .document(apiVersion: "v1", kind: "Pod")
    #expect(read == ["apiVersion": "v1", "kind": "Pod"])
  }

  @Test func ofAnUnknownKindOnlyTheNameIsRead() throws {
    let read = try ProtobufBody(MessageEncoder.envelope([0xFF], apiVersion: "example.com/v1", kind: "Door"))
      .document(apiVersion: "v1", kind: "Pod")
    #expect(read == ["apiVersion": "example.com/v1", "kind": "Door"])
  }

  // MARK: Harm

  @Test func namesThePlaceWhereTheBytesEndTooEarly() throws {
    let object = MessageEncoder.content(1, MessageEncoder.content(1, Array("web".utf8)))
    let body = MessageEncoder.envelope(object, apiVersion: "v1", kind: "Pod")
    let typeEnd = 4 + 2 + 4 + 5
    let objectEnd = typeEnd + 2 + object.count
    // Between the fields of the envelope a body may end.
    let ends: Set<Int> = [4, typeEnd, objectEnd, objectEnd + 2, objectEnd + 4]
    #expect(body.count == objectEnd + 4)
    for count in 0...body.count {
      do throws(ProtobufError) {
        _ = try Self.decode(Array(body.prefix(count)))
        #expect(ends.contains(count), "\(count) bytes")
      } catch {
        #expect(!ends.contains(count), "\(count) bytes: \(error)")
        #expect((0...count).contains(error.offset), "\(count) bytes: \(error)")
      }
    }
  }

  @Test(
    arguments: [
      ([0x0A], "a number runs past the end"),
      ([0x0A, 0x05, 0x0A], "a length of 5 runs past the end, where 1 bytes are left"),
      (
        [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        "a length of 18446744073709551615 runs past the end, where 0 bytes are left"
      ),
      ([0x0A] + [UInt8](repeating: 0xFF, count: 10), "a number has more than 64 bits"),
      ([0x0A] + [UInt8](repeating: 0x80, count: 9) + [0x02], "a number has more than 64 bits"),
      ([0x08, 0x00], "field 1 has the wire type 0 instead of 2"),
      ([0x0B], "field 1 has the unknown wire type 3"),
      ([0x02], "0 is not the number of a field"),
      ([0xFA, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "1099511627775 is not the number of a field"),
      // A creation time of 2^63 seconds before 1970.
      (
        [0x0A, 0x0D, 0x42, 0x0B, 0x08] + [UInt8](repeating: 0x80, count: 9) + [0x01],
        "a time is outside of the years 1 to 9999"
      ),
      // Fields of a manager that are no JSON.
      ([0x0A, 0x08, 0x8A, 0x01, 0x05, 0x3A, 0x03, 0x0A, 0x01, 0x7B], "JSON was expected: "),
    ] as [([UInt8], String)])
  func refusesWhatIsNoMessage(object: [UInt8], problem: String) throws {
    let refusal = try #require(Self.refusal(object: object))
    #expect(refusal.hasPrefix(problem), "\(refusal)")
  }

  @Test func refusesOtherSignaturesAndEncodings() {
    #expect(throws: ProtobufError(at: 0, "the body does not begin with the signature k8s\\0")) {
      try ProtobufBody(Array("{}".utf8))
    }
    #expect(throws: ProtobufError.self) {
      try ProtobufBody(Array("k8s\0".utf8) + MessageEncoder.content(3, Array("gzip".utf8)))
    }
  }

  /// A type that contains itself, unlike the kinds.
  private struct Nest: Described {
    var inner: [Nest] = []

    static let schema = Schema<Nest>(
      "Nest", "A nest in a nest.", [Field("inner", \.inner, listOf: .object(Nest.self), "What is inside.")])
  }

  @Test func refusesMessagesThatAreNestedTooDeeply() throws {
    let decoder = MessageDecoder(tables: [MessageTable("Nest: inner")])
    func nested(_ depth: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<depth { bytes = MessageEncoder.content(1, bytes) }
      return bytes
    }
    _ = try decoder.decode(WireReader(nested(60)), as: AnySchema(Nest.self))
    #expect(throws: ProtobufError.self) { try decoder.decode(WireReader(nested(2000)), as: AnySchema(Nest.self)) }
  }

  /// What is taken is the same when it is written and read again.
  @Test func damagedBodiesAreReadOrRefused() async throws {
    var values = ExampleValues()
    let node = MessageEncoder.body(
      values.object(Node.resource.schema), as: Node.resource.schema, apiVersion: "v1", kind: "Node")
    let bodies = [(Pod.resource, Self.pod(Self.smallPod)), (Node.resource, node)]
    await Fuzz.run(rounds: 4_000) { random in
      let (resource, body) = bodies.randomElement(using: &random)!
      let bytes = Fuzz.mutate(body, with: ["\u{8}", "\n", "\u{12}", "\u{1A}\u{2}", "k8s\0"], &random)
      do {
        let read = try ProtobufBody(bytes).document(apiVersion: "v1", kind: resource.kind)
        guard read["apiVersion"] == "v1", read["kind"]?.stringValue == resource.kind else { return }
        _ = resource.decode(read)
        let written = MessageEncoder.body(read, as: resource.schema, apiVersion: "v1", kind: resource.kind)
        let again = try ProtobufBody(written).document(apiVersion: "v1", kind: resource.kind)
        if again != read { throw Fuzz.Broken("\(read.jsonText()) is read as \(again.jsonText())") }
      } catch let error as ProtobufError {
        if !(0...bytes.count).contains(error.offset) || error.problem.isEmpty { throw Fuzz.Broken("\(error)") }
      }
    }
  }

  private static let smallPod: Document = [
    "metadata": ["name": "web", "creationTimestamp": "2026-11-21T12:00:00Z", "labels": ["app": "web"]],
    "spec": [
      "containers": [
        [
          "name": "web", "ports": [["containerPort": 80]], "resources": ["limits": ["cpu": "1"]],
          "readinessProbe": ["httpGet": ["port": "http"]],
        ]
      ]
    ],
  ]

  /// Many small entries must not cost more than as many large ones.
  @Test func readsLargeMapsAndListsInOneGo() throws {
    let entry: (Int) -> [UInt8] = { number in
      MessageEncoder.content(11, MessageEncoder.content(1, Array("\(number)".utf8)) + MessageEncoder.content(2, []))
    }
    let labels = (0..<100_000).flatMap(entry)
    let finalizers = (0..<100_000).flatMap { _ in MessageEncoder.content(14, []) }
    let read = try Self.decode(object: MessageEncoder.content(1, labels + finalizers))
    #expect(read["metadata"]?["labels"]?.mapValue?.count == 100_000)
    #expect(read["metadata"]?["finalizers"]?.listValue?.count == 100_000)
  }
}

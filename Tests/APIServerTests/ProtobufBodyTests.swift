import APIServer
import Documents
import KubernetesAPI
import Testing

/// Bodies as Kubernetes' own Go clients send them; answers are JSON.
struct ProtobufBodyTests {
  /// `kubectl create namespace shop`.
  private static let namespace = bytes(
    """
    6b 38 73 00 0a 0f 0a 02 76 31 12 09 4e 61 6d 65 73 70 61 63 65 12 1c 0a 14 0a 04 73 68 6f 70 12
    00 1a 00 22 00 2a 00 32 00 38 00 42 00 12 00 1a 02 0a 00 1a 00 22 00
    """)

  /// A pod `web` with one container of that name from the image `nginx`.
  private static let pod = bytes(
    """
    6b 38 73 00 0a 09 0a 02 76 31 12 03 50 6f 64
    12 19 0a 05 0a 03 77 65 62 12 10 12 0e 0a 03 77 65 62 12 05 6e 67 69 6e 78 2a 00
    """)

  /// `gracePeriodSeconds: 7` and another field that only later versions know.
  private static let deleteOptions = bytes(
    "6b 38 73 00 0a 13 0a 02 76 31 12 0d 44 65 6c 65 74 65 4f 70 74 69 6f 6e 73 12 05 08 07 fa 3f 00")

  private static func bytes(_ text: String) -> [UInt8] {
    text.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) }
  }

  private func send(
    _ method: String, _ path: String, _ body: [UInt8], to cluster: Cluster,
    type: String = "application/vnd.kubernetes.protobuf",
    accept: String = "application/vnd.kubernetes.protobuf,application/json", strict: Bool = true
  ) async throws -> (code: Int, answer: Document) {
    var request = APIRequest(
      method, path, query: strict ? [QueryItem("fieldValidation", "Strict")] : [], body: body, user: .admin)
    request.headers["Content-Type"] = type
    request.headers["Accept"] = accept
    let response = try await cluster.server.send(request)
    guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
    #expect(response.headers["Content-Type"] == "application/json")
    return (response.status, try Document.parse(json: bytes))
  }

  @Test func createsWhatTheBytesDescribe() async throws {
    let cluster = try await Cluster()
    let (code, namespace) = try await send("POST", "/api/v1/namespaces", Self.namespace, to: cluster)
    #expect(code == 201, "\(namespace.jsonText())")
    #expect(namespace["metadata"]?["name"] == "shop")
    #expect(namespace["spec"]?["finalizers"] == ["kubernetes"])

    try await cluster.createAccount("default", namespace: "shop")
    let (podCode, pod) = try await send("POST", "/api/v1/namespaces/shop/pods", Self.pod, to: cluster)
    #expect(podCode == 201, "\(pod.jsonText())")
    #expect(pod["spec"]?["containers"]?.listValue?.first?["image"] == "nginx")
    // Defaults see the object as if it had come as JSON.
    #expect(pod["spec"]?["terminationGracePeriodSeconds"] == 30)
    #expect(pod["spec"]?["containers"]?.listValue?.first?["imagePullPolicy"] == "Always")
  }

  @Test func deletesWithOptionsInTheBytes() async throws {
    let cluster = try await Cluster()
    _ = try await send("POST", Cluster.pods, Self.pod, to: cluster)
    try await cluster.call(
      "POST", Cluster.pods + "/web/binding",
      #"{"apiVersion":"v1","kind":"Binding","target":{"kind":"Node","name":"worker"}}"#, expecting: 201)
    let (code, pod) = try await send("DELETE", Cluster.pods + "/web", Self.deleteOptions, to: cluster, strict: false)
    #expect(code == 200, "\(pod.jsonText())")
    #expect(pod["metadata"]?["deletionGracePeriodSeconds"] == 7)
  }

  @Test func refusesAnotherKindThanThePathNames() async throws {
    let cluster = try await Cluster()
    let (code, status) = try await send("POST", Cluster.pods, Self.namespace, to: cluster)
    #expect(code == 400)
    #expect(
      status["message"]
        == "Namespace in version \"v1\" cannot be handled as a Pod: converting (v1.Namespace) to (v1.Pod): unknown conversion"
    )
  }

  @Test func namesTheByteThatIsWrong() async throws {
    let cluster = try await Cluster()
    let (code, status) = try await send("POST", Cluster.pods, Array(Self.pod.prefix(30)), to: cluster)
    #expect(code == 400)
    #expect(
      status["message"]
        == "the object provided is unrecognized (must be of type Pod): protobuf: byte 16: a length of 25 runs past the end, where 13 bytes are left"
    )
    var changed = Self.pod
    // The length of the name.
    changed[20] = 0x40
    let (changedCode, inside) = try await send("POST", Cluster.pods, changed, to: cluster)
    #expect(changedCode == 400)
    #expect(
      inside["message"]
        == "Pod in version \"v1\" cannot be handled as a Pod: protobuf: byte 20: a length of 64 runs past the end, where 3 bytes are left"
    )
    let (jsonCode, json) = try await send("POST", Cluster.pods, Array("{}".utf8), to: cluster)
    #expect(jsonCode == 400)
    #expect(
      json["message"]
        == "the object provided is unrecognized (must be of type Pod): protobuf: byte 0: the body does not begin with the signature k8s\\0"
    )
  }

  @Test func saysWhatItTakesAndGives() async throws {
    let cluster = try await Cluster()
    let (code, status) = try await send("POST", Cluster.pods, Self.pod, to: cluster, type: "application/cbor")
    #expect(code == 415)
    #expect(
      status["message"]
        == "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf"
    )
    let (onlyCode, only) = try await send(
      "GET", Cluster.pods, [], to: cluster, accept: "application/vnd.kubernetes.protobuf")
    #expect(onlyCode == 406)
    #expect(only["message"] == "only the following media types are accepted: application/json, application/yaml")
  }

  /// Two bytes a container: a small body that asks for much work.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [(20_000, 422, "is invalid"), (200_000, 400, "an object may have at most 50000 structures")])
  func refusesManyEmptyPartsInGoodTime(count: Int, status: Int, message: String) async throws {
    func content(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      // The length in three bytes, whatever it is.
      [number << 3 | 2] + [0, 7, 14].map { UInt8(bytes.count >> $0 & 0x7F) | ($0 < 14 ? 0x80 : 0) } + bytes
    }
    let cluster = try await Cluster()
    let spec = content(2, (0..<count).flatMap { _ -> [UInt8] in [0x12, 0x00] })
    let (code, answer) = try await send(
      "POST", Cluster.pods, Self.pod.prefix(15) + content(2, Self.pod[17..<24] + spec), to: cluster)
    #expect(code == status)
    #expect(answer["message"]?.stringValue?.contains(message) == true)
  }
}

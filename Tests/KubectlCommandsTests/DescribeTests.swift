import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import KubectlCommands

/// `describe` against what a real cluster's kubectl printed of the same objects.
@Suite(.timeLimit(.minutes(1)))
struct DescribeTests {
  /// Every pod of which it is known how the real one described it.
  static let pods = [
    "01-plain", "02-two-containers", "03-init", "04-init-fail", "05-liveness-exec", "06-liveness-http",
    "06b-liveness-http-refused", "06c-liveness-tcp", "07-readiness-fail", "08-startup", "09-no-image", "09b-no-tag",
    "09c-never-pull", "10-crashloop", "10b-bad-command", "11-oom", "12-onfailure", "12b-never-ok", "12c-never-fail",
    "13-hooks", "13b-poststart-fail", "14-ignore-term", "15-static", "17-unschedulable", "18-missing-configmap",
  ]

  @Test(arguments: pods)
  func tellsOfPodsAsTheRealOne(_ name: String) throws {
    let pod = Pod.decode(try Fixture.yaml("reference/\(name)/get-yaml.txt")).value
    let expected = try Fixture.text("reference/\(name)/describe.txt")
    var description = Description(secondsFromUTC: { _ in 0 })
    pod.describe(into: &description, RelatedObjects(events: nil, now: Timestamp("2026-11-21T12:10:00Z")!))
    expect(description.take(), is: String(expected[..<expected.range(of: "Events:")!.lowerBound]))
  }

  @Test(arguments: ["deployment", "replicaset"])
  func tellsOfDeploymentsAndTheirReplicaSetsAsTheRealOne(_ name: String) async throws {
    let cluster = FakeCluster(now: "2026-11-21T12:04:11Z")
    for object in try Fixture.yaml("reference/16-deployment/get-yaml.txt")["items"]?.listValue ?? [] {
      cluster.add(object)
    }
    let expected = try Fixture.text("reference/16-deployment/describe-\(name).txt")
    let ran = try await cluster.kubectl("describe \(name)s --show-events=false")
    expect(ran.output, is: String(expected[..<expected.range(of: "Events:")!.lowerBound]))
  }

  @Test(arguments: ["daemonset", "job"])
  func tellsOfOtherKindsThatMakePods(_ name: String) async throws {
    let cluster = FakeCluster()
    cluster.add(try Fixture.yaml("describe/\(name).json"))
    let ran = try await cluster.kubectl("describe \(name)s --show-events=false")
    expect(ran.output, is: try Fixture.text("describe/\(name).txt"))
  }

  @Test(arguments: pods)
  func tellsOfEventsAsTheRealOne(_ name: String) throws {
    let events = try (Fixture.yaml("reference/\(name)/events-yaml.txt")["items"]?.listValue ?? []).map {
      Event.decode($0).value
    }
    let expected = try Fixture.text("reference/\(name)/describe.txt")
    let start = try #require(events.compactMap(\.lastSeen).max())
    let candidates = (0..<300).map { tenth in
      var description = Description()
      description.events(events, now: start + .milliseconds(100 * tenth))
      return description.take()
    }
    #expect(candidates.contains(String(expected[expected.range(of: "Events:")!.lowerBound...])))
  }

  @Test
  func tellsOfEveryPartOfAPod() async throws {
    let cluster = FakeCluster(now: "2026-11-21T14:08:53Z")
    cluster.add(try Fixture.yaml("describe/big.json"))
    expect(try await cluster.kubectl("describe pod big").output, is: try Fixture.text("describe/big.txt"))
  }

  @Test
  func tellsOfNodesNamespacesAndEvents() async throws {
    let cluster = FakeCluster()
    for name in ["node", "ns", "ev"] { cluster.add(try Fixture.yaml("describe/\(name).json")) }
    cluster.answer(
      "GET /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/podium", status: 404,
      StatusError.notFound("leases", "podium").status.document())
    cluster.answer("GET /api/v1/namespaces/default/events", ["kind": "EventList", "items": []])
    cluster.answer("GET /api/v1/namespaces/try/resourcequotas", ["kind": "ResourceQuotaList", "items": []])
    cluster.answer("GET /api/v1/namespaces/try/limitranges", ["kind": "LimitRangeList", "items": []])
    cluster.answer("GET /api/v1/events", ["kind": "EventList", "items": []])
    for (line, name) in [("node podium", "node"), ("ns try", "ns"), ("event plain.18ea0ddf5b918087", "ev")] {
      expect(try await cluster.kubectl("describe \(line)").output, is: try Fixture.text("describe/\(name).txt"))
    }
  }

  @Test(arguments: [
    "cm/settings", "secret/login", "secret/robot-token", "sa/robot", "svc/web", "svc/lb", "svc/ext", "svc/headless",
    "ep/web", "endpointslice/web-abc",
  ])
  func tellsOfDataServicesAndTheirEndpoints(_ object: String) async throws {
    let cluster = FakeCluster()
    for item in try Fixture.yaml("describe/core/objects.yaml")["items"]?.listValue ?? [] { cluster.add(item) }
    // Only the service "web" has endpoints.
    if object.hasPrefix("svc/") && object != "svc/web" {
      cluster.answer(
        "GET /apis/discovery.k8s.io/v1/namespaces/default/endpointslices", ["kind": "EndpointSliceList", "items": []])
    }
    let name = String(object.map { $0 == "/" ? "-" : $0 })
    expect(try await cluster.kubectl("describe \(object)").output, is: try Fixture.text("describe/core/\(name).txt"))
  }

  @Test
  func takesTheBeginningOfAName() async throws {
    let cluster = FakeCluster()
    cluster.add(try Fixture.yaml("reference/01-plain/get-yaml.txt"))
    let ran = try await cluster.kubectl("describe pod pla")
    #expect(ran.output.hasPrefix("Name:             plain\n"))
    #expect(
      try await cluster.kubectl("describe pod nope").error == "Error from server (NotFound): pods \"nope\" not found\n")
  }
}

extension String {
  func range(of text: String) -> Range<Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}

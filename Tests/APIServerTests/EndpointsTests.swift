import Documents
import Testing

struct EndpointsTests {
  static let path = "/api/v1/namespaces/default/endpoints"
  static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

  private static func endpoints(_ name: String, _ subsets: String) -> String {
    #"{"metadata":{"name":"\#(name)"},"subsets":\#(subsets)}"#
  }

  @Test func showsThreeAddressesAtMost() async throws {
    let cluster = try await Cluster()
    let four = (1...4).map { #"{"ip":"10.0.0.\#($0)"}"# }.joined(separator: ",")
    for (name, subsets) in [
      ("none", "[]"), ("many", #"[{"addresses":[\#(four)],"ports":[{"name":"a","port":80},{"name":"b","port":81}]}]"#),
      ("portless", #"[{"addresses":[{"ip":"10.0.0.1"}]}]"#),
      ("six", #"[{"addresses":[{"ip":"fd00::1"}],"ports":[{"port":80}]}]"#),
      ("unready", #"[{"notReadyAddresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80}]}]"#),
    ] {
      try await cluster.call("POST", Self.path, Self.endpoints(name, subsets), expecting: 201)
    }
    #expect(
      try await cluster.table(Self.path) == [
        "Name Endpoints Age", "many 10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 5 more... 0s", "none <none> 0s",
        "portless 10.0.0.1 0s", "six [fd00::1]:80 0s", "unready  0s",
      ])
  }

  @Test(arguments: [
    ("[{}]", "subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"),
    (
      #"[{"addresses":[{"ip":"1.2.3"}]}]"#,
      #"[subsets[0].addresses[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff), subsets[0].addresses[0].ip: Invalid value: "1.2.3": must be a valid IP address]"#
    ),
    (
      #"[{"addresses":[{"ip":"0.0.0.0"}]}]"#,
      #"subsets[0].addresses[0].ip: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)"#
    ),
    (
      #"[{"addresses":[{"ip":"169.254.169.254"}]}]"#,
      #"subsets[0].addresses[0].ip: Invalid value: "169.254.169.254": may not be in the link-local range (169.254.0.0/16, fe80::/10)"#
    ),
    (
      #"[{"addresses":[{"ip":"10.0.0.1"}],"ports":[{"port":80},{"name":"b","port":0}]}]"#,
      "[subsets[0].ports[0].name: Required value, subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive]"
    ),
  ])
  func refuses(subsets: String, message: String) async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("POST", Self.path, Self.endpoints("web", subsets), expecting: 422)
        == #"Endpoints "web" is invalid: "# + message)
  }

  // MARK: Slices

  @Test func aSliceCountsItsChanges() async throws {
    let cluster = try await Cluster()
    let body =
      #"{"metadata":{"name":"web-1"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"deprecatedTopology":{"a":"b"}}],"ports":[{"port":80}]}"#
    let slice = try await cluster.call("POST", Self.slices, body, expecting: 201)
    #expect(slice["metadata"]?["generation"] == 1)
    #expect(slice["endpoints"] == [["addresses": ["10.0.0.1"], "conditions": [:]]])
    #expect(slice["ports"] == [["name": "", "protocol": "TCP", "port": 80]])
    let merge = "application/merge-patch+json"
    let noted = try await cluster.call(
      "PATCH", Self.slices + "/web-1", #"{"metadata":{"annotations":{"a":"b"}}}"#, type: merge)
    #expect(noted["metadata"]?["generation"] == 1)
    let emptied = try await cluster.call("PATCH", Self.slices + "/web-1", #"{"endpoints":null}"#, type: merge)
    #expect(emptied["metadata"]?["generation"] == 2)
    #expect(emptied["endpoints"] == .null)
    #expect(
      try await cluster.table(Self.slices) == ["Name AddressType Ports Endpoints Age", "web-1 IPv4 80 <unset> 0s"])
    #expect(
      try await cluster.refusal(
        "PATCH", Self.slices + "/web-1", #"{"addressType":"IPv6"}"#, expecting: 422, type: merge)
        == #"EndpointSlice.discovery.k8s.io "web-1" is invalid: addressType: Invalid value: "IPv6": field is immutable"#
    )
  }

  @Test(arguments: [
    ("", "addressType: Required value"),
    (
      #""addressType":"IP","#,
      #"addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6""#
    ),
    (
      #""addressType":"IPv4","endpoints":[{}],"#,
      "endpoints[0].addresses: Required value: must contain at least 1 address"
    ),
    (
      #""addressType":"IPv4","endpoints":[{"addresses":["fd00::1"]}],"#,
      #"endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address"#
    ),
    (#""addressType":"IPv4","ports":[{"name":"a"},{"name":"a"}],"#, #"ports[1].name: Duplicate value: "a""#),
    (
      #""addressType":"FQDN","endpoints":[{"addresses":["local"]}],"#,
      #"endpoints[0].addresses[0]: Invalid value: "local": should be a domain with at least two segments separated by dots"#
    ),
  ])
  func refusesASlice(fields: String, message: String) async throws {
    let cluster = try await Cluster()
    let body = #"{\#(fields)"metadata":{"name":"web-1"}}"#
    #expect(
      try await cluster.refusal("POST", Self.slices, body, expecting: 422)
        == #"EndpointSlice.discovery.k8s.io "web-1" is invalid: "# + message)
  }

  @Test func refusesTooManyEndpoints() async throws {
    let cluster = try await Cluster()
    let endpoints = Array(repeating: #"{"addresses":["10.0.0.1"]}"#, count: 1001).joined(separator: ",")
    let body = #"{"metadata":{"name":"web-1"},"addressType":"IPv4","endpoints":[\#(endpoints)]}"#
    #expect(
      try await cluster.refusal("POST", Self.slices, body, expecting: 422)
        == #"EndpointSlice.discovery.k8s.io "web-1" is invalid: endpoints: Too many: 1001: must have at most 1000 items"#
    )
  }
}

import Documents
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServiceTests {
  static let path = "/api/v1/namespaces/default/services"
  static let merge = "application/merge-patch+json"

  private static func body(_ name: String, _ spec: String = #""ports":[{"port":80}]"#) -> String {
    #"{"metadata":{"name":"\#(name)"},"spec":{\#(spec)}}"#
  }

  @Test func fillsInWhatIsNotSaid() async throws {
    let cluster = try await Cluster()
    let service = try await cluster.call("POST", Self.path, Self.body("web"), expecting: 201)
    var spec = service["spec"] ?? .null
    let address = spec["clusterIP"]?.stringValue ?? ""
    #expect(address.hasPrefix("10.96."))
    #expect(spec["clusterIPs"] == [.string(address)])
    spec["clusterIP"] = nil
    spec["clusterIPs"] = nil
    #expect(
      spec == [
        "ports": [["protocol": "TCP", "port": 80, "targetPort": 80]], "type": "ClusterIP", "sessionAffinity": "None",
        "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster",
      ])
    #expect(service["status"] == ["loadBalancer": [:]])
    let rows = try await cluster.table(Self.path, isWide: true)
    #expect(rows.last == "web ClusterIP \(address) <none> 80/TCP 0s <none>")
  }

  @Test func hasAServiceOfItsOwn() async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.table(Self.path) == [
        "Name Type Cluster-IP External-IP Port(s) Age", "kubernetes ClusterIP 10.96.0.1 <none> 443/TCP 0s",
      ])
    try await cluster.call("DELETE", Self.path + "/kubernetes")
    try await cluster.server.prepare()
    try await cluster.call("GET", Self.path + "/kubernetes")
  }

  @Test func fillsInByType() async throws {
    let cluster = try await Cluster()
    let node = try await cluster.call(
      "POST", Self.path, Self.body("node", #""type":"NodePort","ports":[{"port":80}]"#), expecting: 201)
    let port = node["spec"]?["ports"]?.listValue?.first?["nodePort"]?.integerValue ?? 0
    #expect((30_086...32_767).contains(port))
    #expect(node["spec"]?["externalTrafficPolicy"] == "Cluster")
    let balanced = try await cluster.call(
      "POST", Self.path,
      Self.body(
        "balanced",
        #""type":"LoadBalancer","externalTrafficPolicy":"Local","sessionAffinity":"ClientIP","ports":[{"port":80}]"#),
      expecting: 201)
    #expect(balanced["spec"]?["allocateLoadBalancerNodePorts"] == true)
    #expect(balanced["spec"]?["healthCheckNodePort"] != nil)
    #expect(balanced["spec"]?["sessionAffinityConfig"] == ["clientIP": ["timeoutSeconds": 10_800]])
    try await cluster.call(
      "POST", Self.path, Self.body("headless", #""clusterIP":"None","selector":{"a":"b"}"#), expecting: 201)
    let alias = try await cluster.call(
      "POST", Self.path, Self.body("alias", #""type":"ExternalName","externalName":"example.com""#), expecting: 201)
    #expect(alias["spec"] == ["type": "ExternalName", "sessionAffinity": "None", "externalName": "example.com"])
    let free = try await cluster.call(
      "POST", Self.path, Self.body("free", #""clusterIP":"None""#), expecting: 201)
    #expect(free["spec"]?["ipFamilies"] == ["IPv4", "IPv6"])
    #expect(free["spec"]?["ipFamilyPolicy"] == "RequireDualStack")
    let rows = try await cluster.table(Self.path)
    #expect(rows.contains("alias ExternalName <none> example.com <none> 0s"))
    #expect(rows.contains("headless ClusterIP None <none> <none> 0s"))
    let address = balanced["spec"]?["clusterIP"]?.stringValue ?? ""
    let balancedPort = balanced["spec"]?["ports"]?.listValue?.first?["nodePort"]?.integerValue ?? 0
    #expect(rows.contains("balanced LoadBalancer \(address) <pending> 80:\(balancedPort)/TCP 0s"))
  }

  @Test func oneNodePortServesSeveralProtocols() async throws {
    let cluster = try await Cluster()
    let spec =
      #""type":"NodePort","ports":[{"name":"a","port":53,"protocol":"TCP"},{"name":"b","port":53,"protocol":"UDP","nodePort":30053}]"#
    let service = try await cluster.call("POST", Self.path, Self.body("names", spec), expecting: 201)
    #expect(service["spec"]?["ports"]?.listValue?.map { $0["nodePort"] } == [30_053, 30_053])
  }

  @Test func aNewPortNeverGetsANumberThatTheServiceHasAlready() async throws {
    let cluster = try await Cluster()
    // All but three numbers are taken by others.
    let ports = (30_000...32_764).map { #"{"name":"p\#($0)","port":\#($0),"nodePort":\#($0)}"# }
    try await cluster.call(
      "POST", Self.path, Self.body("others", #""type":"NodePort","ports":[\#(ports.joined(separator: ","))]"#),
      expecting: 201)
    try await cluster.call(
      "POST", Self.path, Self.body("web", #""type":"NodePort","ports":[{"name":"a","port":80}]"#), expecting: 201)
    let three = #"{"spec":{"ports":[{"name":"b","port":81},{"name":"c","port":82}]}}"#
    let service = try await cluster.call(
      "PATCH", Self.path + "/web", three, type: "application/strategic-merge-patch+json")
    let numbers = service["spec"]?["ports"]?.listValue?.compactMap { $0["nodePort"]?.integerValue } ?? []
    #expect(numbers.sorted() == [32_765, 32_766, 32_767])
    #expect(
      try await cluster.refusal(
        "POST", Self.path, Self.body("late", #""type":"NodePort","ports":[{"port":80}]"#), expecting: 500)
        == "Internal error occurred: failed to allocate a nodePort: range is full")
  }

  @Test(arguments: [
    (
      #""type":"NodePort","ports":[{"name":"a","port":53},{"name":"b","port":53,"protocol":"UDP","nodePort":80}]"#,
      "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"
    ),
    ("", "spec.ports: Required value"),
    (
      #""ports":[{"port":80},{"port":81}]"#,
      "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]"
    ),
    (
      #""ports":[{}]"#,
      "[spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]"
    ),
    (
      #""ports":[{"port":70000}]"#,
      "[spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive]"
    ),
    (
      #""ports":[{"name":"A","port":80}]"#,
      #"spec.ports[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"#
    ),
    (
      #""ports":[{"name":"a","port":80},{"name":"b","port":80}]"#,
      #"spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}"#
    ),
    (
      #""ports":[{"port":80,"protocol":"ICMP"}]"#,
      #"spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP""#
    ),
    (
      #""ports":[{"port":80,"nodePort":30000}]"#,
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"
    ),
    (
      #""type":"Nope","ports":[{"port":80}]"#,
      #"spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort""#
    ),
    (#""type":"ExternalName""#, "spec.externalName: Required value"),
    (
      #""clusterIP":"None","type":"NodePort","ports":[{"port":80}]"#,
      #"spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services"#
    ),
    (
      #""clusterIP":"10.96.0.1","ports":[{"port":80}]"#,
      #"spec.clusterIPs: Invalid value: []string{"10.96.0.1"}: failed to allocate IP 10.96.0.1: provided IP is already allocated"#
    ),
    (
      #""clusterIP":"10.97.0.1","ports":[{"port":80}]"#,
      #"spec.clusterIPs: Invalid value: []string{"10.97.0.1"}: failed to allocate IP 10.97.0.1: the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16"#
    ),
    (
      #""clusterIP":"nonsense","ports":[{"port":80}]"#,
      #"spec.clusterIPs[0]: Invalid value: "nonsense": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#
    ),
    (
      #""clusterIPs":["10.96.0.7"],"ports":[{"port":80}]"#,
      #"spec.clusterIPs: Invalid value: []string{"10.96.0.7"}: must be empty when `clusterIP` is not specified"#
    ),
    (
      #""ipFamilyPolicy":"RequireDualStack","ports":[{"port":80}]"#,
      #"spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services"#
    ),
    (
      #""ipFamilies":["IPv6"],"ports":[{"port":80}]"#,
      #"spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster"#
    ),
    (
      #""type":"NodePort","ports":[{"port":80,"nodePort":80}]"#,
      "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"
    ),
    (
      #""sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}},"ports":[{"port":80}]"#,
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400"
    ),
    (
      #""externalIPs":["127.0.0.1"],"ports":[{"port":80}]"#,
      #"spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)"#
    ),
    (
      #""externalTrafficPolicy":"Local","ports":[{"port":80}]"#,
      #"spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services"#
    ),
    (
      #""selector":{"a b":"c"},"ports":[{"port":80}]"#,
      #"spec.selector: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"#
    ),
    (
      #""loadBalancerSourceRanges":["10.0.0.0"],"ports":[{"port":80}]"#,
      #"[spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer', spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)]"#
    ),
    (
      #""trafficDistribution":"Far","ports":[{"port":80}]"#,
      #"spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose""#
    ),
  ])
  func refuses(spec: String, message: String) async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("POST", Self.path, Self.body("web", spec), expecting: 422)
        == #"Service "web" is invalid: "# + message)
  }

  @Test func isCalledLikeAMachine() async throws {
    let cluster = try await Cluster()
    #expect(
      try await cluster.refusal("POST", Self.path, Self.body("1web"), expecting: 422)
        == #"Service "1web" is invalid: metadata.name: Invalid value: "1web": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"#
    )
  }

  // MARK: What was given out

  @Test func keepsItsAddressAndPorts() async throws {
    let cluster = try await Cluster()
    let first = try await cluster.call(
      "POST", Self.path, Self.body("web", #""type":"NodePort","ports":[{"port":80}]"#), expecting: 201)
    let second = try await cluster.call(
      "PUT", Self.path + "/web", Self.body("web", #""type":"NodePort","ports":[{"port":81}]"#))
    #expect(second["spec"]?["clusterIP"] == first["spec"]?["clusterIP"])
    let ports = [first, second].map { $0["spec"]?["ports"]?.listValue?.first }
    #expect(ports[0]?["nodePort"] == ports[1]?["nodePort"])
    #expect(ports[1]?["targetPort"] == 81)
    #expect(
      try await cluster.refusal(
        "PATCH", Self.path + "/web", #"{"spec":{"clusterIP":"10.96.0.77"}}"#, expecting: 422, type: Self.merge)
        == #"Service "web" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.96.0.77"}: may not change once set"#
    )
  }

  @Test func mergesItsPortsByNumber() async throws {
    let cluster = try await Cluster()
    let spec = #""ports":[{"name":"a","port":80},{"name":"b","port":81}]"#
    try await cluster.call("POST", Self.path, Self.body("web", spec), expecting: 201)
    let patch =
      #"{"spec":{"ports":[{"port":81,"targetPort":"http"},{"port":80,"$patch":"delete"},{"name":"c","port":82}]}}"#
    let service = try await cluster.call(
      "PATCH", Self.path + "/web", patch, type: "application/strategic-merge-patch+json")
    #expect(
      service["spec"]?["ports"] == [
        ["name": "b", "protocol": "TCP", "port": 81, "targetPort": "http"],
        ["name": "c", "protocol": "TCP", "port": 82, "targetPort": 82],
      ])
  }

  @Test func changesItsType() async throws {
    let cluster = try await Cluster()
    try await cluster.call("POST", Self.path, Self.body("web"), expecting: 201)
    func become(_ patch: String) async throws -> Document {
      try await cluster.call("PATCH", Self.path + "/web", #"{"spec":{\#(patch)}}"#, type: Self.merge)["spec"] ?? .null
    }
    let node = try await become(#""type":"NodePort""#)
    #expect(node["ports"]?.listValue?.first?["nodePort"] != nil)
    let inner = try await become(#""type":"ClusterIP""#)
    #expect(inner["ports"]?.listValue?.first?["nodePort"] == nil)
    #expect(inner["externalTrafficPolicy"] == nil)
    let alias = try await become(#""type":"ExternalName","externalName":"example.com""#)
    #expect(alias["clusterIP"] == nil && alias["clusterIPs"] == nil && alias["ipFamilies"] == nil)
    let back = try await become(#""type":"ClusterIP","externalName":null"#)
    #expect(back["clusterIP"]?.stringValue?.hasPrefix("10.96.") == true)
  }

  @Test func freesWhatItHadWhenItGoes() async throws {
    let cluster = try await Cluster()
    let spec = #""type":"NodePort","clusterIP":"10.96.0.50","ports":[{"port":80,"nodePort":30001}]"#
    try await cluster.call("POST", Self.path, Self.body("a", spec), expecting: 201)
    let other = #""type":"NodePort","ports":[{"port":80,"nodePort":30001}]"#
    #expect(
      try await cluster.refusal("POST", Self.path, Self.body("b", other), expecting: 422)
        == #"Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated"#)
    try await cluster.call("DELETE", Self.path + "/a")
    try await cluster.call("POST", Self.path, Self.body("b", spec), expecting: 201)
  }

  @Test func neverGivesOutAnythingTwice() async throws {
    let cluster = try await Cluster()
    let services = try await withThrowingTaskGroup(of: Document.self) { group in
      for number in 0..<100 {
        group.addTask {
          try await cluster.call(
            "POST", Self.path, Self.body("web\(number)", #""type":"NodePort","ports":[{"port":80}]"#), expecting: 201)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(services.map { $0["spec"]?["clusterIP"]?.stringValue }).count == 100)
    #expect(
      Set(services.map { $0["spec"]?["ports"]?.listValue?.first?["nodePort"]?.integerValue }).count == 100)
  }

  @Test func onlyOneOfManyGetsTheAddressThatAllWant() async throws {
    let cluster = try await Cluster()
    let spec = #""clusterIP":"10.96.0.99","ports":[{"port":80}]"#
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<50 {
        group.addTask { try await cluster.send("POST", Self.path, Self.body("web\(number)", spec)).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 201 } == 1)
    #expect(statuses.count { $0 == 422 } == 49)
  }

  @Test func onlyOneOfManyTurnsToThePortThatAllWant() async throws {
    let cluster = try await Cluster()
    for number in 0..<20 {
      try await cluster.call("POST", Self.path, Self.body("web\(number)"), expecting: 201)
    }
    let patch = #"{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30005}]}}"#
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<20 {
        group.addTask { try await cluster.send("PATCH", Self.path + "/web\(number)", patch, type: Self.merge).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 200 } == 1)
    #expect(statuses.count { $0 == 422 } == 19)
  }

  @Test func anUpdateMakesWhatIsMissing() async throws {
    let cluster = try await Cluster()
    let service = try await cluster.call("PUT", Self.path + "/web", Self.body("web"), expecting: 201)
    #expect(service["spec"]?["clusterIP"]?.stringValue?.hasPrefix("10.96.") == true)
    try await cluster.call("PUT", Self.path + "/web", Self.body("web"))
    try await cluster.call(
      "PUT", "/api/v1/namespaces/default/configmaps/a", #"{"metadata":{"name":"a"}}"#, expecting: 404)
  }

  @Test func takesOneFamilyWhereTwoAreOnlyPreferred() async throws {
    let cluster = try await Cluster()
    let spec = #""ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}]"#
    let service = try await cluster.call("POST", Self.path, Self.body("web", spec), expecting: 201)
    #expect(service["spec"]?["ipFamilies"] == ["IPv4"])
    #expect(service["spec"]?["ipFamilyPolicy"] == "PreferDualStack")
  }

  // MARK: The balancer in front

  @Test func tellsWhereABalancerIs() async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", Self.path, Self.body("web", #""type":"LoadBalancer","ports":[{"port":80}]"#), expecting: 201)
    let status = #"{"status":{"loadBalancer":{"ingress":[{"ip":"5.6.7.8"},{"hostname":"lb.example.com"}]}}}"#
    let service = try await cluster.call("PATCH", Self.path + "/web/status", status, type: Self.merge)
    #expect(
      service["status"]?["loadBalancer"]?["ingress"] == [
        ["ip": "5.6.7.8", "ipMode": "VIP"], ["hostname": "lb.example.com"],
      ])
    let row = try await cluster.table(Self.path).last ?? ""
    #expect(row.contains(" 5.6.7.8,lb.example.com "))
    let plain = try await cluster.call("PATCH", Self.path + "/web", #"{"spec":{"type":"NodePort"}}"#, type: Self.merge)
    #expect(plain["status"]?["loadBalancer"] == [:])
    #expect(
      try await cluster.refusal("PATCH", Self.path + "/web/status", status, expecting: 422, type: Self.merge)
        == #"Service "web" is invalid: status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"#
    )
  }

  @Test(arguments: [
    (
      #"{"ip":"5.6"}"#,
      #"status.loadBalancer.ingress[0].ip: Invalid value: "5.6": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#
    ),
    (
      #"{"ip":"5.6.7.8","ipMode":"Odd"}"#,
      #"status.loadBalancer.ingress[0].ipMode: Unsupported value: "Odd": supported values: "Proxy", "VIP""#
    ),
    (
      #"{"hostname":"5.6.7.8"}"#,
      #"status.loadBalancer.ingress[0].hostname: Invalid value: "5.6.7.8": must be a DNS name, not an IP address"#
    ),
    (
      #"{"ipMode":"VIP","hostname":"a"}"#,
      "status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set"
    ),
  ])
  func refusesBalancersThatCannotBe(ingress: String, message: String) async throws {
    let cluster = try await Cluster()
    try await cluster.call(
      "POST", Self.path, Self.body("web", #""type":"LoadBalancer","ports":[{"port":80}]"#), expecting: 201)
    let status = #"{"status":{"loadBalancer":{"ingress":[\#(ingress)]}}}"#
    #expect(
      try await cluster.refusal("PATCH", Self.path + "/web/status", status, expecting: 422, type: Self.merge)
        == #"Service "web" is invalid: "# + message)
  }

  @Test func aDryRunShowsAnAddressAndTakesNone() async throws {
    let cluster = try await Cluster()
    let spec = #""clusterIP":"10.96.0.99","ports":[{"port":80}]"#
    try await cluster.call("POST", Self.path + "?dryRun=All", Self.body("a", spec), expecting: 201)
    try await cluster.call("POST", Self.path, Self.body("b", spec), expecting: 201)
  }
}

import ContainerRuntime
import Documents
import KubernetesAPI
import ObjectSchema
import SimulatedRuntime
import Testing

@testable import Kubelet

/// The variables of containers: where they come from, in which order, and what is said of those that cannot be had.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct EnvironmentTests {
  private static func service(_ yaml: String) throws -> Service {
    Service.decode(try #require(try Document.parse(yaml: yaml).first)).value
  }

  private static func services() throws -> [Service] {
    [
      try service(
        """
        metadata: {name: web-2.0, namespace: shop}
        spec:
          clusterIP: 10.96.0.7
          ports: [{name: http, port: 80, protocol: TCP}, {name: dns-udp, port: 53, protocol: UDP}]
        """),
      try service("{metadata: {name: headless, namespace: shop}, spec: {clusterIP: None, ports: [{port: 1}]}}"),
      try service("{metadata: {name: far, namespace: other}, spec: {clusterIP: 10.96.0.9, ports: [{port: 1}]}}"),
      try service("{metadata: {name: named, namespace: shop}, spec: {type: ExternalName, externalName: a.b}}"),
      try service(
        "{metadata: {name: kubernetes, namespace: default}, spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443}]}}"
      ),
    ]
  }

  private static let ofTheAPIServer = """
    KUBERNETES_SERVICE_HOST=10.96.0.1
    KUBERNETES_SERVICE_PORT=443
    KUBERNETES_SERVICE_PORT_HTTPS=443
    KUBERNETES_PORT=tcp://10.96.0.1:443
    KUBERNETES_PORT_443_TCP=tcp://10.96.0.1:443
    KUBERNETES_PORT_443_TCP_PROTO=tcp
    KUBERNETES_PORT_443_TCP_PORT=443
    KUBERNETES_PORT_443_TCP_ADDR=10.96.0.1
    """

  private static func text(_ variables: [EnvironmentVariable]) -> String {
    variables.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
  }

  @Test func servicesOfTheNamespaceAreVariables() throws {
    let variables = ServiceVariables.variables(for: try Self.services(), namespace: "shop", hasLinks: true)
    #expect(
      Self.text(variables) == Self.ofTheAPIServer + "\n" + """
        WEB_2_0_SERVICE_HOST=10.96.0.7
        WEB_2_0_SERVICE_PORT=80
        WEB_2_0_SERVICE_PORT_HTTP=80
        WEB_2_0_SERVICE_PORT_DNS_UDP=53
        WEB_2_0_PORT=tcp://10.96.0.7:80
        WEB_2_0_PORT_80_TCP=tcp://10.96.0.7:80
        WEB_2_0_PORT_80_TCP_PROTO=tcp
        WEB_2_0_PORT_80_TCP_PORT=80
        WEB_2_0_PORT_80_TCP_ADDR=10.96.0.7
        WEB_2_0_PORT_53_UDP=udp://10.96.0.7:53
        WEB_2_0_PORT_53_UDP_PROTO=udp
        WEB_2_0_PORT_53_UDP_PORT=53
        WEB_2_0_PORT_53_UDP_ADDR=10.96.0.7
        """)
  }

  @Test func withoutLinksOnlyTheAPIServerIsTold() throws {
    let variables = ServiceVariables.variables(for: try Self.services(), namespace: "shop", hasLinks: false)
    #expect(Self.text(variables) == Self.ofTheAPIServer)
  }

  private static func withNode(_ body: @escaping @Sendable (SimulatedNode) async throws -> Void) async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = { _ in .deaf }
    try await SimulatedNode.run(settings: settings) { node in
      try await node.make("{kind: ConfigMap, metadata: {name: map}, data: {A: map-a, B: map-b, 1st.key: odd}}")
      try await node.make("{kind: ConfigMap, metadata: {name: bytes}, binaryData: {raw: AAEC}}")
      try await node.make("{kind: Secret, metadata: {name: keys}, data: {B: c2VjcmV0LWI=, C: c2VjcmV0LWM=}}")
      try await node.make(
        "{kind: Service, metadata: {name: a}, spec: {clusterIP: 10.96.0.3, ports: [{port: 80, protocol: TCP}]}}")
      try await body(node)
    }
  }

  @Test func laterSourcesWinAndReferencesAreExpanded() async throws {
    try await Self.withNode { node in
      try await node.create(
        """
        metadata: {name: web}
        spec:
          containers:
          - name: main
            image: busybox
            command: [echo, $(B), $$(B), $(NONE), "$(A_SERVICE_HOST)"]
            envFrom:
            - configMapRef: {name: map}
            - secretRef: {name: keys}
            - {prefix: P_, secretRef: {name: keys}}
            - configMapRef: {name: none, optional: true}
            env:
            - {name: X, value: "$(C)-$(B)-$(LATER)-$(A_SERVICE_PORT)"}
            - {name: LATER, value: later}
            - {name: C, value: "$(C)!"}
            - {name: A_PORT, value: mine}
            - {name: KEY, valueFrom: {configMapKeyRef: {name: map, key: A}}}
            - {name: GONE, valueFrom: {secretKeyRef: {name: keys, key: none, optional: true}}}
            - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
            - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: REQUEST, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
            - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
            resources: {requests: {cpu: 250m}}
        """)
      try await node.wait("web") { $0?.status.phase == "Running" }
      let spec = try #require(try await node.runtime.inventory().containers.first?.spec)
      let values = Dictionary(uniqueKeysWithValues: spec.environment.map { ($0.name, $0.value) })
      for (name, value) in [
        "A": "map-a", "B": "secret-b", "C": "secret-c!", "P_B": "secret-b", "P_C": "secret-c", "1st.key": "odd",
        "X": "secret-c-secret-b-$(LATER)-80", "LATER": "later", "A_SERVICE_HOST": "10.96.0.3", "A_PORT": "mine",
        "KEY": "map-a", "NODE": "oracle", "REQUEST": "250",
        "LIMIT": "\((MachineFacts.read().memoryBytes / 1024 * 1024 + (1 << 20) - 1) >> 20)",
      ] {
        #expect(values[name] == value, "\(name)")
      }
      #expect(values["GONE"] == nil)
      #expect(values["IP"] == node.pod("web")?.status.podIP)
      #expect(spec.command == ["echo", "secret-b", "$(B)", "$(NONE)", "10.96.0.3"])
    }
  }

  @Test func whatCannotBeHadIsNamed() async throws {
    try await Self.withNode { node in
      for (number, (source, message)) in [
        ("envFrom: [{configMapRef: {name: none}}]", #"configmap "none" not found"#),
        ("envFrom: [{secretRef: {name: none}}]", #"secret "none" not found"#),
        (
          "env: [{name: X, valueFrom: {configMapKeyRef: {name: none, key: k}}}]", #"configmap "none" not found"#
        ),
        ("env: [{name: X, valueFrom: {secretKeyRef: {name: none, key: k}}}]", #"secret "none" not found"#),
        (
          "env: [{name: X, valueFrom: {configMapKeyRef: {name: map, key: k}}}]",
          "couldn't find key k in ConfigMap default/map"
        ),
        (
          "env: [{name: X, valueFrom: {configMapKeyRef: {name: bytes, key: raw}}}]",
          "couldn't find key raw in ConfigMap default/bytes"
        ),
        (
          "env: [{name: X, valueFrom: {secretKeyRef: {name: keys, key: k}}}]",
          "couldn't find key k in Secret default/keys"
        ),
      ].enumerated() {
        let name = "web-\(number)"
        try await node.create(
          "{metadata: {name: \(name)}, spec: {containers: [{name: main, image: busybox, \(source)}]}}")
        try await node.wait(name, within: .seconds(5)) {
          $0?.status.containerStatuses.first?.state.waiting?.reason == "CreateContainerConfigError"
        }
        #expect(node.pod(name)?.status.containerStatuses.first?.state.waiting?.message == message)
        #expect(node.events(name).contains("Warning Failed Error: \(message)"))
      }
    }
  }

  @Test func bytesThatAreNoTextAreNoVariable() async throws {
    try await Self.withNode { node in
      try await node.make("{kind: Secret, metadata: {name: raw}, data: {key: /w==, text: dGV4dA==}}")
      for (name, source, isTaken) in [
        ("one", "env: [{name: X, valueFrom: {secretKeyRef: {name: raw, key: key}}}]", false),
        ("other", "env: [{name: X, valueFrom: {secretKeyRef: {name: raw, key: text}}}]", true),
        ("all", "envFrom: [{secretRef: {name: raw}}]", false),
      ] {
        try await node.create(
          "{metadata: {name: \(name)}, spec: {containers: [{name: main, image: busybox, \(source)}]}}")
        if isTaken {
          try await node.wait(name, within: .seconds(5)) { $0?.status.phase == "Running" }
          continue
        }
        try await node.wait(name, within: .seconds(5)) {
          $0?.status.containerStatuses.first?.state.waiting?.reason == "CreateContainerError"
        }
        let message = "grpc: error while marshaling: string field contains invalid UTF-8"
        #expect(node.pod(name)?.status.containerStatuses.first?.state.waiting?.message == message)
      }
    }
  }
}

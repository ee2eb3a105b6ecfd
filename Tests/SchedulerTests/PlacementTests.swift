import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Scheduler

/// Worlds as text: a line a node with what it has, then a pod, then what is decided.
struct PlacementTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var nodes: String
    var pod: String
    var expected: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "takes the only node", nodes: "oracle cpu=2 memory=4Gi", pod: "{containers: [{name: a}]}",
      expected: "oracle"),
    Case(
      name: "tells that there are no nodes", nodes: "", pod: "{containers: [{name: a}]}",
      expected: "no nodes available to schedule pods"),
    Case(
      name: "looks for claims before it looks at nodes", nodes: "a cordoned\nb",
      pod:
        "{containers: [{name: a}], volumes: [{name: e, ephemeral: {}}, {name: v, persistentVolumeClaim: {claimName: x}}]}",
      expected:
        "0/2 nodes are available: persistentvolumeclaim \"x\" not found. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "waits for the claim of an ephemeral volume", nodes: "a",
      pod: "{preemptionPolicy: Never, containers: [{name: a}], volumes: [{name: e, ephemeral: {}}]}",
      expected:
        "0/1 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim \"new-e\". preemption: not eligible due to preemptionPolicy=Never."
    ),
    Case(
      name: "tells what is insufficient", nodes: "oracle cpu=2 memory=4Gi",
      pod: "{containers: [{name: a, resources: {requests: {cpu: '64', memory: 1Ti}}}]}",
      expected:
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ),
    Case(
      name: "counts what the pods on the node have asked for",
      nodes: "oracle cpu=2 memory=4Gi used=1500m", pod: "{containers: [{name: a, resources: {requests: {cpu: 600m}}}]}",
      expected:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ),
    Case(
      name: "lets init containers use what the containers will need later",
      nodes: "oracle cpu=2 memory=4Gi",
      pod:
        "{initContainers: [{name: i, resources: {requests: {cpu: '2'}}}], containers: [{name: a, resources: {requests: {cpu: '2'}}}]}",
      expected: "oracle"),
    Case(
      name: "keeps away from a cordoned node", nodes: "oracle cpu=2 memory=4Gi cordoned",
      pod: "{containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "needs a toleration for a taint", nodes: "oracle cpu=2 memory=4Gi taint=disk=slow:NoSchedule",
      pod: "{containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) had untolerated taint {disk: slow}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "tolerates a taint", nodes: "oracle cpu=2 memory=4Gi taint=disk=slow:NoSchedule",
      pod: "{tolerations: [{key: disk, operator: Exists}], containers: [{name: a}]}", expected: "oracle"),
    Case(
      name: "waits for a node to be ready", nodes: "oracle cpu=2 memory=4Gi notready",
      pod: "{containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "follows the node selector", nodes: "a cpu=2 memory=4Gi\nb cpu=2 memory=4Gi label=disk=ssd",
      pod: "{nodeSelector: {disk: ssd}, containers: [{name: a}]}", expected: "b"),
    Case(
      name: "sums up different reasons", nodes: "a cpu=2 memory=4Gi cordoned\nb cpu=2 memory=4Gi",
      pod: "{nodeSelector: {disk: ssd}, containers: [{name: a}]}",
      expected:
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "follows required node affinity", nodes: "a cpu=2 memory=4Gi label=zone=1\nb cpu=2 memory=4Gi label=zone=2",
      pod:
        "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: NotIn, values: ['1']}]}]}}}, containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "follows preferred node affinity", nodes: "a cpu=2 memory=4Gi\nb cpu=2 memory=4Gi label=zone=2 used=200m",
      pod:
        "{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: zone, operator: In, values: ['2']}]}}]}}, containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "gives a host port once", nodes: "oracle cpu=2 memory=4Gi port=80",
      pod: "{containers: [{name: a, ports: [{containerPort: 80, hostPort: 80}]}]}",
      expected:
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ),
    Case(
      name: "fills no node beyond its number of pods", nodes: "oracle cpu=2 memory=4Gi pods=1 used=1m",
      pod: "{containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ),
    Case(
      name: "prefers the node with more room", nodes: "a cpu=2 memory=4Gi used=1\nb cpu=2 memory=4Gi",
      pod: "{containers: [{name: a}]}", expected: "b"),
    Case(
      name: "takes the first of equals", nodes: "a cpu=2 memory=4Gi\nb cpu=2 memory=4Gi\nc cpu=2 memory=4Gi",
      pod: "{containers: [{name: a}]}", expected: "a"),
    Case(
      name: "goes where the host port is free", nodes: "a cpu=2 memory=4Gi port=80\nb cpu=2 memory=4Gi used=1",
      pod: "{containers: [{name: a, ports: [{containerPort: 80, hostPort: 80}]}]}", expected: "b"),
    Case(
      name: "goes past nodes that are down, full or cordoned",
      nodes:
        "a cpu=2 memory=4Gi notready\nb cpu=1 memory=4Gi used=1\nc cpu=2 memory=4Gi cordoned\nd cpu=2 memory=4Gi used=1",
      pod: "{containers: [{name: a, resources: {requests: {cpu: 500m}}}]}", expected: "d"),
    Case(
      name: "tells of each node why not",
      nodes: "a cpu=2 memory=4Gi notready\nb cpu=1 memory=4Gi used=1\nc cpu=2 memory=4Gi cordoned",
      pod: "{containers: [{name: a, resources: {requests: {cpu: 500m}}}]}",
      expected:
        "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "keeps pods apart that do not want each other",
      nodes: "oracle cpu=2 memory=4Gi label=kubernetes.io/hostname=oracle used=1m",
      pod:
        "{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: other}}}]}}, containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."
    ),
    Case(
      name: "finds no company where there is none",
      nodes: "oracle cpu=2 memory=4Gi label=kubernetes.io/hostname=oracle",
      pod:
        "{affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: other}}}]}}, containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) didn't match pod affinity rules. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "looks for company in the namespaces that have the labels",
      nodes: "a cpu=2 memory=4Gi label=host=a\nb cpu=2 memory=4Gi label=host=b pod=shop/app=other",
      pod:
        "{affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, namespaceSelector: {matchLabels: {team: blue}}, labelSelector: {matchLabels: {app: other}}}]}}, containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "looks for no company in other namespaces",
      nodes: "a cpu=2 memory=4Gi label=host=a pod=shop/app=other",
      pod:
        "{affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, namespaceSelector: {matchLabels: {team: red}}, labelSelector: {matchLabels: {app: other}}}]}}, containers: [{name: a}]}",
      expected:
        "0/1 nodes are available: 1 node(s) didn't match pod affinity rules. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "prefers to be near those it likes",
      nodes:
        "a cpu=2 memory=4Gi label=host=a\nb cpu=2 memory=4Gi label=host=b pod=default/app=other used=1\nc cpu=2 memory=4Gi label=host=c",
      pod:
        "{affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {topologyKey: host, labelSelector: {matchLabels: {app: other}}}}]}}, containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "prefers to be far from those it dislikes",
      nodes: "a cpu=2 memory=4Gi label=host=a pod=default/app=other\n"
        + "b cpu=2 memory=4Gi label=host=b pod=default/x=y pod=default/x=y",
      pod:
        "{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, podAffinityTerm: {topologyKey: host, labelSelector: {matchLabels: {app: other}}}}]}}, containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "spreads pods that ask for nothing", nodes: "a cpu=2 memory=4Gi pod=default/x=y\nb cpu=2 memory=4Gi",
      pod: "{containers: [{name: a}]}", expected: "b"),
    Case(
      name: "keeps places even",
      nodes:
        "a cpu=2 memory=4Gi label=zone=1 pod=default/app=new\nb cpu=2 memory=4Gi label=zone=1\nc cpu=2 memory=4Gi label=zone=2 used=1500m",
      pod:
        "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: new}}}], containers: [{name: a}]}",
      expected: "c"),
    Case(
      name: "tells what keeps places from being even",
      nodes:
        "a cpu=2 memory=4Gi label=zone=1 pod=default/app=new\nb cpu=2 memory=4Gi\nc cpu=2 memory=4Gi label=zone=2 cordoned",
      pod:
        "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: new}}}], containers: [{name: a}]}",
      expected:
        "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
    ),
    Case(
      name: "prefers places that are even",
      nodes: "a cpu=2 memory=4Gi label=zone=1 pod=default/app=new\nb cpu=2 memory=4Gi label=zone=2 used=1500m",
      pod:
        "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: new}}}], containers: [{name: a}]}",
      expected: "b"),
    Case(
      name: "asks nobody to leave who may not", nodes: "oracle cpu=2 memory=4Gi",
      pod: "{preemptionPolicy: Never, containers: [{name: a, resources: {requests: {cpu: '64'}}}]}",
      expected:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never."),
  ]

  @Test(arguments: cases) func decides(_ row: Case) throws {
    let document = try #require(try Document.parse(yaml: "spec: \(row.pod)").first)
    var pod = Pod.decode(document).value
    pod.metadata = ObjectMeta(name: "new", namespace: "default")
    pod.metadata.labels = ["app": "new"]
    let nodes = row.nodes.split(separator: "\n").map { node(String($0)) }
    let placement = Placement.decide(
      pod, in: Surroundings(nodes: nodes, namespaceLabels: ["default": ["team": "red"], "shop": ["team": "blue"]]))
    switch placement {
    case .node(let name): #expect(name == row.expected)
    case .nowhere(let message): #expect(message == row.expected)
    }
  }

  /// `name cpu=… memory=… [pods=…] [used=CPU of a pod that is there] [port=…] [pod=NAMESPACE/k=v] [label=k=v] [taint=k=v:E] [cordoned] [notready]`
  private func node(_ line: String) -> NodeState {
    let words = line.split(separator: " ").map(String.init)
    var node = Node()
    node.metadata = ObjectMeta(name: words[0])
    node.status.allocatable["pods"] = Quantity("110")
    var ready = NodeCondition()
    ready.type = "Ready"
    ready.status = words.contains("notready") ? "False" : "True"
    node.status.conditions = [ready]
    node.spec.unschedulable = words.contains("cordoned") ? true : nil
    var pods: [Pod] = []
    for word in words.dropFirst() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "cpu", "memory", "pods": node.status.allocatable[parts[0]] = Quantity(parts[1])
      case "label":
        let pair = parts[1].split(separator: "=").map(String.init)
        node.metadata.labels[pair[0]] = pair[1]
      case "taint":
        let pair = parts[1].split(whereSeparator: { $0 == "=" || $0 == ":" }).map(String.init)
        var taint = Taint()
        (taint.key, taint.value, taint.effect) = (pair[0], pair[1], pair[2])
        node.spec.taints.append(taint)
      default:
        var pod = Pod()
        pod.metadata = ObjectMeta(name: "there", namespace: "default")
        pod.metadata.labels = ["app": "other"]
        if parts[0] == "pod" {
          let words = parts[1].split(whereSeparator: { $0 == "/" || $0 == "=" }).map(String.init)
          pod.metadata.namespace = words[0]
          pod.metadata.labels = [words[1]: words[2]]
        }
        var container = Container()
        if parts[0] == "used" { container.resources.requests["cpu"] = Quantity(parts[1]) }
        if parts[0] == "port" {
          var port = ContainerPort()
          port.hostPort = Int32(parts[1])
          container.ports = [port]
        }
        pod.spec.containers = [container]
        pods.append(pod)
      }
    }
    return NodeState(node, pods: pods)
  }
}

import Documents
import KubernetesAPI
import ObjectSchema
import Testing

@testable import Controllers

struct NodeHealthTests {
  private let now = Timestamp(seconds: 1_000_000)

  private func node(ready: String, taints: [String] = []) -> Node {
    var node = Node()
    node.metadata = ObjectMeta(name: "podium")
    node.status.conditions = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map { type in
      var condition = NodeCondition()
      condition.type = type
      condition.status = type == "Ready" ? ready : "False"
      condition.lastTransitionTime = Timestamp(seconds: 5)
      return condition
    }
    node.spec.taints = taints.map { text in
      let parts = text.split(separator: ":").map(String.init)
      var taint = Taint()
      taint.key = parts[0]
      taint.effect = parts[1]
      taint.timeAdded = Timestamp(seconds: 999_900)
      return taint
    }
    return node
  }

  @Test func leavesANodeAloneThatWasHeard() {
    let health = NodeHealth(node(ready: "True"), silence: .seconds(20), now: now)
    #expect(health.conditions == nil && health.taints == nil && !health.isLost)
    #expect(health.nextLook == .seconds(30))
  }

  @Test func marksASilentNodeAsUnknown() throws {
    let health = NodeHealth(node(ready: "True"), silence: .seconds(50), now: now)
    let ready = try #require(health.conditions?.last)
    #expect(ready.type == "Ready" && ready.status == "Unknown" && ready.reason == "NodeStatusUnknown")
    #expect(ready.message == "Kubelet stopped posting node status.")
    #expect(ready.lastTransitionTime == now)
    #expect(health.isLost)
    #expect(
      health.taints?.map { "\($0.key ?? ""):\($0.effect ?? "")" } == [
        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute",
      ])
  }

  @Test func saysAllThisOnce() {
    let lost = node(
      ready: "Unknown",
      taints: ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"])
    var silent = lost
    for index in silent.status.conditions.indices { silent.status.conditions[index].status = "Unknown" }
    let health = NodeHealth(silent, silence: .seconds(500), now: now)
    #expect(health.conditions == nil && health.taints == nil && !health.isLost)
  }

  @Test func takesItsTaintsAwayWhenTheNodeIsBackAndNoOthers() {
    let back = node(ready: "True", taints: ["node.kubernetes.io/unreachable:NoExecute", "disk:NoSchedule"])
    let health = NodeHealth(back, silence: .zero, now: now)
    #expect(health.taints?.map(\.key) == ["disk"])
  }

  @Test func aNodeThatSaysItIsNotReadyIsTainted() {
    let health = NodeHealth(node(ready: "False"), silence: .zero, now: now)
    #expect(health.taints?.map(\.key) == ["node.kubernetes.io/not-ready", "node.kubernetes.io/not-ready"])
    #expect(health.conditions == nil)
  }

  @Test(
    arguments: [
      ("[]", 0),
      ("[{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]", 200),
      ("[{operator: Exists}]", nil),
      ("[{operator: Exists}, {key: node.kubernetes.io/unreachable, operator: Exists, tolerationSeconds: 100}]", 0),
    ] as [(String, Int64?)])
  func podsGoWhenTheirToleranceIsOver(_ tolerations: String, _ seconds: Int64?) throws {
    let document = try #require(try Document.parse(yaml: "spec: {tolerations: \(tolerations)}").first)
    let pod = Pod.decode(document).value
    let lost = node(ready: "Unknown", taints: ["node.kubernetes.io/unreachable:NoExecute"])
    #expect(TaintEviction.deadline(pod, on: lost, now: now) == seconds.map { now + .seconds($0) })
  }
}

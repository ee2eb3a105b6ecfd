import Documents
import Testing

@testable import LessonEngine

@Suite struct ObjectPatternTests {
  private static let found = """
    spec:
      replicas: 3
      containers:
      - {name: b, image: "busybox:1.36", ports: [{containerPort: 80}, {containerPort: 81}]}
      - {name: a, image: "nginx:1.27", args: [x, "no"], resources: {limits: {memory: 64Mi}}}
    """

  @Test(arguments: [
    ("spec: {replicas: 3}", ""),
    ("spec: {replicas: 4}", "spec.replicas: 4, found 3"),
    ("spec: {containers: [{name: a, image: 'nginx:1.27'}]}", ""),
    ("spec: {containers: [{name: c}]}", "spec.containers[name=c]: there, found only b, a"),
    ("spec: {containers: [{name: b, ports: [{containerPort: 81}]}]}", ""),
    ("spec: {containers: [{name: a, args: ['no']}]}", ""),
    ("spec: {containers: [{name: a, args: ['yes']}]}", "spec.containers[name=a].args: an item yes"),
    ("spec: {replicas: {at-least: 2}}", ""),
    ("spec: {replicas: {at-least: 2, at-most: 2}}", "spec.replicas: at-most 2, found 3"),
    ("spec: {containers: {at-least: 3}}", "spec.containers: at-least 3"),
    ("spec: {containers: [{name: a, resources: {limits: {memory: {at-most: 65536Ki}}}}]}", ""),
    ("spec: {containers: [{name: a, image: {like: 'nginx:*'}}]}", ""),
    ("spec: {containers: [{name: a, image: {matches: '^nginx:[0-9.]+$'}}]}", ""),
    ("spec: {containers: [{name: a, image: {matches: '^busybox'}}]}", "matches ^busybox, found nginx:1.27"),
    ("spec: {nodeName: {absent: true}}", ""),
    ("spec: {replicas: {absent: true}}", "spec.replicas: nothing, found 3"),
    ("spec: {paused: true}", "spec.paused: true, found nothing"),
  ])
  func findsWhatDiffers(pattern: String, difference: String) throws {
    let wanted = try #require(try Document.parse(yaml: pattern).first)
    let found = try #require(try Document.parse(yaml: Self.found).first)
    let differences = ObjectPattern.compare(wanted, found, at: "")
    let text = differences.map { "\($0.path): \($0.expected), found \($0.found)" }.joined(separator: "; ")
    #expect(difference.isEmpty ? text.isEmpty : text.contains(difference), "\(text)")
  }
}

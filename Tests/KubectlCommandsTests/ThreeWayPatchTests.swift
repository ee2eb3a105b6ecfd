import Documents
import KubernetesAPI
import Testing

@testable import KubectlCommands

/// The patches that stock kubectl sends for the same three objects.
@Suite
struct ThreeWayPatchTests {
  private func patch(_ original: String, _ modified: String, _ current: String) throws -> String {
    func read(_ text: String) throws -> Document { try Document.parse(yaml: text).first ?? [:] }
    return try ThreeWayPatch.make(
      original: read(original), modified: read(modified), current: read(current), schema: Pod.resource.schema
    ).jsonText()
  }

  @Test(arguments: [
    // What others have added stays.
    ("spec: {a: 1}", "spec: {a: 1}", "spec: {a: 1, b: 2}", "{}"),
    // A changed value.
    ("spec: {a: 1}", "spec: {a: 2}", "spec: {a: 1}", "{\"spec\":{\"a\":2}}"),
    // A field that is no longer asked for goes.
    ("spec: {a: 1, b: 1}", "spec: {a: 1}", "spec: {a: 1, b: 1}", "{\"spec\":{\"b\":null}}"),
    // A value that somebody else changed is set again.
    ("spec: {a: 1}", "spec: {a: 1}", "spec: {a: 3}", "{\"spec\":{\"a\":1}}"),
    // Lists without a key are replaced.
    (
      "spec: {containers: [{name: m, command: [a, b]}]}", "spec: {containers: [{name: m, command: [a]}]}",
      "spec: {containers: [{name: m, command: [a, b], image: x}]}",
      "{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"m\"}],\"containers\":[{\"command\":[\"a\"],\"name\":\"m\"}]}}"
    ),
    // Elements of keyed lists come and go one by one.
    (
      "spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{name: a}, {name: c, image: x}]}",
      "spec: {containers: [{name: a}, {name: b}]}",
      "{\"spec\":{\"$setElementOrder/containers\":[{\"name\":\"a\"},{\"name\":\"c\"}],\"containers\":[{\"image\":\"x\",\"name\":\"c\"},{\"$patch\":\"delete\",\"name\":\"b\"}]}}"
    ),
    // An element that the server added makes the order part of the patch.
    (
      "spec: {volumes: [{name: shared, emptyDir: {}}]}", "spec: {volumes: [{name: shared, emptyDir: {}}]}",
      "spec: {volumes: [{name: shared, emptyDir: {}}, {name: token}]}",
      "{\"spec\":{\"$setElementOrder/volumes\":[{\"name\":\"shared\"}]}}"
    ),
    // Lists of plain values that are merged.
    (
      "metadata: {finalizers: [a, b]}", "metadata: {finalizers: [a, c]}", "metadata: {finalizers: [a, b, z]}",
      "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"b\"],\"$setElementOrder/finalizers\":[\"a\",\"c\"],\"finalizers\":[\"c\"]}}"
    ),
  ])
  func comparesThreeObjects(_ original: String, _ modified: String, _ current: String, _ expected: String) throws {
    #expect(try patch(original, modified, current) == expected)
  }

  @Test
  func saysWhichKeysOfAStrategyStay() throws {
    func read(_ text: String) throws -> Document { try Document.parse(yaml: text).first ?? [:] }
    let patch = try ThreeWayPatch.make(
      original: [:], modified: read("spec: {strategy: {type: Recreate}}"),
      current: read("spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}"),
      schema: Deployment.resource.schema)
    #expect(patch.jsonText() == #"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#)
  }
}

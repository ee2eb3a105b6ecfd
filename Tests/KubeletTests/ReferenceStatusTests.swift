import ContainerRuntime
import Documents
import KubernetesAPI
import SimulatedRuntime
import SystemIO
import Testing

/// The statuses that a real Kubernetes 1.32 wrote for these pods, met to the letter but for times, ids and addresses.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ReferenceStatusTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// When the reference's status was taken, by the course of the pod here.
    var after: Duration
    var script: @Sendable (ContainerSpec) -> ContainerScript = { _ in .deaf }
    var testDescription: String { name }
  }

  private static let startError =
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuchcommand\": executable file not found in $PATH: unknown"

  static let cases: [Case] = [
    Case(name: "01-plain", after: .seconds(3)),
    Case(name: "02-two-containers", after: .seconds(3)),
    Case(name: "03-init", after: .seconds(9)) { $0.name == "main" ? .deaf : .exits(0, after: .seconds(3)) },
    Case(name: "04-init-fail", after: .seconds(33)) { _ in .exits(3, after: .milliseconds(5)) },
    Case(name: "08-startup", after: .seconds(12)),
    Case(name: "09b-no-tag", after: .seconds(5)),
    Case(name: "09c-never-pull", after: .seconds(5)),
    Case(name: "10-crashloop", after: .seconds(100)) { _ in .exits(1, after: .seconds(1)) },
    Case(name: "10b-bad-command", after: .seconds(12)) { _ in .cannotStart(startError) },
    Case(name: "11-oom", after: .milliseconds(30_500)) { _ in
      var script = ContainerScript.exits(137, after: .milliseconds(5))
      script.runsOutOfMemory = true
      return script
    },
    Case(name: "12-onfailure", after: .seconds(30)) { .exits($0.attempt < 2 ? 1 : 0, after: .milliseconds(5)) },
    Case(name: "12b-never-ok", after: .seconds(5)) { _ in .exits(0, after: .seconds(2)) },
    Case(name: "12c-never-fail", after: .seconds(5)) { spec in
      // The program's last words.
      try? Files.write("this is why\n", to: spec.terminationMessageFile ?? "")
      return .exits(42, after: .milliseconds(5))
    },
    Case(name: "13-hooks", after: .seconds(5)),
    Case(name: "13b-poststart-fail", after: .seconds(18)) { _ in
      var script = ContainerScript.deaf
      script.commands["sh"] = CommandAnswer("hook broken\n", code: 5)
      return script
    },
    Case(name: "18-missing-configmap", after: .seconds(5)),
  ]

  @Test(arguments: cases) func meetsTheReference(_ row: Case) async throws {
    let folder = "\(String(#filePath).split(separator: "/").dropLast().joined(separator: "/"))/Fixtures/\(row.name)"
    let manifest = try Files.readText("/\(folder)/pod.yaml")
    let expected = try #require(try Document.parse(yaml: try Files.readText("/\(folder)/status.yaml")).first)
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = row.script
    settings.pullFailures["busybox:no-such-tag"] =
      "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/busybox:no-such-tag\": failed to resolve reference \"docker.io/library/busybox:no-such-tag\": docker.io/library/busybox:no-such-tag: not found"
    try await SimulatedNode.run(settings: settings) { node in
      let pod = try await node.create(manifest)
      try await node.pass(row.after)
      let found = try #require(node.api.objects("pods").first?["status"])
      let text = Self.masked(found).sortedByKeys.yaml()
      #expect(text == Self.masked(try #require(expected["status"])).sortedByKeys.yaml(), "\(pod.name)")
    }
  }

  /// Replaces what is another in each run, and leaves out the volume that only an API server adds.
  private static func masked(_ document: Document, key: String = "") -> Document {
    switch document.content {
    case .map(let map):
      return .map(
        DocumentMap(map.entries.map { ($0.key, masked($0.value, key: $0.key)) }.filter { !isEmptyList($0.1) }))
    case .list(let items):
      let kept = items.filter { $0["name"]?.stringValue?.hasPrefix("kube-api-access-") != true }
      return .list(kept.map { masked($0, key: key) })
    case .string(let text):
      switch key {
      case "lastTransitionTime", "startTime", "startedAt", "finishedAt":
        return .string(text.hasPrefix("1970-") ? text : "<time>")
      case "containerID": return .string("<id>")
      case "podIP", "ip", "hostIP": return .string("<ip>")
      case "message": return .string(text.replacing(/\([-0-9a-f]{36}\)|\(uid-\d+\)/, with: "(<uid>)"))
      default: return document
      }
    default: return document
    }
  }

  private static func isEmptyList(_ document: Document) -> Bool { document.listValue?.isEmpty ?? false }
}

extension Document {
  /// The order of fields in a map means nothing.
  fileprivate var sortedByKeys: Document {
    switch content {
    case .map(let map):
      .map(DocumentMap(map.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sortedByKeys) }))
    case .list(let items): .list(items.map(\.sortedByKeys))
    default: self
    }
  }
}

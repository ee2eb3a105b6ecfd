import ContainerRuntime
import KubernetesAPI
import SimulatedRuntime
import SystemIO
import Testing

/// A pod whose course on a real Kubernetes 1.32 is known, and the containers that it had there.
struct ReferenceCase: Sendable, CustomTestStringConvertible {
  /// The folder with its manifest and with what was seen of it.
  var name: String
  /// When the reference's status was taken, by the course of the pod here.
  var after: Duration
  /// How long the pod was given to end, if not as long as its manifest says.
  var grace: Int64?
  /// States of short duration, which the reference's kubelet saw in part only.
  var passing: Set<String> = []
  var script: @Sendable (ContainerSpec) -> ContainerScript = { _ in .deaf }

  var testDescription: String { name }

  func fixture(_ file: String) throws -> String {
    let folder = String(#filePath).split(separator: "/").dropLast().joined(separator: "/")
    return try Files.readText("/\(folder)/Fixtures/\(name)/\(file)")
  }

  /// Lets the pod live until the moment at which the reference was looked at.
  func run(_ body: @escaping @Sendable (SimulatedNode) async throws -> Void) async throws {
    var settings = ScriptedRuntime.Settings.withBusybox
    settings.script = script
    settings.pullFailures["busybox:no-such-tag"] =
      "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/busybox:no-such-tag\": failed to resolve reference \"docker.io/library/busybox:no-such-tag\": docker.io/library/busybox:no-such-tag: not found"
    settings.pullFailures["nosuchimage/nosuch:1.0"] =
      "failed to pull and unpack image \"docker.io/nosuchimage/nosuch:1.0\": failed to resolve reference \"docker.io/nosuchimage/nosuch:1.0\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
    let manifest = try fixture("pod.yaml")
    try await SimulatedNode.run(settings: settings) { node in
      if name == "15-static" {
        try Files.write(manifest, to: "\(node.configuration.staticPodPath ?? "")/static-web.yaml")
      } else {
        try await node.create(manifest)
      }
      try await node.pass(after)
      try await body(node)
    }
  }

  static let all: [ReferenceCase] = short + failing + probed

  private static let short: [ReferenceCase] = [
    ReferenceCase(name: "01-plain", after: .seconds(3)),
    ReferenceCase(name: "02-two-containers", after: .seconds(3), passing: ["1/2 Terminating 0"]),
    ReferenceCase(name: "03-init", after: .seconds(9)) { $0.name == "main" ? .deaf : .exits(0, after: .seconds(3)) },
    ReferenceCase(name: "12b-never-ok", after: .seconds(5)) { _ in .exits(0, after: .seconds(2)) },
    ReferenceCase(name: "12c-never-fail", after: .seconds(5), passing: ["1/1 Running 0"]) { spec in
      // The program's last words.
      try? Files.write("this is why\n", to: spec.terminationMessageFile ?? "")
      return .exits(42, after: .milliseconds(5))
    },
    ReferenceCase(name: "13-hooks", after: .seconds(5)) { _ in .server },
    ReferenceCase(name: "14-ignore-term", after: .seconds(5), grace: 5),
    ReferenceCase(name: "15-static", after: .seconds(5)),
  ]

  private static let startError =
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuchcommand\": executable file not found in $PATH: unknown"

  private static let failing: [ReferenceCase] = [
    ReferenceCase(
      name: "04-init-fail", after: .seconds(34),
      passing: ["0/1 Init:0/1 1", "0/1 Init:0/1 2", "0/1 Init:0/1 3"]
    ) { _ in .exits(3, after: .milliseconds(5)) },
    ReferenceCase(name: "09-no-image", after: .seconds(35)),
    ReferenceCase(name: "09b-no-tag", after: .seconds(15)),
    ReferenceCase(name: "09c-never-pull", after: .seconds(5)),
    ReferenceCase(name: "10-crashloop", after: .seconds(100)) { _ in .exits(1, after: .seconds(1)) },
    ReferenceCase(name: "10b-bad-command", after: .seconds(12)) { _ in .cannotStart(startError) },
    ReferenceCase(
      name: "11-oom", after: .milliseconds(30_500), passing: ["1/1 Running 0", "1/1 Running 1", "1/1 Running 3"]
    ) { _ in
      var script = ContainerScript.exits(137, after: .milliseconds(5))
      script.runsOutOfMemory = true
      return script
    },
    ReferenceCase(
      name: "12-onfailure", after: .seconds(30), passing: ["1/1 Running 0", "1/1 Running 1", "1/1 Running 2"]
    ) { .exits($0.attempt < 2 ? 1 : 0, after: .milliseconds(5)) },
    ReferenceCase(name: "13b-poststart-fail", after: .seconds(18)) { _ in
      var script = ContainerScript.deaf
      script.commands["sh"] = CommandAnswer("hook broken\n", code: 5)
      return script
    },
    ReferenceCase(name: "18-missing-configmap", after: .seconds(5)),
  ]

  private static let probed: [ReferenceCase] = [
    ReferenceCase(name: "05-liveness-exec", after: .seconds(60)) { _ in
      var script = ContainerScript.deaf
      let lost = CommandAnswer("cat: can't open '/tmp/healthy': No such file or directory\n", code: 1)
      script.turn = ContainerScript.Turn(after: .seconds(8), ["cat": lost])
      return script
    },
    ReferenceCase(name: "06-liveness-http", after: .seconds(36)) { _ in
      var script = ContainerScript.deaf
      script.ports[8080] = "HTTP/1.0 404 Not Found\r\n\r\n"
      return script
    },
    ReferenceCase(name: "06b-liveness-http-refused", after: .seconds(26)),
    ReferenceCase(name: "06c-liveness-tcp", after: .seconds(26)),
    ReferenceCase(name: "07-readiness-fail", after: .seconds(20)) { _ in
      var script = ContainerScript.deaf
      script.commands["sh"] = CommandAnswer("not ready yet\n", code: 1)
      script.turn = ContainerScript.Turn(after: .seconds(12), ["sh": CommandAnswer()])
      return script
    },
    ReferenceCase(name: "08-startup", after: .seconds(12)) { _ in
      var script = ContainerScript.deaf
      script.commands["cat"] = CommandAnswer("cat: can't open '/tmp/started': No such file or directory\n", code: 1)
      script.turn = ContainerScript.Turn(after: .seconds(8), ["cat": CommandAnswer()])
      return script
    },
  ]
}

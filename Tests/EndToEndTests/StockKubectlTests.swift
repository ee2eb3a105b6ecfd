import SystemIO
import TestSupport
import Testing

/// The reference kubectl against this cluster, over TLS and with a token, as any other tool would come.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(1)))
struct StockKubectlTests {
  @Test func workWithAPodFromItsCreationToItsEnd() async throws {
    try await Learner.with { learner in
      try await learner.writeKubeconfig()

      #expect(try await learner.stock("get", "pods").error == "No resources found in default namespace.\n")
      #expect(try await learner.stock("apply", "-f", Learner.firstPod).output == "pod/first created\n")
      #expect(try await learner.stock("apply", "-f", Learner.firstPod).output == "pod/first unchanged\n")
      let ready = try await learner.stock("wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
      #expect(ready.output == "pod/first condition met\n")

      let labelled = try Files.readText(Learner.firstPod).replacing("app: first", with: "app: second")
      #expect(try await learner.stock("apply", "-f", "-", input: labelled).output == "pod/first configured\n")
      let list = try await learner.stock("get", "pods", "--show-labels")
      #expect(TextPattern("first<...>1/1<...>Running<...>0<...>app=second").matches(list.lineWith("first")))

      let description = try await learner.stock("describe", "pod", "first")
      for line: TextPattern in [
        "Status:<...>Running", "Scheduled<...>Successfully assigned default/first to podium",
        "Started<...>Started container web",
      ] {
        #expect(description.output.split(separator: "\n").contains { line.matches(String($0)) }, "\(line)")
      }

      let use = try await learner.stock("top", "pod", "first")
      #expect(TextPattern("first<...>m<...>i").matches(use.lineWith("first")), "\(use.output)\(use.error)")

      let exec = try await learner.stock("exec", "first", "--", "sh", "-c", "hostname; exit 3")
      #expect(exec.output == "first\n")
      #expect(exec.end == .exited(3))
      let input = try await learner.stock("exec", "-i", "first", "--", "cat", input: "through the pipe\n")
      #expect(input.output == "through the pipe\n")
      #expect(TextPattern("start worker process").matches(try await learner.stock("logs", "first").output.joinedLines))
      #expect(try await learner.stock("delete", "pod", "first").output == "pod \"first\" deleted\n")
      #expect(
        try await learner.stock("get", "pod", "first").error
          == "Error from server (NotFound): pods \"first\" not found\n")
    }
  }

  /// The generators send protobuf.
  @Test func createWhatTheirGeneratorsDescribe() async throws {
    try await Learner.with { learner in
      let kubeconfig = try await learner.podium("cluster", "kubeconfig").output
      try Files.write(kubeconfig, to: learner.kubeconfig, mode: 0o644)
      try Files.write([0x00, 0xFF, 0x80], to: learner.home + "/bytes", mode: 0o644)

      #expect(try await learner.stock("create", "namespace", "shop").output == "namespace/shop created\n")
      let settings = try await learner.stock(
        "create", "configmap", "settings", "-n", "shop", "--from-literal=color=blue", "--from-literal=empty=",
        "--from-file=bytes=\(learner.home)/bytes")
      #expect(settings.output == "configmap/settings created\n", "\(settings.error)")
      #expect(
        try await learner.stock("get", "configmap", "settings", "-n", "shop", "-o", "jsonpath={.data}{.binaryData}")
          .output == #"{"color":"blue","empty":""}{"bytes":"AP+A"}"#)
      let again = try await learner.stock("create", "configmap", "settings", "-n", "shop")
      #expect(again.error == "error: failed to create configmap: configmaps \"settings\" already exists\n")

      let secret = try await learner.stock("create", "secret", "generic", "door", "--from-literal=password=s3cret")
      #expect(secret.output == "secret/door created\n", "\(secret.error)")
      #expect(
        try await learner.stock("get", "secret", "door", "-o", "jsonpath={.type} {.data}").output
          == #"Opaque {"password":"czNjcmV0"}"#)
      #expect(try await learner.stock("create", "serviceaccount", "robot").output == "serviceaccount/robot created\n")

      // Zero replicas are not the default of one.
      let none = try await learner.stock("create", "deployment", "none", "--image=nginx", "--replicas=0")
      #expect(none.output == "deployment.apps/none created\n", "\(none.error)")
      #expect(
        try await learner.stock("get", "deployment", "none", "-o", "jsonpath={.spec.replicas} {.spec.strategy.type}")
          .output == "0 RollingUpdate")
      let job = try await learner.stock("create", "job", "once", "--image=busybox", "--", "echo", "hello")
      #expect(job.output == "job.batch/once created\n", "\(job.error)")
      let service = try await learner.stock("create", "service", "clusterip", "web", "--tcp=80:http")
      #expect(service.output == "service/web created\n", "\(service.error)")
      #expect(
        try await learner.stock(
          "get", "service/web", "job/once", "-o",
          "jsonpath={.items[0].spec.ports[0].targetPort} {.items[1].spec.template.spec.containers[0].command}"
        ).output == #"http ["echo","hello"]"#)
      let token = try await learner.stock("create", "token", "robot", "--duration=10m")
      #expect(token.output.split(separator: ".").count == 3, "\(token.error)")
      #expect(try await learner.stock("auth", "can-i", "create", "pods").output == "yes\n")
    }
  }

  @Test func aWrongTokenIsRefused() async throws {
    try await Learner.with { learner in
      let kubeconfig = try await learner.podium("cluster", "kubeconfig").output
      let lines = kubeconfig.split(separator: "\n").map { line in
        TextPattern("token: ").matches(String(line)) ? line.prefix { $0 == " " } + "token: wrong" : line
      }
      try Files.write(lines.joined(separator: "\n"), to: learner.kubeconfig, mode: 0o644)
      let answer = try await learner.stock("get", "pods")
      #expect(answer.end == .exited(1))
      #expect(TextPattern("error: You must be logged in to the server").matches(answer.error), "\(answer.error)")
    }
  }
}

extension String {
  fileprivate var joinedLines: String { split(separator: "\n").joined(separator: " ") }
}

import SystemIO
import TestSupport
import Testing

/// The reference kubectl against this cluster, over TLS and with a token, as any other tool would come.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(1)))
struct StockKubectlTests {
  @Test func workWithAPodFromItsCreationToItsEnd() async throws {
    try await Learner.with { learner in
      let kubeconfig = try await learner.podium("cluster", "kubeconfig")
      #expect(kubeconfig.end == .exited(0))
      #expect(kubeconfig.error == "")
      try Files.write(kubeconfig.output, to: learner.kubeconfig, mode: 0o644)

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

extension Learner {
  fileprivate var kubeconfig: String { home + "/kubeconfig" }

  fileprivate func stock(_ words: String..., input: String = "") async throws -> ProgramOutput {
    try await ProgramOutput.of(
      "kubectl", ["--kubeconfig", kubeconfig] + words, environment: ["HOME": home + "/home"], input: input,
      within: .seconds(40))
  }
}

extension String {
  fileprivate var joinedLines: String { split(separator: "\n").joined(separator: " ") }
}

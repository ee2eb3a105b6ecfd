import SystemIO
import TestSupport
import Testing

/// The official client library for Python against this cluster, over TLS and with a token.
@Suite(.needsUserNamespace, .needsPythonClient, .timeLimit(.minutes(3)))
struct PythonClientTests {
  @Test func itsCallsWorkAsWithAnyCluster() async throws {
    try await Learner.with { learner in
      let kubeconfig = try await learner.podium("cluster", "kubeconfig")
      let file = learner.home + "/kubeconfig"
      try Files.write(kubeconfig.output, to: file)
      let script = Learner.checkout + "/Tests/EndToEndTests/Fixtures/python-client.py"
      let python = try #require(await PythonClient.interpreter())
      let answer = try await ProgramOutput.of(
        python, [script, file], environment: ["HOME": learner.home + "/home"],
        within: .seconds(120))
      #expect(answer.output == "all done\n", "\(answer.error)")
      #expect(answer.end == .exited(0))
    }
  }
}

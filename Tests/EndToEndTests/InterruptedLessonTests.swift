import TestSupport
import Testing

/// A learner whose prompt is killed, whose cluster is gone, and who deletes the lesson's namespace: the lesson goes on.
@Suite(.timeLimit(.minutes(3)))
struct InterruptedLessonTests {
  @Test(.needsUserNamespace) func losesNothing() async throws {
    try await Learner.with { learner in
      try await learner.terminal { terminal in
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.enter("start first-pod", showing: "Step 1 of 5: One command, one Pod")
        try await terminal.enter(
          "skip", showing: "$ kubectl run kuard --image=willvelida/kuard", "Step 1 of 5 is done.")
        try await terminal.enter("explore", showing: "You are in first-pod-explore now")
        let prompt = try #require(terminal.program)
        prompt.kill()
        _ = try await terminal.waitForEnd()
      }
      try await comingBack(learner)
    }
  }

  /// The prompt was killed, then the whole cluster with all that was stored is gone: the second step begins again.
  private func comingBack(_ learner: Learner) async throws {
    try await learner.terminal { terminal in
      try await terminal.expect("where you left it", within: .seconds(60))
      try await terminal.expect("Going on at step 2 of 5.")
      try await terminal.expect("You are in first-pod-explore now")
      try await terminal.expect(Learner.prompt)
      try await terminal.enter("back", showing: "first-pod-explore is gone")
      try await terminal.enter("get pods", showing: "kuard <...>1/1")
      try await terminal.type("quit\r")
      try await terminal.expect("waits for you at step 2 of 5")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
    #expect(try await learner.podium("cluster", "delete").end == .exited(0))
    try await learner.terminal { terminal in
      try await terminal.expect("Going on at step 2 of 5; what came before is made again.", within: .seconds(60))
      try await terminal.expect(Learner.prompt)
      try await terminal.enter("get pods", showing: "kuard <...>1/1")
      // What was done before the crash is still in the transcript.
      try await terminal.enter("transcript", showing: "kubectl run kuard", "You had this step done for you.")
      // A namespace that the learner deletes comes back; one that they put in its place is theirs.
      try await terminal.enter("delete namespace first-pod", showing: "The lesson's namespace first-pod is gone")
      try await terminal.enter("check", showing: "reset step makes it again")
      try await terminal.enter("reset step", showing: "The namespace first-pod is made again.")
      try await terminal.enter("reset step", showing: "The step begins anew.", "Step 2 of 5")
      try await terminal.enter("get pods", showing: "kuard <...>1/1")
      try await terminal.enter("delete namespace first-pod", showing: "The lesson's namespace first-pod is gone")
      try await terminal.enter("create namespace first-pod", showing: "namespace/first-pod created")
      try await terminal.enter("create configmap mine -n first-pod", showing: "configmap/mine created")
      try await terminal.enter("reset step", showing: "is another one now, which is not the lesson's.")
      try await terminal.enter("leave", showing: "start first-pod goes on at step 2")
      try await terminal.enter("start first-pod", showing: "Step 2 of 5")
      try await terminal.enter("get configmap mine -n first-pod", showing: "mine ")
      try await terminal.enter("leave", showing: "start first-pod goes on at step 2")
      try await terminal.enter("get namespaces", showing: "default")
      try await terminal.type("quit\r")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
    let report = try await learner.podium("report")
    #expect(report.output.contains("\"outcome\": \"skipped\""), "\(report.output)")
  }
}

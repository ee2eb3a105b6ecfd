import TestSupport
import Testing

/// A learner who makes mistakes, asks for help, looks around, begins anew, leaves and comes back.
@Suite(.timeLimit(.minutes(3)))
struct StrayingLearnerTests {
  @Test(.needsUserNamespace) func isHelpedAndLosesNothing() async throws {
    try await Learner.with { learner in
      try await learner.terminal { terminal in
        try await terminal.expect("default>", within: .seconds(60))
        try await terminal.enter("task", showing: "No lesson is under way.")
        try await terminal.enter("start frist-pod", showing: "Did you mean first-pod?")
        try await terminal.enter("start first-pod", showing: "Step 1 of 5: One command, one Pod")
        try await mistakes(terminal)
        try await exploring(terminal)
        try await beginningAnew(terminal)
        let prompt = try #require(terminal.program)
        prompt.kill()
        _ = try await terminal.waitForEnd()
      }
      try await comingBack(learner)
    }
  }

  private func mistakes(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("run kuard --image=nginx", showing: "pod/kuard created")
    try await terminal.enter("wait --for=condition=Ready pod/kuard", showing: "condition met")
    try await terminal.enter("hint", showing: "A hint, as things are", "There is a Pod of that name.")
    try await terminal.enter("hint", showing: "Hint 1 of 3")
    try await terminal.enter(
      "check", showing: "ok<...>pod kuard is Ready", "NOT YET  image of container kuard",
      "expected  an image like willvelida/kuard*", "found     nginx", "OPEN     answer NUMBER: What is missing")
    try await terminal.enter("why", showing: "NOT YET  image of container kuard", "pod kuard runs and is ready")
    try await terminal.enter("answer 7", showing: "Answer with the number of what you choose, 1 to 3.")
    try await terminal.enter("next", showing: "The next step comes by itself")
  }

  private func exploring(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("explore", showing: "You are in first-pod-explore now")
    try await terminal.enter("get pods", showing: "No resources found in first-pod-explore namespace.")
    try await terminal.enter("check", showing: "The lesson waits while you explore")
    try await terminal.enter("back", showing: "Back in the lesson; first-pod-explore is gone", "Step 1 of 5")
    try await terminal.enter("get pods", showing: "kuard <...>1/1")
  }

  private func beginningAnew(_ terminal: PseudoTerminal) async throws {
    try await terminal.enter("reset", showing: "reset step begins this step anew")
    try await terminal.enter("reset step", showing: "This deletes pod kuard", "Type reset step once more")
    try await terminal.enter("reset step", showing: "Step 1 of 5: One command, one Pod")
    try await terminal.enter("get pods", showing: "No resources found in first-pod namespace.")
    try await terminal.enter("skip", showing: "$ kubectl run kuard --image=willvelida/kuard", "Step 1 of 5 is done.")
    try await terminal.enter("status", showing: "1 of 5", "done   One command, one Pod")
  }

  /// The prompt was killed, then the whole cluster with all that was stored is gone: the second step begins again.
  private func comingBack(_ learner: Learner) async throws {
    try await learner.terminal { terminal in
      try await terminal.expect("where you left it", within: .seconds(60))
      try await terminal.expect("Going on at step 2 of 5.")
      try await terminal.expect(Learner.prompt)
      try await terminal.enter("get pods", showing: "kuard <...>1/1")
      try await terminal.type("quit\r")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
    #expect(try await learner.podium("cluster", "delete").end == .exited(0))
    try await learner.terminal { terminal in
      try await terminal.expect("Going on at step 2 of 5; what came before is made again.", within: .seconds(60))
      try await terminal.expect(Learner.prompt)
      try await terminal.enter("get pods", showing: "kuard <...>1/1")
      try await terminal.enter("leave", showing: "start first-pod goes on at step 2.")
      try await terminal.enter("get namespaces", showing: "default")
      try await terminal.type("quit\r")
      #expect(try await terminal.waitForEnd() == .exited(0))
    }
    let report = try await learner.podium("report")
    #expect(report.output.contains("\"outcome\": \"skipped\""), "\(report.output)")
  }
}

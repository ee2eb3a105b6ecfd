import TestSupport
import Testing

/// What a real cluster answered, replayed by the reference kubectl against this one.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(3)))
struct TranscriptTests {
  @Test func mistakesAreAnsweredToTheLetter() async throws {
    let transcript = try Transcript("mistakes")
    #expect(transcript.steps.count == 121)
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      try await learner.stock(["create", "namespace", "errs"])
      try await transcript.replay(in: learner.home + "/files") { words in
        try await learner.stock(["-n", "errs"] + words, folder: learner.home + "/files")
      }
    }
  }
}

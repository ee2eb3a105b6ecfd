import TestSupport
import Testing

/// What a real cluster answered, replayed by the reference kubectl against this one.
@Suite(.needsStockKubectl, .needsUserNamespace, .timeLimit(.minutes(3)))
struct TranscriptTests {
  @Test(arguments: [("mistakes", 123), ("verbs", 120), ("unschedulable", 7)])
  func isAnsweredToTheLetter(name: String, count: Int) async throws {
    let transcript = try Transcript(name)
    #expect(transcript.steps.count == count)
    try await Learner.with { learner in
      try await learner.writeKubeconfig()
      try await learner.stock(["create", "namespace", name])
      try await transcript.replay(in: learner.home + "/files") { words in
        try await learner.stock(["-n", name] + words, folder: learner.home + "/files", editor: Self.editor)
      }
    }
  }

  /// Changes what the transcripts edit.
  static let editor = "sed -i -e s/paint:.*/paint:\\ edited/ -e s/app:.other/app:\\ edited/"
}

/// The same by the program's own kubectl, which needs no other program for it.
@Suite(.needsUserNamespace, .timeLimit(.minutes(2)))
struct OwnTranscriptTests {
  @Test(arguments: ["mistakes", "verbs"])
  func isAnsweredToTheLetterByTheOwnKubectl(name: String) async throws {
    let transcript = try Transcript(name)
    try await Learner.with { learner in
      try await learner.kubectl("create", "namespace", name)
      try await transcript.replay(in: learner.home + "/files") { words in
        try await learner.own(["-n", name] + words, folder: learner.home + "/files")
      }
    }
  }
}

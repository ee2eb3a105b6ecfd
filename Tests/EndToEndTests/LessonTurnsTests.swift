import SystemIO
import TestSupport
import Testing

/// What a lesson does by what its learner does, and by what its author allows.
@Suite(.needsUserNamespace, .timeLimit(.minutes(3)))
struct LessonTurnsTests {
  private static let fixtures = Learner.checkout + "/Tests/EndToEndTests/Fixtures"
  private static let everyForm = fixtures + "/EveryFormPack"

  private static let word = "$(get configmap turn -o jsonpath={.data.word})"

  /// What somebody sees who types the lines; the prompt takes each when the one before has ended.
  private func type(
    _ lines: String, _ learner: Learner, pack: String, end: String = "leave"
  ) async throws -> String {
    let words = [BuiltProgram.path("podium"), "--cluster", learner.cluster, "--pack", pack]
    // What the tutor says by itself, and what commands print, in one order.
    return try await ProgramOutput.of(
      "sh", ["-c", "exec \"$0\" \"$@\" 2>&1"] + words, environment: learner.environment, folder: learner.home,
      input: lines + "\n\(end)\n", within: .seconds(90)
    ).output
  }

  private func expect(_ seen: String, inOrder parts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    var rest = seen[...]
    for part in parts {
      guard let range = rest.firstRange(of: part) else {
        Issue.record("\"\(part)\" is missing in:\n\(rest)", sourceLocation: sourceLocation)
        return
      }
      rest = rest[range.upperBound...]
    }
  }

  @Test func aLessonTurnsWhereItsLearnerDoes() async throws {
    try await Learner.with { learner in
      let skipped = try await type(
        """
        start turns
        explore
        back
        apply -f turn.yaml
        sleep 1
        hint
        check
        skip
        create deployment choice --image=nginx
        answer 1 3
        answer 1 2
        check
        """, learner, pack: Self.everyForm)
      expect(
        skipped, inOrder: "What stands before the first step", "left <--+--> right", "Step 1 of 5: Find the word",
        "What does a label of two words look like?", "configmap/turn created", "A hint, as things are",
        "is a turn that leads nowhere", "the label word=${token}", "Step 1 of 5 is done.",
        "Step 2 of 5: Choose freely, if you like",
        "deployment.apps/choice created", "A Deployment is asked for.", "Step 2 of 5 is done.",
        "Step 4 of 5: Write it yourself")

      // What its learner applies says the word of this run, which leads elsewhere when it is said in that way.
      let answered = try await type(
        """
        start turns
        reset lesson
        reset lesson
        apply -f turn.yaml
        run crier --image=busybox --env=WORD=\(Self.word) -- sleep 600
        wait --for=condition=Ready pod/crier --timeout=30s
        hint
        label pod crier word=\(Self.word)
        answer the word
        answer the word \(Self.word)
        """, learner, pack: Self.everyForm, end: "quit")
      expect(
        answered, inOrder: "Step 4 of 5", "The lesson begins anew.", "pod/crier created", "A hint, as things are",
        "The variable is right.", "Not quite: the word", "That was the last question; check says what is still missing."
      )

      // What was answered is known to the next sitting.
      let resumed = try await type(
        """
        start turns
        exec crier -- sh -c 'echo $WORD > /tmp/heard'
        check
        answer 2
        answer 1
        """, learner, pack: Self.everyForm)
      expect(
        resumed, inOrder: "Step 1 of 5: Find the word", "Step 1 of 5 is done.", "Step 5 of 5: The end",
        "Not quite: Something", "Turns that a lesson takes: done", "Every turn leads on.")
      try await demonstrate(learner)
    }
  }

  /// Enter runs a command, `s` the rest of a step, `q` stops.
  private func demonstrate(_ learner: Learner) async throws {
    try await learner.terminal("--pack", Self.everyForm, "lesson", "run", "turns") { terminal in
      try await terminal.expect("Enter runs the next command, s the rest of the step, q stops.", within: .seconds(60))
      try await terminal.expect("$ kubectl logs postman", within: .seconds(30))
      try await terminal.type("x")
      try await terminal.type("\r")
      try await terminal.expect("the word is ", within: .seconds(30))
      try await terminal.expect("$ kubectl run crier")
      try await terminal.type("s")
      try await terminal.expect("pod/crier created", within: .seconds(30))
      try await terminal.expect("Step 1 of 5 is done.", within: .seconds(30))
      try await terminal.expect("$ kubectl create deployment choice")
      try await terminal.type("q")
      try await terminal.expect("stopped; its namespace is removed.", within: .seconds(30))
      #expect(try await terminal.waitForEnd() == .exited(1))
      #expect(!terminal.screen.text.contains("deployment.apps/choice created"))
    }
    try await Deadline.wait("the end of the namespaces") {
      !(try await learner.kubectl("get", "namespaces", "-o", "name").contains("turns"))
    }
  }

  @Test func anAuthorSaysWhatIsLeftToTheLearner() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        func pack(_ id: String, _ policy: String) async throws -> String {
          let pack = folder.path(id)
          #expect(try await ProgramOutput.of("cp", ["-r", Self.fixtures + "/ShownPack", pack]).end == .exited(0))
          let manifest = try Files.readText(pack + "/pack.yaml").replacing("id: shown", with: "id: \(id)")
          try Files.write(manifest + "policy: {\(policy)}\n", to: pack + "/pack.yaml")
          return pack
        }
        let strict = try await type(
          "start strict/plain\nskip\nhint\nhint\ncreate configmap plain\ncheck", learner,
          pack: try await pack("strict", "skip: no, solutions: after-pass"))
        expect(
          strict, inOrder: "The author of these lessons has left out skipping. hint helps.", "Hint 1 of 1",
          "That was the last hint. why tells the cause", "That was the last hint. why tells the cause",
          "configmap/plain created", "One command: done", "Your way, and the reference")

        let silent = try await type(
          "start silent/plain\nhint\nhint\nskip", learner, pack: try await pack("silent", "solutions: never"))
        expect(
          silent, inOrder: "Hint 1 of 1", "That was the last hint. skip does the step for you.",
          "its author keeps the solution to themselves", "One command: done")
        #expect(!silent.contains("kubectl create configmap plain") && !silent.contains("reference"), "\(silent)")

        let open = try await type(
          "start open/plain\nhint\nhint\nskip", learner, pack: try await pack("open", "solutions: after-hints"))
        expect(
          open, inOrder: "hint once more shows the solution.", "The solution", "$ kubectl create configmap plain",
          "skip has it typed for you", "$ kubectl create configmap plain", "configmap/plain created",
          "One command: done")
      }
    }
  }
}

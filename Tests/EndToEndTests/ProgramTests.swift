import TestSupport
import Testing

/// The program's words, options and exit codes, as a shell sees them.
@Suite(.timeLimit(.minutes(1)))
struct ProgramTests {
  @Test func helpNamesEveryVerbThatPeopleUse() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("--help")
      #expect(answer.end == .exited(0))
      #expect(answer.error == "")
      for verb in ["kubectl", "lessons", "pack", "cluster", "doctor", "images"] {
        #expect(!answer.lineWith("  \(verb) ").isEmpty, "\(verb)")
      }
      #expect(!answer.output.contains("kubelet"))
    }
  }

  @Test func everyVerbSaysWhatItTakes() async throws {
    try await Learner.with { learner in
      let help = try await learner.podium(["--help"]).output
      let verbs = help.matches(of: #/\n\ \ ([a-z]+)\ /#).map { String($0.1) }
        .filter { !["podium", "version"].contains($0) }
      #expect(verbs.count > 12)
      for verb in verbs {
        let answer = try await learner.podium([verb, "--help"])
        #expect(answer.end == .exited(0), "\(verb)")
        #expect(answer.output.contains("Usage:"), "\(verb)")
        #expect(answer.error == "", "\(verb)")
      }
    }
  }

  @Test(arguments: [
    (["clutser"], "podium: unknown verb \"clutser\": podium --help lists them; did you mean cluster?\n"),
    (["--colour"], "podium: unknown option --colour: see podium --help\n"),
    (["--color", "pink"], "podium: --color takes auto, always or never, not \"pink\"\n"),
    (["lessons", "all"], "podium: podium lessons takes --done or --json and no other words: found \"all\"\n"),
    (["pack", "test", "/nowhere"], "podium: /nowhere is no lesson pack: there is nothing of that name\n"),
  ])
  func aCommandLineThatIsNotUnderstoodIsRefused(_ words: [String], _ message: String) async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium(words)
      #expect(answer == ProgramOutput(end: .exited(2), output: "", error: message))
    }
  }

  @Test func anUnknownActionOfTheClusterIsAnsweredByTheKnownOnes() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("cluster", "strat")
      #expect(answer.end == .exited(2))
      #expect(answer.error.hasPrefix("podium: unknown action \"strat\"; did you mean start?\n"))
      #expect(TextPattern("Usage: podium cluster ACTION").matches(answer.error))
    }
  }

  @Test func aClusterThatDoesNotRunIsSaidToBeSo() async throws {
    try await Learner.with { learner in
      let status = try await learner.podium("cluster", "status")
      #expect(status.end == .exited(3))
      #expect(status.lineWith("control plane:") == "control plane: not running")
      let stop = try await learner.podium("cluster", "stop")
      #expect(stop.end == .exited(0))
      #expect(stop.output == "The cluster \"\(learner.cluster)\" was not running.\n")
    }
  }

  @Test(.needsUserNamespace) func theDoctorFindsThatPodsCanRunHere() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("doctor")
      #expect(answer.end == .exited(0), "\(answer.output)")
      #expect(answer.output.hasSuffix("Pods can run here.\n"))
      #expect(!answer.lineWith("ok       ").isEmpty)
      // It looks only: no cluster is started for it.
      #expect(try await learner.podium("cluster", "status").end == .exited(3))
    }
  }

  @Test(.needsUserNamespace) func linesFromAPipeAreRunAsIfTyped() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium([], input: "get nodes\nget pod nobody\nexit\nget nodes\n")
      #expect(answer.end == .exited(1))
      #expect(TextPattern("podium   Ready").matches(answer.lineWith("podium ")), "\(answer.output)")
      #expect(answer.output.split(separator: "\n").count == 2, "\(answer.output)")
      #expect(answer.error == "Error from server (NotFound): pods \"nobody\" not found\n")
    }
  }

  @Test(.needsUserNamespace) func kubectlAnswersWithItsExitCodes() async throws {
    try await Learner.with { learner in
      // The first command starts the cluster.
      let nodes = try await learner.podium("kubectl", "get", "nodes", "-o", "name")
      #expect(nodes == ProgramOutput(end: .exited(0), output: "node/podium\n", error: ""))
      let missing = try await learner.podium("kubectl", "get", "pod", "nobody")
      #expect(missing.end == .exited(1))
      #expect(missing.error == "Error from server (NotFound): pods \"nobody\" not found\n")
      let unknown = try await learner.podium("kubectl", "gte", "pods")
      #expect(unknown.end == .exited(1))
      #expect(TextPattern("unknown command \"gte\" for \"kubectl\"").matches(unknown.error), "\(unknown.error)")

      try await learner.kubectl("apply", "-f", Learner.firstPod)
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/first", "--timeout=30s")
      let exec = try await learner.podium(
        "kubectl", "exec", "first", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
      #expect(
        exec
          == ProgramOutput(
            end: .exited(7), output: "out\n", error: "err\ncommand terminated with exit code 7\n"))
      let input = try await learner.podium(
        ["kubectl", "exec", "-i", "first", "--", "cat"], input: "through the pipe\n")
      #expect(input == ProgramOutput(end: .exited(0), output: "through the pipe\n", error: ""))
    }
  }
}

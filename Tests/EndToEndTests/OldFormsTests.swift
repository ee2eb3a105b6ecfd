import TestSupport
import Testing

/// Command lines from before today's kubectl, as older books and pages have them.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct OldFormsTests {
  @Test func thePromptUnderstandsThemAndSaysHowTheyAreWrittenToday() async throws {
    try await Learner.with { learner in
      let run = try await learner.podium(
        "kubectl", "run", "db", "--generator=run-pod/v1", "--image=busybox", "--", "sleep", "3600")
      #expect(run.output == "pod/db created\n")
      #expect(run.error == "Flag --generator has been deprecated, has no effect and will be removed in the future.\n")
      try await learner.kubectl("wait", "--for=condition=Ready", "pod/db", "--timeout=30s")

      let exec = try await learner.podium("shell", "-c", "exec db cat /etc/hostname")
      #expect(
        exec
          == ProgramOutput(
            end: .exited(0), output: "db\n",
            error: "kubectl of today wants -- before the command: exec db -- cat /etc/hostname\n"))
      // As a program it is as strict as the kubectl that scripts know.
      let refused = try await learner.podium("kubectl", "exec", "db", "cat", "/etc/hostname")
      #expect(refused.end == .exited(1))
      #expect(
        refused.error
          == "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n"
      )
    }
  }
}

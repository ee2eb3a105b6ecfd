import SystemIO
import TestSupport
import Testing

/// The manual and the completion of shells: what is made from the tables of verbs and flags.
@Suite(.timeLimit(.minutes(1)))
struct ManualTests {
  @Test(
    .enabled(if: Files.exists("/usr/bin/groff"), "groff is not installed"), arguments: [["man"], ["man", "kubectl"]])
  func theManualIsSetWithoutAWarning(_ words: [String]) async throws {
    try await Learner.with { learner in
      let page = try await learner.podium(words)
      #expect(page.end == .exited(0))
      let groff = try await ProgramOutput.of(
        "groff", ["-man", "-ww", "-Tutf8"], environment: ["PATH": "/usr/bin:/bin"], folder: learner.home,
        input: page.output, within: .seconds(20))
      #expect(groff.end == .exited(0))
      #expect(groff.error == "")
      #expect(groff.output.contains(words.count == 1 ? "Say whether it runs" : "Set a context entry in kubeconfig"))
    }
  }

  @Test func theManualNamesEveryVerb() async throws {
    try await Learner.with { learner in
      let help = try await learner.podium("--help").output
      let verbs = help.split(separator: "\n").drop { $0 != "Verbs:" }.dropFirst().prefix { $0.hasPrefix("  ") }
        .compactMap { $0.split(separator: " ").first }
      #expect(verbs.count > 10)
      let page = try await learner.podium("man").output
      for verb in verbs { #expect(page.contains("\n.B \(verb)\n"), "\(verb)") }
    }
  }

  @Test func bashCompletesTheWordsOfPodium() async throws {
    try await Learner.with { learner in
      let script = """
        podium() { "$PROGRAM" "$@"; }
        source <(podium completion bash)
        ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _podium_words; echo "${COMPREPLY[*]}"; }
        ask podium kubec
        ask podium cluster st
        ask podium --color never completion z
        ask podium kubectl conf
        ask podium kubectl get deplo
        ask podium kubectl get pods --output = js
        """
      var environment = learner.environment
      environment["PROGRAM"] = BuiltProgram.path("podium")
      environment["PATH"] = "/usr/bin:/bin"
      environment["PODIUM_CLUSTER"] = learner.cluster
      let bash = try await ProgramOutput.of(
        "bash", ["-c", script], environment: environment, folder: learner.home, within: .seconds(30))
      #expect(
        bash.output == """
          kubectl
          start status stop
          zsh
          config
          deployments deploy
          json jsonpath= jsonpath-as-json= jsonpath-file=

          """, "\(bash.error)")
    }
  }

  @Test func aShellThatNobodyKnowsIsRefused() async throws {
    try await Learner.with { learner in
      let answer = try await learner.podium("completion", "bsh")
      #expect(
        answer
          == ProgramOutput(
            end: .exited(2), output: "",
            error: "podium: podium completion takes the name of a shell: bash, fish, zsh; did you mean bash?\n"))
    }
  }

  @Test func programsAreAnsweredInJSON() async throws {
    try await Learner.with { learner in
      let status = try await learner.podium("cluster", "status", "--json")
      #expect(status.end == .exited(3))
      #expect(status.output.contains("\"running\": false"))
      let lessons = try await learner.podium("lessons", "--json")
      #expect(lessons.output.contains("\"lesson\": \"first-pod\""), "\(lessons.error)")
      #expect(try await learner.podium("images", "ls", "--json").output.hasPrefix("["))
      #expect(try await learner.podium("doctor", "--json").output.hasPrefix("{"))
    }
  }
}

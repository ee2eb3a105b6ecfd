import SystemIO
import TestSupport
import Testing

/// What `config` chooses holds for the prompt, for later commands, and for later programs.
@Suite(.needsUserNamespace, .timeLimit(.minutes(1)))
struct NamespaceChoiceTests {
  @Test func thePromptAndItsCommandsFollowTheChosenNamespace() async throws {
    try await Learner.with { learner in
      try await learner.terminal { terminal in
        try await terminal.expect("\(learner.cluster)/default>", within: .seconds(60))
        try await terminal.enter("create namespace shop", showing: "namespace/shop created")
        try await terminal.type("config set-context --current --namespace=shop\r")
        try await terminal.expect("Context \"\(learner.cluster)\" modified.")
        try await terminal.expect("\(learner.cluster)/shop>")
        try await terminal.type("create configmap here\r")
        try await terminal.expect("configmap/here created")
        try await terminal.type("anatomy pod/none\r")
        try await terminal.expect("no pod called \"none\" in the namespace shop")
        try await terminal.expect("\(learner.cluster)/shop>")
        try await terminal.type("exit\r")
        _ = try await terminal.waitForEnd()
      }
      #expect(try await learner.kubectl("get", "configmap", "here", "-o", "name") == "configmap/here\n")
      #expect(try await learner.kubectl("config", "view", "--minify", "-o", "jsonpath={..namespace}") == "shop")
      let elsewhere = try await learner.podium("kubectl", "get", "configmap", "here", "-n", "default")
      #expect(elsewhere.error == "Error from server (NotFound): configmaps \"here\" not found\n")

      let script = """
        config set-context plain --cluster=\(learner.cluster)
        config use-context plain
        get configmap here
        config use-context \(learner.cluster)
        get configmap here -o name
        config unset contexts.\(learner.cluster).namespace
        config current-context

        """
      let answer = try await learner.podium(["run", "-"], input: script)
      #expect(
        answer.output.hasSuffix(
          "configmap/here\nProperty \"contexts.\(learner.cluster).namespace\" unset.\n\(learner.cluster)\n"),
        "\(answer.output)")
      #expect(answer.error == "Error from server (NotFound): configmaps \"here\" not found\n")
    }
  }

  /// Nobody's other clusters are worked on because a variable happens to be set.
  @Test func aKubeconfigOfAnotherClusterIsUsedOnlyWhenItsContextIsChosen() async throws {
    try await Learner.with { learner in
      try Files.makeDirectories(learner.home + "/home/.kube")
      try Files.write(
        """
        clusters: [{name: far, cluster: {server: "https://127.0.0.1:1"}}]
        contexts: [{name: far, context: {cluster: far, user: me}}]
        current-context: far
        """, to: learner.home + "/home/.kube/config")
      #expect(try await learner.kubectl("get", "nodes", "-o", "name") == "node/podium\n")
      #expect(try await learner.kubectl("config", "get-contexts", "-o", "name") == "far\n\(learner.cluster)\n")
      let far = try await learner.podium("kubectl", "get", "nodes", "--context=far")
      #expect(
        far.error == "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n")
      #expect(try await learner.kubectl("config", "use-context", "far") == "Switched to context \"far\".\n")
      #expect(try await learner.podium("kubectl", "get", "nodes").end == .exited(1))
      #expect(try await learner.kubectl("config", "use-context", learner.cluster).hasPrefix("Switched"))
      #expect(try await learner.kubectl("get", "nodes", "-o", "name") == "node/podium\n")
    }
  }
}

/// `kubectl completion`: what makes a shell complete the words of kubectl, by asking kubectl itself.
enum CompletionScript {
  static let command = Command(
    name: "completion", group: .settings,
    summary: "Output shell completion code for the specified shell (bash, zsh or fish)",
    examples: [
      Example("In this bash", "source <(kubectl completion bash)"),
      Example("In this zsh", "source <(kubectl completion zsh)"),
      Example("In every fish", "kubectl completion fish > ~/.config/fish/completions/kubectl.fish"),
    ],
    usage: "completion SHELL [options]",
    arguments: .shells,
    run: { invocation in
      guard let shell = invocation.arguments.first else {
        throw Failure("Shell not specified.", helpFor: invocation.path)
      }
      if invocation.arguments.count > 1 {
        throw Failure("Too many arguments. Expected only the shell type.", helpFor: invocation.path)
      }
      guard let script = ShellCompletion.script(for: shell, program: "kubectl") else {
        throw Failure("Unsupported shell type \"\(shell)\".", helpFor: invocation.path)
      }
      try await invocation.io.print(script)
      return 0
    })

  /// Answers such a question: a line for each way to go on, its description behind a tab.
  static func answer(_ words: [String], _ context: KubectlContext, _ io: some CommandIO) async throws -> Int32 {
    let found = await Kubectl.complete(words, context: context)
    let lines = found.map { $0.description.isEmpty ? $0.text : "\($0.text)\t\($0.description)" }
    try await io.print(lines.map { $0 + "\n" }.joined())
    return 0
  }
}

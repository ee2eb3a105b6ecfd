/// `kubectl completion`: what makes a shell complete the words of kubectl, by asking kubectl itself.
enum CompletionScript {
  /// The word by which the scripts ask. What stands behind it is a command line and not understood as flags.
  static let question = "__complete"

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
      guard let script = scripts[shell] else {
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

  static let scripts: [String: String] = ["bash": bash, "zsh": zsh, "fish": fish]

  private static let bash = """
    # Completes the words of kubectl in bash.
    _kubectl_words() {
      local IFS=$'\\n' word="${COMP_WORDS[COMP_CWORD]}"
      COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "$word"))
      # A value or the rest of a name follows at once.
      [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/:] ]] && compopt -o nospace
    }
    complete -o default -F _kubectl_words kubectl

    """

  private static let zsh = """
    #compdef kubectl
    # Completes the words of kubectl in zsh.
    _kubectl() {
      local -a found
      local line
      while IFS= read -r line; do
        found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
      done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
      _describe kubectl found || _files
    }
    compdef _kubectl kubectl

    """

  private static let fish = """
    # Completes the words of kubectl in fish.
    function __kubectl_words
      set -l words (commandline -opc) (commandline -ct)
      $words[1] __complete $words[2..-1] 2>/dev/null
    end
    complete -c kubectl -f -a '(__kubectl_words)'

    """
}

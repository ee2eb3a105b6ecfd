internal import KubectlCommands

/// What `podium VERB --help` prints, for the verbs whose words are in no table.
struct VerbHelp: Sendable {
  /// What may follow the name.
  let usage: String
  let details: String

  func text(of verb: String) -> String {
    "Usage: podium \(verb)\(usage.isEmpty ? "" : " " + usage)\n\n\(details)"
  }

  static let prompt = VerbHelp(
    usage: "",
    details: """
      Opens the prompt, on a cluster that is started if it does not run. There, kubectl's commands work with and without
      the word kubectl; lessons lists the lessons, help all words, and exit leaves.
      """)

  static let shell = VerbHelp(
    usage: "[-c 'COMMANDS']",
    details: """
      Runs commands of the prompt, with its pipes, variables and jobs; the exit code is that of the last one. Without -c it
      opens the prompt.
      """)

  static let run = VerbHelp(
    usage: "FILE",
    details: """
      Runs the commands in the file as if they were typed at the prompt; - is standard input. The exit code is that of the
      last one.
      """)

  static let lessons = VerbHelp(
    usage: "[--done | --json]",
    details: """
      Lists the lessons with your progress, what they build on and how long they take. It needs no cluster.

        --done   show what you have learnt: the notes and solutions of all lessons that are done
        --json   print the list as JSON
      """)

  static let lesson = VerbHelp(
    usage: "run ID [--auto]",
    details: """
      Shows how a lesson is done: plays it by its reference solutions, a command for each Enter. Your progress stays as it
      is. The exit code is 0 when every step is passed, and 1 otherwise. To learn the lesson yourself, open podium and type
      start ID.

        --auto   wait for nobody
      """)

  static let report = VerbHelp(
    usage: "[FILE]",
    details: """
      Prints how your lessons went, as JSON: steps, attempts, hints, skips and times, but nothing that you typed. With FILE
      it is written there as well, to be given to an instructor. It goes nowhere by itself.
      """)

  static let doctor = VerbHelp(
    usage: "[--json]",
    details: """
      Tries out what pods need of this machine, and says in words what does not work, with the command that would allow it.
      The exit code is 0 when pods can run, and 1 otherwise.

        --json   print the findings as JSON
      """)

  static let completion = VerbHelp(
    usage: ShellCompletion.shells.joined(separator: "|"),
    details: """
      Prints what makes the shell complete podium's words, names of objects included. For this shell only, in bash:

        source <(podium completion bash)
      """)

  static let man = VerbHelp(
    usage: "[kubectl]",
    details: """
      Prints podium(1), or podium-kubectl(1), as a manual page:

        podium man | man -l -
      """)
}

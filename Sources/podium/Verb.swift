internal import KubectlCommands
internal import LocalCluster

/// A word behind `podium`: a row here, a file of its own for what it does.
struct Verb: Sendable {
  let name: String
  let summary: String
  /// What may stand behind the word; for completion and the manual.
  var actions: [(name: String, summary: String)] = []
  /// The same with their options, where they are told apart by a table.
  var table: ActionTable?
  /// What `--help` says; nothing where the verb answers that by itself.
  var help: VerbHelp?
  /// Started by the program itself, not by people.
  var isInternal = false
  let run: @Sendable (Settings, [String]) async throws -> Int32

  static let prompt = Verb(
    name: "prompt", summary: "open the prompt (the same as no verb)", help: .prompt, run: PromptVerb.run)

  static let all: [Verb] = [
    prompt,
    Verb(name: "kubectl", summary: "run one kubectl command against the cluster", run: KubectlVerb.run),
    Verb(
      name: "shell", summary: "run commands of the prompt: podium shell -c 'get pods | wc -l'", help: .shell,
      run: ScriptVerbs.shell),
    Verb(name: "run", summary: "run the commands in a file: podium run FILE", help: .run, run: ScriptVerbs.runFile),
    Verb(
      name: "lessons", summary: "list the lessons; --done shows what you have learnt", help: .lessons,
      run: LessonsVerb.run),
    Verb(
      name: "lesson", summary: "show how a lesson is done: podium lesson run ID [--auto]",
      actions: [("run", "play it by its solutions, a command for each Enter")], help: .lesson, run: LessonVerb.run),
    Verb(
      name: "report", summary: "show how your lessons went, as JSON: podium report [FILE]", help: .report,
      run: ReportVerb.run),
    Verb(
      name: "pack", summary: "new, lint, test, build, install: lesson packs of your own",
      actions: PackVerb.table.summaries, table: PackVerb.table,
      run: PackVerb.run),
    Verb(
      name: "cluster", summary: "start, status, stop, delete, kubeconfig", actions: ClusterVerb.summaries,
      run: ClusterVerb.run),
    Verb(
      name: "node", summary: "list, add, stop, start, kill, remove, shell", actions: NodeVerb.summaries,
      run: NodeVerb.run),
    Verb(
      name: "doctor", summary: "say what this machine allows, and how to allow more", help: .doctor,
      run: DoctorVerb.run),
    Verb(
      name: "images", summary: "ls, import, build, pull, rm, prune: what pods can be made from",
      actions: ImagesVerb.table.summaries, table: ImagesVerb.table, run: ImagesVerb.run),
    Verb(
      name: "completion", summary: "print what makes bash, zsh or fish complete these words",
      actions: ShellCompletion.shells.map { ($0, "for \($0)") }, help: .completion, run: CompletionVerb.run),
    Verb(
      name: "man", summary: "print the manual: podium man | man -l -",
      actions: [("kubectl", "print the manual of podium kubectl")], help: .man, run: ManVerb.run),
    Verb(name: "help", summary: "print this text") { _, _ in Podium.printHelp() },
    Verb(name: "version", summary: "print the versions") { _, _ in Podium.printVersion() },
    Verb(
      name: ShellCompletion.question, summary: "answer the scripts of completion", isInternal: true,
      run: CompletionVerb.answer),
    Verb(name: "kubelet", summary: "the agent of a node", isInternal: true, run: KubeletVerb.run),
  ]
}

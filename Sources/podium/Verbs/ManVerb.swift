internal import KubectlCommands

/// `podium man`: the manual, from the same tables that understand the words.
enum ManVerb {
  private static let source = "Podium \(Version.podium)"

  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    switch arguments {
    case []: StandardOutput.write(page, to: 1)
    case ["kubectl"]: StandardOutput.write(Kubectl.manual(program: "podium kubectl", source: source), to: 1)
    default:
      throw UsageError(
        "podium man prints podium(1), podium man kubectl prints podium-kubectl(1): podium man | man -l -")
    }
    return 0
  }

  private static var page: String {
    var page = ManualPage(title: "podium", summary: "learn Kubernetes Pods by running them", source: source)
    page.section("SYNOPSIS")
    page.item("podium", "[options]")
    page.item("podium", "[options] VERB ...")
    page.section("DESCRIPTION")
    page.paragraph(
      "Opens a prompt on a small, real Kubernetes of your own, with lessons. Every kubectl command works there, with or "
        + "without the word kubectl. The cluster is started when it is needed.")
    page.section("VERBS")
    for verb in Verb.all where !verb.isInternal {
      page.item(verb.name, sentence(verb.summary))
      for action in verb.actions { page.item("\(verb.name) \(action.name)", sentence(action.summary)) }
    }
    page.section("OPTIONS")
    for option in Settings.options {
      page.item(option.name + (option.takesValue ? " \(option.value)" : ""), sentence(option.summary))
    }
    page.section("WORDS OF THE PROMPT")
    page.paragraph("Besides kubectl's commands and the programs of the machine:")
    for word in TutorWord.all { page.item(word.name, sentence(word.summary)) }
    for word in SightWord.all where !TutorWord.all.contains(where: { $0.name == word.name }) {
      page.item(word.name, sentence(word.summary))
    }
    page.item(TraceWord.name, sentence(TraceWord.summary))
    page.section("EXIT STATUS")
    page.paragraph(
      "That of the command: 0 when all went well, 1 after an error, 2 when the command line was not understood.")
    page.section("ENVIRONMENT")
    page.item("PODIUM_CLUSTER", "The cluster that is meant without \u{2D}\u{2D}cluster.")
    page.item(
      "XDG_STATE_HOME, XDG_DATA_HOME, XDG_RUNTIME_DIR",
      "Below which folders the store and logs, images and progress, and sockets are.")
    page.item("NO_COLOR", "No colours, whatever it is set to.")
    page.section("SEE ALSO")
    page.paragraph("podium-kubectl(1), which podium man kubectl prints")
    return page.text
  }

  private static func sentence(_ summary: String) -> String {
    (summary.first.map { $0.uppercased() } ?? "") + summary.dropFirst() + "."
  }
}

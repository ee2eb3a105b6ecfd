extension Kubectl {
  /// The manual of all its commands, made from the table that parses them.
  ///
  /// - Parameter program: How people start it, such as `podium kubectl`.
  public static func manual(program: String, source: String) -> String {
    var page = ManualPage(
      title: program.split(separator: " ").joined(separator: "-"),
      summary: "commands for Kubernetes, as kubectl has them", source: source)
    page.section("SYNOPSIS")
    page.item(program, "COMMAND [TYPE] [NAME] [flags]")
    page.section("DESCRIPTION")
    page.paragraph(
      "Every command answers as kubectl of Kubernetes 1.32 does, with the same output, errors and exit codes.")
    for group in CommandGroup.allCases {
      let commands = CommandTable.root.subcommands.filter { $0.group == group && !$0.isHidden }
      if commands.isEmpty { continue }
      page.section(group.rawValue.uppercased())
      for command in commands { add(command, path: [command.name], program, to: &page) }
    }
    page.section("OPTIONS OF EVERY COMMAND")
    add(SharedFlags.global, to: &page)
    page.section("EXIT STATUS")
    page.paragraph(
      "0 when all went well, 1 after an error; exec, run -i and attach end with the exit code of the program in the "
        + "container.")
    page.section("ENVIRONMENT")
    page.item("KUBECONFIG", "Kubeconfig files whose contexts are known besides the program's own, joined with colons.")
    page.item("KUBE_EDITOR, EDITOR", "What edit opens.")
    page.section("SEE ALSO")
    page.paragraph("podium(1)")
    return page.text
  }

  private static func add(_ command: Command, path: [String], _ program: String, to page: inout ManualPage) {
    page.subsection("\(program) \(path.joined(separator: " "))")
    page.paragraph(command.summary + ".")
    for paragraph in command.details { page.paragraph(paragraph) }
    page.example("\(program) \(command.usage)")
    add(command.flags, to: &page)
    if !command.examples.isEmpty {
      page.paragraph("Examples:")
      page.example(command.examples.map { "# \($0.purpose)\n\($0.line)" }.joined(separator: "\n"))
    }
    for inner in command.subcommands where !inner.isHidden {
      add(inner, path: path + [inner.name], program, to: &page)
    }
  }

  private static func add(_ flags: [FlagRow], to page: inout ManualPage) {
    for flag in flags.filter({ !$0.isHidden }).sorted(by: { $0.name < $1.name }) {
      let value = flag.kind == .boolean ? "" : "=\(flag.fallback.isEmpty ? "VALUE" : flag.fallback)"
      page.item(flag.display + value, flag.summary)
    }
  }
}

/// The pages that `--help` prints, made from the command table.
struct HelpText {
  let root: Command

  func page(for command: Command, path: [String]) -> String {
    path.isEmpty ? overview : page(command, path)
  }

  private var overview: String {
    var text = "kubectl talks to a Kubernetes cluster: it creates objects, shows them, and looks into them.\n"
    for group in CommandGroup.allCases {
      let commands = root.subcommands.filter { $0.group == group && !$0.isHidden }
      if commands.isEmpty { continue }
      text += "\n\(group.rawValue):\n" + Self.list(commands, width: 15)
    }
    text += "\nUsage:\n  kubectl [flags] [options]\n"
    return text + "\n" + Self.hint("kubectl") + Self.optionsHint
  }

  private func page(_ command: Command, _ path: [String]) -> String {
    let name = (["kubectl"] + path).joined(separator: " ")
    var text = command.summary + ".\n"
    for paragraph in command.details { text += "\n " + paragraph + "\n" }
    if !command.aliases.isEmpty {
      text += "\nAliases:\n" + ([command.name] + command.aliases).joined(separator: ", ") + "\n"
    }
    if !command.examples.isEmpty {
      text += "\nExamples:\n"
      text += command.examples.map { "  # \($0.purpose)\n  \($0.line)\n" }.joined(separator: "  \n")
    }
    let visible = command.subcommands.filter { !$0.isHidden }
    if !visible.isEmpty { text += "\nAvailable Commands:\n" + Self.list(visible, width: 17) }
    let flags = command.flags.filter { !$0.isHidden }.sorted { $0.name < $1.name }
    if !flags.isEmpty { text += "\nOptions:\n" + flags.map(Self.entry).joined(separator: "\n") }
    text += "\nUsage:\n  kubectl \(command.usage)\n\n"
    if !visible.isEmpty { text += Self.hint(name) }
    return text + Self.optionsHint
  }

  /// What `kubectl options` lists.
  static func globalOptions(_ flags: [FlagRow]) -> String {
    "The following options can be passed to any command:\n\n"
      + flags.filter { !$0.isHidden }.sorted { $0.name < $1.name }.map(entry).joined(separator: "\n")
  }

  private static func hint(_ name: String) -> String {
    "Use \"\(name) <command> --help\" for more information about a given command.\n"
  }

  private static let optionsHint =
    "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n"

  private static func list(_ commands: [Command], width: Int) -> String {
    let width = max(width, (commands.map(\.name.count).max() ?? 0) + 2)
    return commands.map { command in
      "  \(command.name)" + String(repeating: " ", count: max(1, width - command.name.count + 1)) + command.summary
        + "\n"
    }.joined()
  }

  private static func entry(_ flag: FlagRow) -> String {
    let quoted = flag.kind == .text ? "'\(flag.fallback)'" : flag.fallback
    return "    \(flag.display)=\(quoted):\n\t\(flag.summary)\n"
  }
}

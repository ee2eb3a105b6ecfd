/// `kubectl options` and `kubectl help`.
enum Options {
  static let command = Command(
    name: "options", summary: "List the flags that every command understands", usage: "options", isHidden: true,
    run: { invocation in
      try await invocation.io.print(HelpText.globalOptions(SharedFlags.global))
      return 0
    })

  static let helpCommand = Command(
    name: "help", summary: "Help about any command", usage: "help [command]", arguments: .command, isHidden: true,
    run: { invocation in
      let root = CommandTable.root
      let parser = CommandLineParser(root: root, globalFlags: SharedFlags.global)
      let found = parser.find(invocation.arguments)
      if found.path.isEmpty, !invocation.arguments.isEmpty {
        let words = invocation.arguments.map { "`\($0)`" }.joined(separator: " ")
        await invocation.io.printError(
          "Unknown help topic [\(words)]\n" + HelpText(root: root).page(for: root, path: []))
        return 0
      }
      try await invocation.io.print(HelpText(root: root).page(for: found.command, path: found.path))
      return 0
    })
}

internal import KubectlCommands
internal import LocalCluster

/// `podium completion SHELL`: what makes a shell complete the words of podium, by asking podium itself.
enum CompletionVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    guard arguments.count == 1, let script = ShellCompletion.script(for: arguments[0], program: "podium") else {
      throw UsageError(
        "podium completion takes the name of a shell: \(ShellCompletion.shells.joined(separator: ", "))"
          + DidYouMean.text(arguments.first ?? "", ShellCompletion.shells))
    }
    StandardOutput.write(script, to: 1)
    return 0
  }

  /// Answers the scripts: a line for each way to go on with the last word, its description behind a tab.
  @Sendable
  static func answer(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let found = try await complete(Array(arguments.dropLast()), last: arguments.last ?? "", settings)
    let lines = found.map { $0.description.isEmpty ? $0.text : "\($0.text)\t\($0.description)" }
    StandardOutput.write(lines.map { $0 + "\n" }.joined(), to: 1)
    return 0
  }

  private static func complete(
    _ words: [String], last: String, _ settings: Settings
  ) async throws -> [KubectlCompletion] {
    var settings = settings
    var rest = words[...]
    while let word = rest.first, word.hasPrefix("-") {
      rest = rest.dropFirst()
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let option = Settings.options.first(where: { $0.name == parts[0] }) else { return [] }
      if !option.takesValue { continue }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { return [] }
      try option.apply(&settings, value)
    }
    guard let name = rest.popFirst() else {
      return matching(
        Verb.all.filter { !$0.isInternal }.map { KubectlCompletion($0.name, $0.summary) }
          + Settings.options.map { KubectlCompletion($0.name, $0.summary) }, last)
    }
    if name == "kubectl" {
      let paths = try settings.paths()
      var context = LocalConnection.chosenContext(paths)
      context.cluster = LocalConnection.chosenCluster(paths)
      return await Kubectl.complete(rest + [last], context: context)
    }
    guard let verb = Verb.all.first(where: { $0.name == name }) else { return [] }
    if rest.isEmpty { return matching(verb.actions.map { KubectlCompletion($0.name, $0.summary) }, last) }
    if name == "lesson", Array(rest) == ["run"] {
      return matching(
        try PackShelf.load(settings).packs.flatMap(\.lessons).map { KubectlCompletion($0.name, $0.title) }, last)
    }
    guard let action = verb.table?.actions.first(where: { $0.name == rest.first }) else { return [] }
    let found = last.hasPrefix("-") ? action.options.keys.sorted().map { ($0, "") } : try action.candidates(settings)
    return matching(found.map { KubectlCompletion($0, $1) }, last)
  }

  private static func matching(_ all: [KubectlCompletion], _ typed: String) -> [KubectlCompletion] {
    all.filter { $0.text.hasPrefix(typed) }
  }
}

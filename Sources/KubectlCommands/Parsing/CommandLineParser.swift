/// Takes words apart into a command, its flags and its arguments.
struct CommandLineParser {
  let root: Command
  let globalFlags: [FlagRow]

  struct Parsed {
    var command: Command
    var path: [String]
    var arguments: [String] = []
    var argumentsBeforeDashes: Int?
    var given: [String: [String]] = [:]
    var wantsHelp = false
  }

  func parse(_ words: [String]) throws(Failure) -> Parsed {
    let (command, path, rest) = find(words)
    var parsed = Parsed(command: command, path: path)
    var index = 0
    while index < rest.count {
      let word = rest[index]
      index += 1
      if word == "--" {
        parsed.argumentsBeforeDashes = parsed.arguments.count
        parsed.arguments += rest[index...]
        break
      }
      if word.hasPrefix("--") {
        try parseLong(word, rest, &index, &parsed)
      } else if word.hasPrefix("-"), word.count > 1 {
        try parseShort(word, rest, &index, &parsed)
      } else {
        parsed.arguments.append(word)
      }
    }
    if parsed.wantsHelp || command.run != nil || !parsed.arguments.isEmpty { try checkKnown(parsed, words) }
    return parsed
  }

  /// Follows the words to the innermost command; what remains are flags and arguments.
  func find(_ words: [String]) -> (command: Command, path: [String], rest: [String]) {
    var command = root
    var path: [String] = []
    var rest: [String] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      if word == "--" {
        rest += words[index...]
        break
      }
      index += 1
      if word.hasPrefix("-"), word.count > 1 {
        rest.append(word)
        if takesNextWord(word, command), index < words.count {
          rest.append(words[index])
          index += 1
        }
        continue
      }
      if let next = command.subcommands.first(where: { $0.name == word || $0.aliases.contains(word) }) {
        command = next
        path.append(next.name)
        if next.subcommands.isEmpty {
          rest += words[index...]
          break
        }
        continue
      }
      rest.append(word)
      rest += words[index...]
      break
    }
    return (command, path, rest)
  }

  /// Whether the value of a flag is the word behind it; of a flag that nobody knows yet, it is.
  private func takesNextWord(_ word: String, _ command: Command) -> Bool {
    if word.contains("=") { return false }
    let flags = command.flags + globalFlags
    if word.hasPrefix("--") {
      guard let flag = flags.first(where: { $0.name == word.dropFirst(2) }) else { return word != "--help" }
      return flag.bareValue == nil
    }
    if word.count > 2 { return false }
    guard let flag = flags.first(where: { $0.shorthand == word.last }) else { return word != "-h" }
    return flag.bareValue == nil
  }

  private func checkKnown(_ parsed: Parsed, _ words: [String]) throws(Failure) {
    guard parsed.command.run == nil, let word = parsed.arguments.first else { return }
    if parsed.path.isEmpty {
      if let first = words.first, first.hasPrefix("-") {
        let flag = first.split(separator: "=").first.map(String.init) ?? first
        throw Failure(whole: "Error: flags cannot be placed before plugin name: \(flag)")
      }
      let suggestions = Suggestions.commands(like: word, in: root.subcommands)
      var text = "Error: unknown command \"\(word)\" for \"kubectl\""
      if !suggestions.isEmpty {
        text += "\n\nDid you mean this?\n" + suggestions.map { "\t\($0)\n" }.joined()
      }
      throw Failure(whole: text)
    }
    throw Failure("unknown command \"\(word)\"", helpFor: parsed.path)
  }

  private func flags(of command: Command) -> [FlagRow] { command.flags + globalFlags }

  private func parseLong(
    _ word: String, _ rest: [String], _ index: inout Int, _ parsed: inout Parsed
  ) throws(Failure) {
    let body = word.dropFirst(2)
    let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if name.isEmpty || name.hasPrefix("-") { throw .flag("bad flag syntax: \(word)", parsed.path) }
    if name == "help" {
      parsed.wantsHelp = parts.count == 1 || FlagText.boolean(String(parts[1])) ?? true
      return
    }
    guard let flag = flags(of: parsed.command).first(where: { $0.name == name }) else {
      throw .unknownFlag(name, known: flags(of: parsed.command), parsed.path)
    }
    if parts.count == 2 { return try set(flag, String(parts[1]), &parsed) }
    if let bare = flag.bareValue { return try set(flag, bare, &parsed) }
    guard index < rest.count else { throw .flag("flag needs an argument: --\(name)", parsed.path) }
    try set(flag, rest[index], &parsed)
    index += 1
  }

  /// `-n value`, `-nvalue`, `-n=value`, `-it`.
  private func parseShort(
    _ word: String, _ rest: [String], _ index: inout Int, _ parsed: inout Parsed
  ) throws(Failure) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      if letter == "h", !flags(of: parsed.command).contains(where: { $0.shorthand == "h" }) {
        parsed.wantsHelp = true
        continue
      }
      guard let flag = flags(of: parsed.command).first(where: { $0.shorthand == letter }) else {
        throw .flag("unknown shorthand flag: '\(letter)' in \(word)", parsed.path)
      }
      if letters.first == "=" { return try set(flag, String(letters.dropFirst()), &parsed) }
      if let bare = flag.bareValue {
        try set(flag, bare, &parsed)
        continue
      }
      if !letters.isEmpty { return try set(flag, String(letters), &parsed) }
      guard index < rest.count else { throw .flag("flag needs an argument: '\(letter)' in \(word)", parsed.path) }
      try set(flag, rest[index], &parsed)
      index += 1
    }
  }

  private func set(_ flag: FlagRow, _ value: String, _ parsed: inout Parsed) throws(Failure) {
    if let problem = FlagText.problem(value, for: flag) {
      throw .flag("invalid argument \"\(value)\" for \"\(flag.display)\" flag: \(problem)", parsed.path)
    }
    parsed.given[flag.name, default: []].append(value)
  }
}

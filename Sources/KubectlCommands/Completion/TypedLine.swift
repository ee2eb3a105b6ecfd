/// The words of a command that is still being typed, as far as they can be told apart.
struct TypedLine {
  /// All that the command understands.
  let flags: [FlagRow]
  private(set) var arguments: [String] = []
  /// By the flags' names.
  private(set) var given: [String: String] = [:]
  /// A flag that still waits for its value.
  private(set) var open: FlagRow?

  init(_ words: [String], flags: [FlagRow]) {
    self.flags = flags
    for word in words { take(word) }
  }

  private mutating func take(_ word: String) {
    if let flag = open {
      given[flag.name] = word
      open = nil
    } else if word.hasPrefix("--") {
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      guard let flag = flags.first(where: { $0.name == parts.first }) else { return }
      note(flag, parts.count == 2 ? parts[1] : nil)
    } else if word.hasPrefix("-"), word.count > 1 {
      takeLetters(word.dropFirst())
    } else {
      arguments.append(word)
    }
  }

  /// `-it`, `-n default`, `-ndefault` and `-n=default`.
  private mutating func takeLetters(_ letters: Substring) {
    var rest = letters
    while let letter = rest.popFirst() {
      guard let flag = flags.first(where: { $0.shorthand == letter }) else { return }
      if flag.bareValue != nil {
        note(flag, nil)
      } else {
        note(flag, rest.isEmpty ? nil : String(rest.first == "=" ? rest.dropFirst() : rest))
        return
      }
    }
  }

  private mutating func note(_ flag: FlagRow, _ value: String?) {
    if let value = value ?? flag.bareValue { given[flag.name] = value } else { open = flag }
  }
}

/// Where a loop, a condition or a group ends that is left to the machine's shell.
enum ScriptBalance {
  enum End: Equatable {
    /// The first place behind it.
    case found(Int)
    /// The word that is still to come.
    case missing(String)
  }

  private static let ends = ["if": "fi", "case": "esac", "{": "}", "[[": "]]"]
  private static let loops: Set<String> = ["for", "while", "until"]
  /// No word can be this.
  private static let bodyOfLoop = "do …"
  private static let introductions: Set<String> = [
    "do", "then", "else", "elif", "if", "while", "until", "{", "!",
  ]

  static func end(of text: ArraySlice<Character>) -> End {
    var open: [String] = []
    var word = ""
    var quote: Character?
    var isEscaped = false
    var isCommandNext = true
    func finishWord() {
      defer { word = "" }
      guard !word.isEmpty else { return }
      if word == open.last, isCommandNext || word == "]]" {
        open.removeLast()
        isCommandNext = false
        return
      }
      guard isCommandNext else { return }
      // A loop has a condition or a list before its body.
      if loops.contains(word) { open.append(bodyOfLoop) }
      if word == "do", open.last == bodyOfLoop { open[open.count - 1] = "done" }
      if let end = ends[word] { open.append(end) }
      isCommandNext = introductions.contains(word)
    }
    for (place, character) in zip(text.indices, text) {
      if isEscaped {
        isEscaped = false
        // What is escaped is no sign and no word of the language.
        word += "\\" + String(character)
        continue
      }
      if let current = quote {
        if character == current { quote = nil } else if character == "\\", current == "\"" { isEscaped = true }
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "'", "\"":
        quote = character
        word.append(character)
      case " ", "\t": finishWord()
      case ";", "&", "|", "\n":
        finishWord()
        if open.isEmpty { return .found(place) }
        isCommandNext = true
      case "(":
        // That of `$(` too: what is open is closed by the same sign.
        finishWord()
        open.append(")")
        isCommandNext = true
      case ")" where open.last == ")":
        open.removeLast()
        word = ""
        isCommandNext = false
        if open.isEmpty { return .found(place + 1) }
      default: word.append(character)
      }
      if open.isEmpty, word.isEmpty, character == " " || character == "\t", !isCommandNext { return .found(place) }
    }
    finishWord()
    if let quote { return .missing("the closing \(quote)") }
    return open.last.map(End.missing) ?? .found(text.endIndex)
  }
}

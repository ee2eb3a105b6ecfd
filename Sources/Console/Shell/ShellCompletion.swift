internal import SystemIO

/// The command that is being typed, as far as it goes: what stands before the cursor since the last `|`, `;` or `&`.
struct CompletionPoint: Equatable {
  /// The finished words, without their quotes.
  var words: [String] = []
  /// The beginning of the word at the cursor, as typed.
  var last = ""
  /// The word names a file for a redirection.
  var isFile = false
  /// The command reads from a pipe.
  var isFed = false
  /// The cursor stands in quotes between which nothing has a special meaning.
  private var isQuotedPlain = false

  /// Where in `last` a variable begins that goes on to the cursor.
  var startOfVariable: String.Index? {
    guard !isQuotedPlain, let start = last.lastIndex(of: "$") else { return nil }
    let isEscaped = start > last.startIndex && last[last.index(before: start)] == "\\"
    let name = last[last.index(after: start)...]
    return !isEscaped
      && (name.first == "{" ? name.dropFirst() : name).allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      ? start : nil
  }

  init(_ text: some StringProtocol) {
    var word = ""
    var hasWord = false
    var quote: Character?
    var isEscaped = false
    func finishWord() {
      if hasWord, !isFile { words.append(word) }
      if hasWord { isFile = false }
      word = ""
      last = ""
      hasWord = false
    }
    for character in text {
      if isEscaped {
        isEscaped = false
        word.append(character)
        last.append(character)
        continue
      }
      switch (quote, character) {
      case (nil, "\\"), ("\""?, "\\"):
        isEscaped = true
        hasWord = true
        last.append(character)
      case (let open?, _):
        if character == open { quote = nil } else { word.append(character) }
        last.append(character)
      case (nil, "'"), (nil, "\""):
        quote = character
        hasWord = true
        last.append(character)
      case (nil, " "), (nil, "\t"), (nil, "\n"): finishWord()
      case (nil, "|"), (nil, ";"), (nil, "&"), (nil, "("):
        finishWord()
        words = []
        isFile = false
        isFed = character == "|"
      case (nil, "<"), (nil, ">"):
        // A number before it is not a word.
        if hasWord, Int(word) != nil { (word, last, hasWord) = ("", "", false) }
        finishWord()
        isFile = true
      default:
        word.append(character)
        last.append(character)
        hasWord = true
      }
    }
    isQuotedPlain = quote == "'"
    words = words.drop { $0.contains("=") && String($0.prefix { $0 != "=" }).isVariableName }.map { $0 }
  }
}

extension Shell {
  public func complete(_ line: String, cursor: Int) async -> [Completion] {
    var point = CompletionPoint(line.prefix(cursor))
    if let start = point.startOfVariable { return variableCompletions(String(point.last[start...])) }
    if point.isFile { return FileCompletion.candidates(point.last) }
    if point.words.isEmpty { return commandCompletions(point) }
    if let text = aliases[point.words[0]] {
      point.words = CompletionPoint(text + " ").words + point.words.dropFirst()
      if point.words.isEmpty { return commandCompletions(point) }
    }
    if let word = ShellWord.find(point.words + ["%"]), !commands.owns(word.name) {
      return argumentCompletions(of: word.name, point)
    }
    if !point.isFed && commands.owns(point.words[0]) || MachineProgram.find(point.words[0], path: path) == nil {
      return await commands.complete(point.words, last: point.last)
    }
    return FileCompletion.candidates(point.last)
  }

  private func commandCompletions(_ point: CompletionPoint) -> [Completion] {
    if point.last.contains("/") { return FileCompletion.candidates(point.last) }
    var result = commands.firstWords + ShellWord.all.map { Completion($0.name, description: $0.summary) }
    result += aliases.map { Completion($0.key, description: $0.value) }
    let known = Set(result.map(\.text))
    // All programs of a machine are too many to be of help.
    if !point.last.isEmpty, point.isFed || !result.contains(where: { $0.text.hasPrefix(point.last) }) {
      result += MachineProgram.names(from: point.last, path: path).subtracting(known).sorted().map { Completion($0) }
    }
    return result.filter { $0.text.hasPrefix(point.last) }
  }

  private func argumentCompletions(of word: String, _ point: CompletionPoint) -> [Completion] {
    switch word {
    case "fg", "bg", "kill", "wait":
      return jobs.map { Completion("%\($0.number ?? 0)", description: $0.text) }.filter {
        $0.text.hasPrefix(point.last)
      }
    case "unset", "export": return variableNames.map { Completion($0) }.filter { $0.text.hasPrefix(point.last) }
    case "unalias", "alias":
      return aliases.map { Completion($0.key, description: $0.value) }.filter { $0.text.hasPrefix(point.last) }
    case "cd": return FileCompletion.candidates(point.last, onlyFolders: true)
    default: return FileCompletion.candidates(point.last)
    }
  }

  private var variableNames: [String] {
    let own = state.withLock { Array($0.variables.keys) }
    let inherited = Environment.all.map { String($0.prefix { $0 != "=" }) }
    return Set(own + inherited).sorted()
  }

  /// `$NA`, or `${NA`.
  private func variableCompletions(_ last: String) -> [Completion] {
    let isBraced = last.hasPrefix("${")
    return variableNames.map { name in
      let value = value(name) ?? ""
      return Completion(
        isBraced ? "${\(name)}" : "$\(name)", description: value.split(separator: "\n").first.map(String.init) ?? "",
        addsSpace: !isBraced, replacing: last.count)
    }.filter { $0.text.hasPrefix(last) }
  }
}

/// Files and folders, as far as a word names them.
public enum FileCompletion {
  public static func candidates(_ word: String, onlyFolders: Bool = false) -> [Completion] {
    let folder = word.lastIndex(of: "/").map { String(word[...$0]) } ?? ""
    let prefix = word.dropFirst(folder.count)
    var place = folder.isEmpty ? "." : folder
    if place.hasPrefix("~/"), let home = Environment["HOME"] { place = home + place.dropFirst() }
    return ((try? Files.list(place)) ?? []).sorted().compactMap { name in
      guard name.hasPrefix(prefix), prefix.hasPrefix(".") || !name.hasPrefix(".") else { return nil }
      let isFolder = Files.isDirectory(place + "/" + name)
      if onlyFolders && !isFolder { return nil }
      let text = (folder + name).map { " '\"\\$`&|;()<>*?".contains($0) ? "\\\($0)" : "\($0)" }.joined()
      return Completion(isFolder ? text + "/" : text, addsSpace: !isFolder, replacing: word.count)
    }
  }
}

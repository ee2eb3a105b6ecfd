/// Compares what a command printed with what a lesson shows of it.
///
/// Columns are told apart by blanks, however many. `<age>`, `<ip>` and other holes stand for one word of their kind,
/// `<...>` for any text within a line, and a line `...` for any lines.
struct OutputComparison {
  /// The first difference; nil when there is none.
  static func difference(_ shown: [String], _ printed: String, isUnordered: Bool = false) -> String? {
    var expected = shown.map(words).filter { !$0.isEmpty }
    var found = printed.split(whereSeparator: \.isNewline).map { words(String($0)) }.filter { !$0.isEmpty }
    if isUnordered {
      expected.sort { $0.lexicographicallyPrecedes($1) }
      found.sort { $0.lexicographicallyPrecedes($1) }
    }
    if matches(expected[...], found[...]) { return nil }
    for (index, line) in expected.enumerated() where line != ["..."] {
      guard index < found.count else { return "- \(line.joined(separator: " "))" }
      if !matches(line: line[...], found[index][...]) {
        return "- \(line.joined(separator: " ")) + \(found[index].joined(separator: " "))"
      }
    }
    if found.count > expected.count { return "+ \(found[expected.count].joined(separator: " "))" }
    return "the lines do not follow each other as shown"
  }

  private static func words(_ line: String) -> [String] {
    line.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func matches(_ expected: ArraySlice<[String]>, _ found: ArraySlice<[String]>) -> Bool {
    guard let first = expected.first else { return found.isEmpty }
    if first == ["..."] {
      return (found.startIndex...found.endIndex).contains { matches(expected.dropFirst(), found[$0...]) }
    }
    guard let line = found.first, matches(line: first[...], line[...]) else { return false }
    return matches(expected.dropFirst(), found.dropFirst())
  }

  private static func matches(line expected: ArraySlice<String>, _ found: ArraySlice<String>) -> Bool {
    guard let first = expected.first else { return found.isEmpty }
    if first == "<...>" {
      return (found.startIndex...found.endIndex).contains { matches(line: expected.dropFirst(), found[$0...]) }
    }
    guard let word = found.first, matches(word: first[...], word[...]) else { return false }
    return matches(line: expected.dropFirst(), found.dropFirst())
  }

  /// The holes of one word, and which characters may fill them.
  private static let holes: [(name: String, allows: @Sendable (Character) -> Bool)] = [
    ("<age>", { $0.isNumber || "smhdy<>()ago".contains($0) }),
    ("<ip>", { $0.isHexDigit || $0 == "." || $0 == ":" }),
    ("<uid>", { $0.isHexDigit || $0 == "-" }),
    ("<hash>", { $0.isLetter || $0.isNumber }),
    ("<time>", { $0.isLetter || $0.isNumber || ":-+.,/".contains($0) }),
    ("<node>", { $0.isLetter || $0.isNumber || ".-".contains($0) }),
    ("<n>", { $0.isNumber }),
    ("<...>", { _ in true }),
  ]

  private static func matches(word expected: Substring, _ found: Substring) -> Bool {
    guard let first = expected.first else { return found.isEmpty }
    for hole in holes where expected.hasPrefix(hole.name) {
      let rest = expected.dropFirst(hole.name.count)
      let longest = found.prefix(while: hole.allows).count
      return longest > 0 && (1...longest).contains { matches(word: rest, found.dropFirst($0)) }
    }
    return found.first == first && matches(word: expected.dropFirst(), found.dropFirst())
  }
}

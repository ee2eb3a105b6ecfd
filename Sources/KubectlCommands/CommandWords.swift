/// A command line taken apart into words, with the quoting of a shell.
public enum CommandWords {
  /// A quote that is never closed, or a backslash with nothing behind it.
  public struct Unfinished: Error, Equatable, CustomStringConvertible {
    public var description: String
  }

  public static func split(_ line: String) throws(Unfinished) -> [String] {
    var words: [String] = []
    var word: String?
    var rest = line[...]
    func next() -> Character? { rest.popFirst() }
    while let character = next() {
      switch character {
      case " ", "\t", "\n":
        if let finished = word { words.append(finished) }
        word = nil
      case "'":
        guard let end = rest.firstIndex(of: "'") else { throw Unfinished(description: "the quote ' is not closed") }
        word = (word ?? "") + rest[..<end]
        rest = rest[rest.index(after: end)...]
      case "\"":
        word = (word ?? "") + (try takeDoubleQuoted(&rest))
      case "\\":
        guard let escaped = next() else { throw Unfinished(description: "nothing follows the last \\") }
        // A backslash at the end of a line joins it with the next one.
        if escaped != "\n" { word = (word ?? "") + String(escaped) }
      default:
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }

  private static func takeDoubleQuoted(_ rest: inout Substring) throws(Unfinished) -> String {
    var text = ""
    while let character = rest.popFirst() {
      if character == "\"" { return text }
      guard character == "\\", let escaped = rest.first else {
        text.append(character)
        continue
      }
      // Inside double quotes a backslash matters only in front of these.
      switch escaped {
      case "\"", "\\", "$", "`":
        rest.removeFirst()
        text.append(escaped)
      case "\n": rest.removeFirst()
      default: text.append("\\")
      }
    }
    throw Unfinished(description: "the quote \" is not closed")
  }
}

/// A word of a sentence: plain, quoted, or a comma.
enum SentenceWord: Sendable, Equatable {
  case word(String)
  case quoted(String)
  case comma

  var text: String {
    switch self {
    case .word(let text), .quoted(let text): text
    case .comma: ","
    }
  }

  func isKeyword(_ keyword: String) -> Bool {
    if case .word(let text) = self { text.lowercased() == keyword } else { false }
  }

  /// Longer ones say nothing that anybody reads, and are compared with every form.
  private static let longest = 1000

  static func split(_ text: String) throws(SentenceError) -> [SentenceWord] {
    guard text.utf8.count <= longest else {
      throw SentenceError(description: "a sentence has at most \(longest) characters, this one \(text.utf8.count)")
    }
    var words: [SentenceWord] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest = rest.dropFirst()
      } else if first == "," {
        words.append(.comma)
        rest = rest.dropFirst()
      } else if first == "\"" {
        words.append(.quoted(try takeQuoted(&rest, of: text)))
      } else {
        var word = String(rest.prefix { !$0.isWhitespace && $0 != "," && $0 != "\"" })
        rest = rest.dropFirst(word.count)
        // `MODE="two words"` is one word.
        if rest.first == "\"", word.hasSuffix("=") { word += try takeQuoted(&rest, of: text) }
        words.append(.word(word))
      }
    }
    return words
  }

  private static func takeQuoted(_ rest: inout Substring, of text: String) throws(SentenceError) -> String {
    var content = ""
    rest = rest.dropFirst()
    while let next = rest.first, next != "\"" {
      let isEscape = next == "\\" && (rest.dropFirst().first == "\"" || rest.dropFirst().first == "\\")
      if isEscape { rest = rest.dropFirst() }
      content.append(rest.first ?? next)
      rest = rest.dropFirst()
    }
    guard !rest.isEmpty else { throw SentenceError(description: "a quotation mark is not closed in: \(text)") }
    rest = rest.dropFirst()
    return content
  }
}

/// A sentence that is not one of the grammar's, with the nearest one that is.
public struct SentenceError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

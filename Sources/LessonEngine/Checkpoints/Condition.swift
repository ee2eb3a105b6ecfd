/// One sentence of a checkpoint: what must be true, and by when.
public struct Condition: Sendable {
  /// As the author wrote it.
  public var sentence: String
  public var line: Int
  public var timing: Timing
  public var statement: any Statement
  /// The author's `else:`, shown while the condition does not hold.
  public var advice: String?
  /// Marked `already true:`: it may hold before the learner has done anything.
  public var mayHoldBefore: Bool

  public init(_ text: String, line: Int = 0) throws(SentenceError) {
    sentence = text
    self.line = line
    let marker = "already true:"
    mayHoldBefore = text.lowercased().hasPrefix(marker)
    var words = try SentenceWord.split(mayHoldBefore ? text.dropFirst(marker.count).trimmed() : text)
    timing = try Timing.take(from: &words)
    statement = try Grammar.statement(words)
  }
}

/// The time words of a sentence.
public enum Timing: Sendable, Equatable {
  /// It becomes true within this time; the default patience is 30 seconds.
  case within(Duration)
  /// It is true, and stays so for this time.
  case stays(Duration)
  case now
  /// It is not true at any time since the step began.
  case never

  public static let patience = Duration.seconds(30)

  static func take(from words: inout [SentenceWord]) throws(SentenceError) -> Timing {
    if words.first?.isKeyword("never") == true {
      words.removeFirst()
      return .never
    }
    if words.last?.isKeyword("now") == true {
      words.removeLast()
      return .now
    }
    guard words.count > 2 else { return .within(patience) }
    let word = words[words.count - 2]
    guard word.isKeyword("within") || word.isKeyword("for"), case .word(let text) = words[words.count - 1],
      text.first?.isNumber == true
    else { return .within(patience) }
    guard let duration = DurationText.parse(text) else {
      throw SentenceError(description: "\"\(text)\" is not a duration: expected one like 30s or 2m")
    }
    words.removeLast(2)
    return word.isKeyword("within") ? .within(duration) : .stays(duration)
  }
}

/// A sentence that is not one of the grammar's, with the nearest one that is.
public struct SentenceError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
}

/// A word of a sentence: plain, quoted, or a comma.
enum SentenceWord: Sendable, Equatable {
  case word(String)
  case quoted(String)
  case comma

  func isKeyword(_ keyword: String) -> Bool {
    if case .word(let text) = self { text.lowercased() == keyword } else { false }
  }

  static func split(_ text: String) throws(SentenceError) -> [SentenceWord] {
    var words: [SentenceWord] = []
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest = rest.dropFirst()
      } else if first == "," {
        words.append(.comma)
        rest = rest.dropFirst()
      } else if first == "\"" {
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
        words.append(.quoted(content))
      } else {
        let word = rest.prefix { !$0.isWhitespace && $0 != "," && $0 != "\"" }
        words.append(.word(String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    return words
  }
}

internal import Documents

/// One thing that must be so, and by when: a sentence, or the object that is expected.
public struct Condition: Sendable {
  /// As the author wrote it, but for its mark; for an expected object, what it is in words.
  public var sentence: String
  public var line: Int
  public var timing: Timing
  public var statement: any Statement
  /// The author's `else:`, shown while the condition does not hold.
  public var advice: String?
  /// Marked `already true:`: it may hold before the learner has done anything.
  public var mayHoldBefore = false
  /// Where it came from, for its form as a tree.
  var source: Source

  enum Source: Sendable {
    case sentence(Grammar.Form, Grammar.Holes)
    case object(Document)
  }

  /// As a learner reads it: how long its author would wait is nobody else's concern.
  var spoken: String {
    guard case .within = timing else { return sentence }
    return sentence.replacing(#/\s+[Ww][Ii][Tt][Hh][Ii][Nn]\s+\d+[smh]$/#, with: "")
  }

  /// The mark of those that may hold before.
  static let alreadyTrue = "already true:"

  public init(_ text: String, line: Int = 0) throws(SentenceError) {
    let marker = Self.alreadyTrue
    let isMarked = text.lowercased().hasPrefix(marker)
    sentence = isMarked ? text.dropFirst(marker.count).trimmed() : text
    self.line = line
    mayHoldBefore = isMarked
    var words = try SentenceWord.split(sentence)
    timing = try Timing.take(from: &words)
    let (form, holes) = try Grammar.read(words)
    statement = try form.make(holes)
    source = .sentence(form, holes)
  }

  /// The second form: a partial manifest.
  init(object: Document, line: Int, timing: Timing = .within(Timing.patience)) throws(SentenceError) {
    let pattern = try ObjectPattern(object)
    sentence = pattern.sentence
    self.line = line
    self.timing = timing
    statement = pattern
    source = .object(object)
  }

  init(_ form: Grammar.Form, _ holes: Grammar.Holes, line: Int, timing: Timing) throws(SentenceError) {
    sentence = Condition.text(form, holes, timing)
    self.line = line
    self.timing = timing
    statement = try form.make(holes)
    source = .sentence(form, holes)
  }
}

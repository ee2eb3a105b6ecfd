public import Documents

/// The sentences that the lessons of a pack share, as `checks.yaml` names them.
///
/// A name is a sentence of its author's own, with holes; it stands for sentences of the grammar with the same holes:
///
///     pod {pod} serves its page:
///       - pod {pod} is Ready within 60s
///       - GET http://pod/{pod}:80/ answers 200
public struct SharedChecks: Sendable {
  struct Check: Sendable {
    let name: String
    let line: Int
    fileprivate let pattern: [Grammar.Part]
    fileprivate var sentences: [[SentenceWord]] = []

    fileprivate var holes: Set<String> { Set(pattern.compactMap(\.hole)) }
  }

  static let fileName = "checks.yaml"
  /// They are data from anywhere, and multiply.
  private static let mostChecks = 100
  private static let mostSentences = 20

  private(set) var all: [Check] = []

  // MARK: Reading

  /// Reads as many as can be read; the others are known by their names.
  static func read(_ text: String, file: String) -> (checks: SharedChecks, errors: [LessonError]) {
    var checks = SharedChecks()
    var errors: [LessonError] = []
    do throws(LessonError) {
      for (name, value, line) in try entries(text, file) {
        do throws(LessonError) {
          try checks.add(name, value, LessonError(file: file, line: line, ""))
        } catch {
          errors.append(error)
        }
      }
    } catch {
      errors.append(error)
    }
    return (checks, errors)
  }

  private static func entries(
    _ text: String, _ file: String
  ) throws(LessonError) -> [(name: String, value: Document, line: Int)] {
    let document: Document
    do {
      document = try Document.parse(yaml: text).first ?? .null
    } catch {
      throw LessonError(file: file, line: error.line, error.message)
    }
    guard let entries = document.mapValue?.entries else {
      throw LessonError(
        file: file, line: max(1, document.line),
        "expected names, each with a list of sentences, such as `pod {pod} serves its page: [pod {pod} is Ready]`")
    }
    guard entries.count <= mostChecks else {
      throw LessonError(file: file, line: 1, "\(entries.count) names are too many: at most \(mostChecks) are read")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return entries.map { entry in
      // A list may begin below its name, which stands at the margin.
      let isName = { (line: Substring) in line.first.map { !" -#]}".contains($0) } ?? false }
      let above = lines.prefix(max(1, entry.value.line)).lastIndex(where: isName)
      return (entry.key, entry.value, (above ?? 0) + 1)
    }
  }

  private mutating func add(_ name: String, _ value: Document, _ place: LessonError) throws(LessonError) {
    func refuse(_ message: String, line: Int? = nil) -> LessonError {
      LessonError(file: place.file, line: line ?? place.line, message)
    }
    var check = Check(name: name, line: place.line, pattern: Grammar.Part.parts(of: name))
    let index = all.count
    all.append(check)
    if name.unicodeScalars.contains(where: \.isControl) {
      throw refuse("the name has a control character in it, which steers terminals")
    }
    guard check.pattern.contains(where: { !$0.isHole && $0 != .comma }) else {
      throw refuse("\"\(name)\" has no word of its own: expected one such as pod {pod} serves its page")
    }
    if Grammar.form(of: check.pattern.map(\.sample)) != nil {
      throw refuse("\"\(name)\" is a sentence of the checkpoint grammar already: choose another name")
    }
    guard let items = value.listValue, !items.isEmpty, items.count <= Self.mostSentences else {
      throw refuse("\"\(name)\" needs a list of sentences, from one to \(Self.mostSentences)")
    }
    for item in items {
      guard let text = item.stringValue else {
        throw refuse(
          "\"\(name)\" needs a list of sentences: one that begins with a quotation mark or a brace, or has a colon and a blank in it, stands in '…'",
          line: item.line)
      }
      do throws(SentenceError) {
        check.sentences.append(try Self.sentence(text, holes: check.pattern))
      } catch {
        throw refuse(error.description, line: item.line)
      }
    }
    let used = Set(check.sentences.joined().flatMap { $0.holes })
    if let unused = check.holes.subtracting(used).sorted().first {
      throw refuse("no sentence of \"\(name)\" has the hole {\(unused)}")
    }
    all[index] = check
  }

  /// A sentence whose holes are those of its name, and which is one of the grammar whatever they are filled with.
  private static func sentence(
    _ text: String, holes: [Grammar.Part]
  ) throws(SentenceError) -> [SentenceWord] {
    if text.unicodeScalars.contains(where: \.isControl) {
      throw SentenceError(description: "the sentence has a control character in it, which steers terminals")
    }
    let words = try SentenceWord.split(text)
    let known = Dictionary(holes.compactMap { part in part.hole.map { ($0, part) } }, uniquingKeysWith: { $1 })
    for hole in words.flatMap(\.holes) where known[hole] == nil {
      let names = known.keys.sorted().map { "{\($0)}" }.joined(separator: ", ")
      throw SentenceError(
        description: "the hole {\(hole)} is not in the name: expected \(names.isEmpty ? "none" : "one of \(names)")")
    }
    if words.allSatisfy(\.holes.isEmpty) { _ = try Condition(text) }
    var samples = words.map { word -> SentenceWord in
      if let hole = word.wholeHole, let part = known[hole] { return part.sample }
      return word.filled { _ in "x" }
    }
    _ = try Timing.take(from: &samples)
    _ = try Grammar.read(samples)
    return words
  }

  // MARK: Using

  /// What a line of a check block stands for: a sentence of the grammar, or those of a name, which is told as well.
  func conditions(_ text: String, line: Int) throws(SentenceError) -> (conditions: [Condition], name: String?) {
    do throws(SentenceError) {
      return ([try Condition(text, line: line)], nil)
    } catch {
      let mark = Condition.alreadyTrue
      let isMarked = text.lowercased().hasPrefix(mark)
      guard !all.isEmpty, let words = try? SentenceWord.split(isMarked ? String(text.dropFirst(mark.count)) : text)
      else { throw error }
      for check in all {
        if let holes = Grammar.match(check.pattern, words) {
          var conditions = try check.conditions(holes, line: line)
          for index in conditions.indices where isMarked { conditions[index].mayHoldBefore = true }
          return (conditions, check.name)
        }
        var untimed = words
        if (try? Timing.take(from: &untimed)) != nil, Grammar.match(check.pattern, untimed) != nil {
          throw SentenceError(
            description: "\"\(check.name)\" has its time words in \(Self.fileName): leave them out here")
        }
      }
      guard Grammar.form(of: words) == nil, let nearest = Grammar.nearer(all.map(\.pattern), to: words) else {
        throw error
      }
      throw SentenceError(
        description:
          "\"\(text)\" is neither a sentence of the checkpoint grammar nor a name of \(Self.fileName); the nearest one is: \(all[nearest].name)"
      )
    }
  }

  // MARK: Schema

  /// The JSON schema of `checks.yaml`.
  public static let schema: Document = [
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "checks.yaml: sentences that the lessons of a pack share", "type": "object",
    "maxProperties": .integer(Int64(mostChecks)),
    "additionalProperties": [
      "description": "Sentences of the checkpoint grammar, with the holes of their name.", "type": "array",
      "minItems": 1, "maxItems": .integer(Int64(mostSentences)), "items": ["type": "string", "minLength": 1],
    ],
  ]
}

extension SharedChecks.Check {
  fileprivate func conditions(_ holes: Grammar.Holes, line: Int) throws(SentenceError) -> [Condition] {
    var conditions: [Condition] = []
    for words in sentences {
      let filled = words.flatMap { word -> [SentenceWord] in
        guard let hole = word.wholeHole else { return [word.filled { holes[$0] }] }
        if let list = holes.lists[hole] {
          return Array(list.map { [SentenceWord.plain($0)] }.joined(separator: [.comma]))
        }
        // A text stands in quotation marks, and so does what would be several words.
        return [pattern.contains(.quoted(hole)) ? .quoted(holes[hole]) : .plain(holes[hole])]
      }
      do throws(SentenceError) {
        conditions.append(try Condition(filled.sentence, line: line))
      } catch {
        throw SentenceError(description: "\(error.description), which \"\(name)\" stands for")
      }
    }
    return conditions
  }
}

extension Grammar.Part {
  /// A word that may stand in its place.
  fileprivate var sample: SentenceWord {
    switch self {
    case .keyword(let word): .word(word)
    case .comma: .comma
    case .quoted: .quoted("x")
    case .text, .number, .list: .word("x")
    }
  }
}

extension SentenceWord {
  /// In quotation marks only where it would not be one word without.
  fileprivate static func plain(_ text: String) -> SentenceWord {
    text.isEmpty || text.contains { $0.isWhitespace || $0 == "," || $0 == "\"" } ? .quoted(text) : .word(text)
  }

  /// The names in braces.
  fileprivate var holes: [String] {
    text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
      rest.firstIndex(of: "}").map { String(rest[..<$0].filter { $0 != "…" }) }
    }
  }

  /// The name of the hole that is all of it, outside of quotation marks.
  fileprivate var wholeHole: String? {
    guard case .word(let text) = self, text.hasPrefix("{"), text.hasSuffix("}"), holes.count == 1 else { return nil }
    return holes[0]
  }

  /// With something in each of its holes.
  fileprivate func filled(_ value: (String) -> String) -> SentenceWord {
    func fill(_ text: String) -> String { holes.reduce(text) { $0.replacing("{\($1)}", with: value($1)) } }
    switch self {
    case .comma: return .comma
    case .quoted(let text): return .quoted(fill(text))
    case .word(let text): return .plain(fill(text))
    }
  }
}

extension [SentenceWord] {
  /// As it is written.
  fileprivate var sentence: String {
    var text = ""
    for word in self {
      switch word {
      case .comma: text += ","
      case .word(let word): text += (text.isEmpty ? "" : " ") + word
      case .quoted(let word): text += (text.isEmpty ? "" : " ") + Condition.quoted(word)
      }
    }
    return text
  }
}

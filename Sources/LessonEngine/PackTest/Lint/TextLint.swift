internal import ObjectSchema

/// What can be said against a lesson's text: its looks, its words, its links, and the holes of what it shows.
struct TextLint {
  private let pack: Pack
  private let lesson: Lesson
  private var step: String?
  /// The names under which holes of the step keep what they were filled with.
  private var kept: Set<String> = []
  private var findings: [PackFinding] = []

  static func findings(_ lesson: Lesson, in pack: Pack) -> [PackFinding] {
    guard let end = lesson.lines.dropFirst().firstIndex(of: "---"),
      let parts = try? Markdown.parts(lesson.lines[(end + 1)...], firstLine: end + 2, file: lesson.path)
    else { return [] }
    var lint = TextLint(pack: pack, lesson: lesson)
    for part in parts { lint.read(part) }
    return lint.findings
  }

  private init(pack: Pack, lesson: Lesson) {
    self.pack = pack
    self.lesson = lesson
  }

  private mutating func find(_ rule: PackFinding.Rule, _ line: Int, _ message: String) {
    findings.append(
      PackFinding(rule: rule, file: lesson.path, line: line, lesson: lesson.id, step: step, message: message))
  }

  private mutating func read(_ part: Markdown.Part) {
    switch part {
    case .heading(let level, let title, let attributes, let line):
      if level == 2 {
        step = attributes.id
        kept = []
      }
      readWords([title], line)
    case .prose(let text, let line):
      readWords(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), line)
    case .fence(let info, let lines, let line):
      let name = String(info.prefix { $0 != " " && $0 != "{" })
      switch BlockReader.Word(rawValue: name) {
      case .console:
        measure(lines, of: name, line)
        readHoles(ConsoleBlock(lines: lines, line: line))
      case .run, .solution: measure(lines, of: name, line)
      case .diagram: measureDiagram(lines, line)
      case .ask, .debrief, .explore, .hint, .quiz: readWords(lines, line + 1)
      case .check, .next, .setup, .wrong, nil: break
      }
    }
  }

  // MARK: Looks

  private static let codeWidth = 80
  private static let diagramSize = (columns: 56, rows: 24)

  private mutating func measure(_ lines: [String], of word: String, _ line: Int) {
    for (index, text) in lines.enumerated() where text.count > Self.codeWidth {
      find(
        .wideCode, line + 1 + index,
        "a line of a \(word) block is longer than \(Self.codeWidth) columns: \(text.trimmed())")
    }
  }

  private mutating func measureDiagram(_ lines: [String], _ line: Int) {
    let size = Self.diagramSize
    guard lines.count > size.rows || lines.contains(where: { $0.count > size.columns }) else { return }
    find(.bigDiagram, line, "a diagram is larger than \(size.columns) columns and \(size.rows) rows")
  }

  // MARK: Holes

  private mutating func readHoles(_ console: ConsoleBlock) {
    for entry in console.entries {
      for inside in Self.bracketed(entry.command.text) where Identifier.isValid(String(inside)) {
        if kept.contains(String(inside)) { continue }
        find(
          .hole, entry.command.line,
          "nothing before it keeps a word as <\(inside)>: write <\(inside):ip>, or another hole, where it is printed")
      }
      for (index, text) in entry.output.enumerated() {
        for inside in Self.bracketed(text) { readHole(inside, entry.outputLine + index) }
      }
    }
  }

  private mutating func readHole(_ inside: Substring, _ line: Int) {
    switch OutputPiece.mark(inside, kept: kept) {
    case .piece(.hole(_, keptAs: let name?)): kept.insert(name)
    case .piece: break
    case .unknown(let hole):
      find(.hole, line, "there is no hole \"\(hole)\": expected one of \(OutputHole.names)")
    case .plain:
      // What kubectl prints in brackets is text like any other.
      let word = String(inside)
      guard Identifier.isValid(word), !["none", "nil"].contains(word) else { return }
      let known = OutputHole.allCases.map(\.rawValue) + kept.sorted()
      guard let near = known.first(where: { $0.count > 1 && Spelling.slips(from: word, to: $0) == 1 }) else { return }
      find(.hole, line, "there is no hole <\(word)>; did you mean <\(near)>?")
    }
  }

  /// What stands between `<` and `>`.
  private static func bracketed(_ text: String) -> [Substring] {
    text.split(separator: "<", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
      rest.firstIndex(of: ">").map { rest[..<$0] }
    }
  }

  // MARK: Words

  /// What can be read, but for code.
  private mutating func readWords(_ lines: [String], _ first: Int) {
    var words: [PlacedWord] = []
    for (index, text) in lines.enumerated() {
      let prose = Self.withoutCode(text)
      for target in Self.linkTargets(prose) {
        if let problem = problem(ofLink: target) {
          find(.link, first + index, "the link \"\(target)\" leads nowhere: \(problem)")
        }
      }
      words += prose.split(separator: " ").map { PlacedWord(text: String($0), line: first + index) }
      // A paragraph ends like a sentence.
      if prose.trimmed().isEmpty { words.append(PlacedWord(text: ".", line: first + index)) }
    }
    for index in words.indices {
      let next = index + 1 < words.count ? words[index + 1] : nil
      if let place = words[index].place(before: next, after: index > 0 ? words[index - 1] : nil) {
        find(
          .pointing, words[index].line,
          "\"\(place)\" says where and not what: steps come and go, and a screen is no page, so say what it is about")
      }
      if ["just", "simply", "obviously"].contains(words[index].bare) {
        find(.tone, words[index].line, "\"\(words[index].bare)\" judges whoever finds it hard: leave it out")
      }
    }
  }

  /// Code is what it is, whatever its words.
  private static func withoutCode(_ text: String) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { $0.offset % 2 == 0 ? String($0.element) : "code" }.joined(separator: "`")
  }

  /// What stands in parentheses behind brackets, and behind a name in brackets: `[text](target)`, `[name]: target`.
  private static func linkTargets(_ text: String) -> [String] {
    let inText = text.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
      rest.firstIndex(of: ")").map { String(rest[..<$0]).split(separator: " ").first.map(String.init) ?? "" }
    }
    guard text.hasPrefix("["), let name = text.firstRange(of: "]: ") else { return inText }
    return inText + [text[name.upperBound...].trimmed()]
  }

  private func problem(ofLink target: String) -> String? {
    for scheme in ["https://", "http://", "mailto:"] where target.hasPrefix(scheme) {
      return target.count > scheme.count ? nil : "it names nobody"
    }
    let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let path = parts.first ?? ""
    if path.isEmpty, parts.count < 2 { return "it is empty" }
    guard path.isEmpty || path.hasSuffix(".md") else {
      let files = lesson.files.map { pack.manifest.files + "/" + $0 }
      return files.contains(path) ? nil : "the lesson lists no such file, as \(pack.manifest.files)/NAME would be"
    }
    let id = path.isEmpty ? lesson.id : String(path.dropLast(3))
    guard pack.manifest.lessons.contains(where: { $0.id == id }) else { return "the pack has no lesson \"\(id)\"" }
    // Of one that cannot be read, nobody knows the steps.
    guard parts.count > 1, let linked = pack.lesson(id), linked.step(parts[1]) == nil else { return nil }
    return "the lesson \"\(id)\" has no step \"\(parts[1])\""
  }
}

/// A word of the text, with the signs around it.
private struct PlacedWord {
  let text: String
  let line: Int

  /// Without the signs, and in small letters.
  var bare: String { text.lowercased().split { !($0.isLetter || $0.isNumber) }.joined(separator: " ") }

  private var endsClause: Bool { text.last.map { ".,;:!?)".contains($0) } ?? false }

  private static let pointers: Set<String> = ["the", "as", "see", "seen", "saw", "shown", "mentioned", "described"]

  /// A place in the lesson or on the page that the word stands for, together with its neighbours.
  func place(before next: PlacedWord?, after previous: PlacedWord?) -> String? {
    switch bare {
    case "step", "lesson":
      guard let number = next?.bare, !endsClause, Int(number) != nil else { return nil }
      return "\(bare) \(number)"
    case "above", "below":
      let isPointed = previous.map { Self.pointers.contains($0.bare) && !$0.endsClause } ?? false
      return isPointed || endsClause || next == nil || next?.text == "." ? bare : nil
    default: return nil
    }
  }
}

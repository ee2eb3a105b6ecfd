/// The parts of a Markdown text that a lesson is made of; everything else is prose and stays as it was written.
enum Markdown {
  enum Part: Equatable {
    /// `## Title {#id key=value}`.
    case heading(level: Int, title: String, attributes: Attributes, line: Int)
    case prose(String, line: Int)
    /// A fenced block; `info` is what stands behind the fence.
    case fence(info: String, lines: [String], line: Int)
  }

  /// What stands in braces behind a heading, or behind the word of a fence: `#id`, `word`, `key=value`, `key="two words"`.
  struct Attributes: Equatable {
    var id: String?
    /// Words without a value.
    var words: [String] = []
    var values: [String: String] = [:]
  }

  /// Cuts a text into its parts; `firstLine` is the number of the first of `lines` in its file.
  static func parts(_ lines: ArraySlice<String>, firstLine: Int, file: String) throws(LessonError) -> [Part] {
    var parts: [Part] = []
    var prose: [String] = []
    var proseLine = firstLine
    func endProse() {
      while prose.first == "" {
        prose.removeFirst()
        proseLine += 1
      }
      while prose.last == "" { prose.removeLast() }
      if !prose.isEmpty { parts.append(.prose(prose.joined(separator: "\n"), line: proseLine)) }
      prose = []
    }
    var index = lines.startIndex
    while index < lines.endIndex {
      let line = lines[index]
      let number = firstLine + index - lines.startIndex
      if line.hasPrefix("```") {
        endProse()
        let fence = line.prefix { $0 == "`" }
        guard let end = lines[(index + 1)...].firstIndex(where: { $0.trimmed() == fence }) else {
          throw LessonError(file: file, line: number, "this block is not closed: expected a line of \(fence)")
        }
        let info = line.dropFirst(fence.count).trimmed()
        parts.append(.fence(info: info, lines: Array(lines[(index + 1)..<end]), line: number))
        index = end + 1
        proseLine = number + (end - index) + 2
        continue
      }
      let hashes = line.prefix { $0 == "#" }.count
      if (1...6).contains(hashes), line.dropFirst(hashes).hasPrefix(" ") {
        endProse()
        let (title, attributes) = try heading(line.dropFirst(hashes).trimmed(), file, number)
        parts.append(.heading(level: hashes, title: title, attributes: attributes, line: number))
      } else {
        if prose.isEmpty { proseLine = number }
        prose.append(line)
      }
      index += 1
    }
    endProse()
    return parts
  }

  private static func heading(
    _ text: String, _ file: String, _ line: Int
  ) throws(LessonError) -> (title: String, attributes: Attributes) {
    guard text.hasSuffix("}"), let open = text.lastIndex(of: "{") else { return (text, Attributes()) }
    let inside = text[text.index(after: open)...].dropLast()
    return (text[..<open].trimmed(), try attributes(String(inside), file, line))
  }

  static func attributes(_ text: String, _ file: String, _ line: Int) throws(LessonError) -> Attributes {
    var attributes = Attributes()
    var rest = text.trimmed()[...]
    while !rest.isEmpty {
      if rest.hasPrefix("#") {
        let id = rest.dropFirst().prefix { $0 != " " }
        attributes.id = String(id)
        rest = rest.dropFirst(id.count + 1)
      } else {
        let key = rest.prefix { $0 != "=" && $0 != " " }
        rest = rest.dropFirst(key.count)
        guard rest.hasPrefix("=") else {
          attributes.words.append(String(key))
          rest = rest.drop { $0 == " " }
          continue
        }
        rest = rest.dropFirst()
        let isQuoted = rest.hasPrefix("\"")
        if isQuoted { rest = rest.dropFirst() }
        let value = rest.prefix { $0 != (isQuoted ? "\"" : " ") }
        attributes.values[String(key)] = String(value)
        rest = rest.dropFirst(value.count + (isQuoted ? 1 : 0))
      }
      rest = rest.drop { $0 == " " }
    }
    return attributes
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  func trimmed() -> String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}

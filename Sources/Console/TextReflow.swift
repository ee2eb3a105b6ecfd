/// Fits prose to the terminal.
public enum TextReflow {
  /// Wider lines are hard to read, however wide the terminal is.
  public static let widestProse = 88

  /// Wraps paragraphs and list items at `min(width, 88)` columns.
  ///
  /// Lines that are indented by four blanks and lines between ``` fences are code and stay as they are.
  public static func wrap(_ text: String, width: Int) -> String {
    let width = min(width, widestProse)
    var lines: [String] = []
    var paragraph: Paragraph?
    var isFenced = false
    func finish() {
      if let paragraph { lines += paragraph.lines(width: width) }
      paragraph = nil
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("```") {
        finish()
        isFenced.toggle()
        lines.append(String(line))
      } else if isFenced || content.isEmpty || line.hasPrefix("    ") && paragraph == nil {
        finish()
        lines.append(String(line))
      } else if paragraph == nil || listMarker(of: content) != nil {
        finish()
        let indent = String(line.prefix(line.count - content.count))
        let marker = listMarker(of: content) ?? ""
        paragraph = Paragraph(
          first: indent + marker, rest: indent + String(repeating: " ", count: marker.count),
          text: String(content.dropFirst(marker.count)))
      } else {
        paragraph?.text += " " + content
      }
    }
    finish()
    return lines.joined(separator: "\n")
  }

  /// One paragraph behind a label; its further lines stand below the beginning of its words.
  public static func hanging(_ label: String, _ text: String, width: Int) -> String {
    // Where there is no room for columns, the label's place is worth more than its look.
    let indent = label.displayWidth * 2 > width ? 2 : label.displayWidth
    return Paragraph(first: label, rest: String(repeating: " ", count: indent), text: text)
      .lines(width: min(width, widestProse)).joined(separator: "\n")
  }

  private struct Paragraph {
    var first: String
    var rest: String
    var text: String

    func lines(width: Int) -> [String] {
      var lines: [String] = []
      var line = first
      var isEmpty = true
      for piece in TextReflow.pieces(of: text, width: width - rest.displayWidth) {
        let blank = isEmpty || !piece.followsBlank ? 0 : 1
        if !isEmpty, line.displayWidth + blank + piece.text.displayWidth > width {
          lines.append(line)
          line = rest
          isEmpty = true
        }
        line += (isEmpty || !piece.followsBlank ? "" : " ") + piece.text
        isEmpty = false
      }
      return lines + [line]
    }
  }

  /// What stays on one line: a word, a piece of code between backticks that fits, a character of a script that writes
  /// no blanks.
  private static func pieces(of text: String, width: Int) -> [(text: String, followsBlank: Bool)] {
    var pieces: [(text: String, followsBlank: Bool)] = []
    var rest = text[...]
    var followsBlank = true
    while let character = rest.first {
      if character.isWhitespace {
        rest.removeFirst()
        followsBlank = true
        continue
      }
      var end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      if let code = rest[..<end].firstIndex(of: "`"), let close = rest[rest.index(after: code)...].firstIndex(of: "`") {
        let stop = rest[close...].firstIndex(where: \.isWhitespace) ?? rest.endIndex
        if stop > end, rest[..<stop].displayWidth <= width { end = stop }
      }
      let word = rest[..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for part in parts(of: word) {
        pieces.append((part, followsBlank))
        followsBlank = false
      }
      rest = rest[end...]
    }
    return pieces
  }

  private static let closing = Set("。、，．・：；！？」』】〉》）］｝ーぁぃぅぇぉっゃゅょァィゥェォッャュョ")

  /// Breaks are allowed around ideographs, but not before what closes a phrase.
  private static func parts(of word: String) -> [String] {
    if word.utf8.allSatisfy({ $0 < 0x80 }) { return [word] }
    var parts: [String] = []
    var joins = false
    for character in word {
      let isIdeograph = character.unicodeScalars.first.map { $0.value >= 0x2E80 && $0.displayWidth == 2 } ?? false
      let isEmoji = character.unicodeScalars.first.map { $0.value >= 0x1F000 && $0.value < 0x20000 } ?? false
      if !parts.isEmpty, closing.contains(character) || joins && !(isIdeograph && !isEmoji) {
        parts[parts.count - 1].append(character)
      } else {
        parts.append(String(character))
      }
      joins = !(isIdeograph && !isEmoji) && !closing.contains(character)
    }
    return parts
  }

  /// "- ", "* " or "12. " at the start of a list item.
  private static func listMarker(of line: Substring) -> String? {
    if line.hasPrefix("- ") || line.hasPrefix("* ") { return String(line.prefix(2)) }
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && digits.count < 4 && line.dropFirst(digits.count).hasPrefix(". ")
      ? digits + ". " : nil
  }
}

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
          words: content.dropFirst(marker.count).split(separator: " "))
      } else {
        paragraph?.words += content.split(separator: " ")
      }
    }
    finish()
    return lines.joined(separator: "\n")
  }

  private struct Paragraph {
    var first: String
    var rest: String
    var words: [Substring]

    func lines(width: Int) -> [String] {
      var lines: [String] = []
      var line = first
      var isEmpty = true
      for word in words {
        if !isEmpty, line.displayWidth + 1 + word.displayWidth > width {
          lines.append(line)
          line = rest
          isEmpty = true
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
      }
      return lines + [line]
    }
  }

  /// "- ", "* " or "12. " at the start of a list item.
  private static func listMarker(of line: Substring) -> String? {
    if line.hasPrefix("- ") || line.hasPrefix("* ") { return String(line.prefix(2)) }
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    return !digits.isEmpty && digits.count < 4 && line.dropFirst(digits.count).hasPrefix(". ")
      ? digits + ". " : nil
  }
}

/// What a file or a log holds, in a line.
enum TextGist {
  /// Blank lines count as well, as `wc -l` counts them; a last line may lack its end.
  static func lineCount(_ text: String) -> Int {
    text.isEmpty ? 0 : text.utf8.count { $0 == 0x0A } + (text.utf8.last == 0x0A ? 0 : 1)
  }

  /// `3 lines, the last one: tock`.
  static func of(_ text: String) -> String {
    let count = lineCount(text)
    let last = lines(text).last { !$0.trimmed().isEmpty } ?? ""
    return count == 1 ? "1 line: \(clipped(last))" : "\(count) lines, the last one: \(clipped(last))"
  }

  /// The first line in which something stands.
  static func line(of text: String, with wanted: String) -> String? {
    lines(text).first { $0.contains(wanted) }.map(clipped)
  }

  static func firstLine(_ text: String) -> String { clipped(lines(text).first ?? "") }

  static func clipped(_ line: String) -> String { line.count > 100 ? line.prefix(100) + "…" : line }

  private static func lines(_ text: String) -> [String] {
    text.split { $0.isNewline }.map(String.init)
  }
}

/// `1 line`, `2 lines`.
func counted(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }

internal import Console
internal import LessonEngine

/// The tutor's words as a terminal shows them.
enum TutorRendering {
  static func text(_ piece: TutorText, _ appearance: Appearance) -> String {
    styled(piece.legible, appearance).rendered(in: appearance)
  }

  static func text(_ pieces: [TutorText], _ appearance: Appearance) -> String {
    pieces.map { text($0, appearance) }.joined(separator: "\n")
  }

  private static func styled(_ piece: TutorText, _ appearance: Appearance) -> StyledText {
    switch piece {
    case .heading(let text): return StyledText(text, .heading)
    case .prose(let text): return StyledText(TextReflow.wrap(text, width: appearance.width))
    case .code(let lines): return StyledText(lines.map { "    " + $0 }.joined(separator: "\n"), .code)
    case .ok(let text): return StyledText(hanging("  ", text, appearance), .ok)
    case .notYet(let text): return StyledText(hanging("  ", text, appearance), .warning)
    case .detail(let text): return StyledText(hanging(margin, text, appearance))
    case .fact(let label, let text):
      return StyledText(
        appearance.isAccessible ? piece.text : hanging(margin + label.padding(to: 10), text, appearance))
    case .plain(let text): return StyledText(text)
    case .diagram(let lines, let alternative):
      if appearance.isAccessible { return StyledText(TextReflow.wrap(alternative, width: appearance.width)) }
      return StyledText(lines.map { "    " + $0 }.joined(separator: "\n"))
    case .bar(let done, let total):
      let count = "\(done) of \(total)"
      // Where there is no room, or it would be read aloud sign by sign, the numbers say it all.
      if appearance.isAccessible || appearance.width < total + 20 { return StyledText(count) }
      let bar = String(repeating: "#", count: done) + String(repeating: "-", count: total - done)
      return StyledText("[\(bar)] \(count)")
    case .blank: return ""
    }
  }

  /// Below the sentence that it belongs to.
  private static let margin = String(repeating: " ", count: 11)

  /// Broken between words, each further line below the first; blanks within a line stay as they are.
  private static func hanging(_ label: String, _ text: String, _ appearance: Appearance) -> String {
    let width = max(20, appearance.width - label.count)
    var lines: [String] = []
    var open: String?
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if let line = open, line.count + 1 + word.count > width {
        lines.append(line)
        open = String(word)
      } else {
        open = open.map { $0 + " " + word } ?? String(word)
      }
    }
    let indent = String(repeating: " ", count: label.count)
    return (lines + [open ?? ""]).enumerated().map { ($0 == 0 ? label : indent) + $1 }.joined(separator: "\n")
  }
}

internal import Console
internal import LessonEngine

/// The tutor's words as a terminal shows them.
enum TutorRendering {
  static func text(_ piece: TutorText, _ appearance: Appearance) -> String {
    styled(piece, appearance).rendered(in: appearance)
  }

  static func text(_ pieces: [TutorText], _ appearance: Appearance) -> String {
    pieces.map { text($0, appearance) }.joined(separator: "\n")
  }

  private static func styled(_ piece: TutorText, _ appearance: Appearance) -> StyledText {
    switch piece {
    case .heading(let text): return StyledText(text, .heading)
    case .prose(let text): return StyledText(TextReflow.wrap(text, width: appearance.width))
    case .code(let lines): return StyledText(lines.map { "    " + $0 }.joined(separator: "\n"), .code)
    case .ok(let text): return StyledText("  " + text, .ok)
    case .notYet(let text): return StyledText("  " + text, .warning)
    case .detail(let text): return StyledText(hanging("", text, appearance))
    case .fact(let label, let text):
      return StyledText(appearance.isAccessible ? piece.text : hanging(label.padding(to: 10), text, appearance))
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

  /// Wrapped below the sentence that it belongs to, behind its label.
  private static func hanging(_ label: String, _ text: String, _ appearance: Appearance) -> String {
    let indent = String(repeating: " ", count: 11)
    let lines = TextReflow.wrap(text, width: max(20, appearance.width - 11 - label.count)).split(separator: "\n")
    return lines.enumerated().map { index, line in
      indent + (index == 0 ? label : String(repeating: " ", count: label.count)) + line
    }.joined(separator: "\n")
  }
}

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
    case .heading(let text): StyledText(text, .heading)
    case .prose(let text): StyledText(TextReflow.wrap(text, width: appearance.width))
    case .code(let lines): StyledText(lines.map { "    " + $0 }.joined(separator: "\n"), .code)
    case .ok(let text): StyledText("  " + text, .ok)
    case .notYet(let text): StyledText("  " + text, .warning)
    case .detail(let text): StyledText("           " + text)
    case .plain(let text): StyledText(text)
    case .blank: ""
    }
  }
}

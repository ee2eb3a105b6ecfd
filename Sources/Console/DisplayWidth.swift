extension Unicode.Scalar {
  /// How many columns a terminal gives the character: 0 for combining ones, 2 for East Asian and emoji, else 1.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch value {
    case 0x1160...0x11FF: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18D08,
      0x1B000...0x1B2FB, 0x20000...0x3FFFD:
      return 2
    default: return properties.isEmojiPresentation ? 2 : 1
    }
  }
}

extension StringProtocol {
  /// Columns that the text takes on a terminal; control characters are not expected in it.
  public var displayWidth: Int { unicodeScalars.reduce(0) { $0 + $1.displayWidth } }

  /// The text in at most so many columns, with a mark where something was left out.
  public func truncated(toWidth width: Int) -> String {
    if displayWidth <= width { return String(self) }
    var result = ""
    var used = 0
    for character in self {
      let needed = String(character).displayWidth
      if used + needed > width - 1 { break }
      used += needed
      result.append(character)
    }
    return width < 1 ? "" : result + "…"
  }

  /// The text followed by blanks up to so many columns.
  public func padded(toWidth width: Int) -> String {
    String(self) + String(repeating: " ", count: Swift.max(0, width - displayWidth))
  }
}

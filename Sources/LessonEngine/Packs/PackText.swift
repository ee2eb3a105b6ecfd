/// The text of a pack's file, however the editor of its author ends lines.
public enum PackText {
  public static func read(_ bytes: [UInt8], file: String) throws(LessonError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LessonError(
        file: file, line: firstOtherLine(bytes), "is not UTF-8 text here: save the file in that encoding")
    }
    return lines(text)
  }

  /// Without a mark of the byte order, each line ended by one character.
  static func lines(_ text: String) -> String {
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    return endsInPairs(text) ? text.replacing("\r\n", with: "\n") : text
  }

  /// Whether lines end by carriage return and line feed.
  static func endsInPairs(_ text: String) -> Bool { text.contains("\r\n") }

  private static func firstOtherLine(_ bytes: [UInt8]) -> Int {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
  }
}

/// Lines of a lesson's file that show what a command prints, and what they should be.
public struct OutputUpdate: Sendable, Equatable {
  public var file: String
  /// The number of the first line of the output.
  public var line: Int
  public var old: [String]
  public var new: [String]

  /// A file's text with all updates in it; nothing but their lines changes.
  ///
  /// An update whose lines are not found where they were read is refused: then the file has changed meanwhile.
  public static func apply(_ updates: [OutputUpdate], to text: String) throws(LessonError) -> String {
    let end = PackText.endsInPairs(text) ? "\r\n" : "\n"
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    // From the end, so that the numbers of the others stay true.
    for update in updates.sorted(by: { $0.line > $1.line }) {
      let range = (update.line - 1)..<(update.line - 1 + update.old.count)
      guard range.upperBound <= lines.count, Array(lines[range]) == update.old else {
        throw LessonError(file: update.file, line: update.line, "the file has changed meanwhile: prove the pack again")
      }
      lines.replaceSubrange(range, with: update.new)
    }
    return lines.joined(separator: end)
  }
}

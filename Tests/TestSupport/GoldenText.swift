internal import Glibc
internal import SystemIO
public import Testing

/// Expected text that is kept in a file beside the tests; `UPDATE_GOLDEN=1` rewrites it for review.
public enum GoldenText {
  /// Records an issue when the text is not what `Golden/NAME` beside the test's file says.
  public static func expect(
    _ text: String, is name: String, filePath: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let folder = String(filePath[..<(filePath.lastIndex(of: "/") ?? filePath.startIndex)]) + "/Golden"
    let path = folder + "/" + name
    if getenv("UPDATE_GOLDEN") != nil {
      do {
        try Files.makeDirectories(String(path[..<path.lastIndex(of: "/")!]), mode: 0o755)
        try Files.write(text, to: path, mode: 0o644)
      } catch {
        Issue.record(error, sourceLocation: sourceLocation)
      }
      return
    }
    guard let expected = try? Files.readText(path) else {
      Issue.record(
        "\(path) is missing: run the test with UPDATE_GOLDEN=1, then review the file", sourceLocation: sourceLocation)
      return
    }
    if let difference = difference(from: expected, to: text) {
      Issue.record("\(path):\(difference)", sourceLocation: sourceLocation)
    }
  }

  /// The first line that differs, with its neighbours marked `-` (expected) and `+` (found); nil when all is equal.
  public static func difference(from expected: String, to found: String) -> String? {
    if expected == found { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = found.split(separator: "\n", omittingEmptySubsequences: false)
    var first = 0
    while first < old.count, first < new.count, old[first] == new[first] { first += 1 }
    let before = old[max(0, first - 2)..<min(first, old.count)].map { "  " + $0 }
    let missing = old[min(first, old.count)...].prefix(5).map { "- " + $0 }
    let extra = new[min(first, new.count)...].prefix(5).map { "+ " + $0 }
    return "\(first + 1)\n" + (before + missing + extra).joined(separator: "\n")
  }
}

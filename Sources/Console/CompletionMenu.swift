/// What Tab does with the candidates: a pure choice, and the list as lines.
enum CompletionMenu {
  enum Step: Equatable {
    /// Nothing to add, nothing to show.
    case nothing
    /// Take away so many characters before the cursor and put the text there.
    case insert(removing: Int, text: String)
    /// More than one way to go on.
    case list
  }

  static func step(_ candidates: [Completion], before: some StringProtocol) -> Step {
    guard let first = candidates.first else { return .nothing }
    let replaced = first.replacing ?? before.reversed().prefix { !$0.isWhitespace }.count
    if candidates.count == 1 {
      return .insert(removing: replaced, text: first.text + (first.addsSpace ? " " : ""))
    }
    // What the first and the last in order share, all between them share as well.
    var (least, most) = (first.text, first.text)
    for candidate in candidates {
      if candidate.text < least { least = candidate.text }
      if candidate.text > most { most = candidate.text }
    }
    let common = commonPrefix(least[...], most)
    return common.count > replaced ? .insert(removing: replaced, text: String(common)) : .list
  }

  private static func commonPrefix(_ one: Substring, _ other: String) -> Substring {
    one.prefix(zip(one, other).prefix { $0 == $1 }.count)
  }

  /// One candidate a line when there is something to say about them, else as many in a row as fit.
  static func lines(_ candidates: [Completion], width: Int, rows: Int) -> [String] {
    let most = max(5, rows - 3)
    if candidates.contains(where: { !$0.description.isEmpty }) {
      let seen = candidates.prefix(most)
      let column = min(seen.map(\.text.displayWidth).max() ?? 0, width / 2)
      let shown = seen.map { candidate in
        candidate.description.isEmpty
          ? candidate.text.truncated(toWidth: width - 1)
          : "\(candidate.text.padded(toWidth: column))  \(candidate.description)".truncated(toWidth: width - 1)
      }
      return shown + remainder(candidates.count - shown.count)
    }
    let widest = candidates.prefix(most * width).map(\.text.displayWidth).max() ?? 0
    let columns = max(1, (width - 1) / (widest + 2))
    let shown = candidates.prefix(most * columns)
    let height = (shown.count + columns - 1) / columns
    let table = (0..<height).map { row in
      stride(from: row, to: shown.count, by: height)
        .map { shown[$0].text.truncated(toWidth: width - 1).padded(toWidth: min(widest, width - 3) + 2) }
        .joined()
        .trimmingTrailingBlanks()
    }
    return table + remainder(candidates.count - shown.count)
  }

  private static func remainder(_ count: Int) -> [String] {
    count == 0 ? [] : ["and \(count) more: type another letter to narrow them down"]
  }
}

extension String {
  func trimmingTrailingBlanks() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

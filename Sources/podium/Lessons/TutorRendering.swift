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
    let width = appearance.width
    switch piece {
    case .heading(let text): return StyledText(TextReflow.wrap(text, width: width), .heading)
    case .prose(let text): return withCode(TextReflow.wrap(text, width: width))
    case .code(let lines): return StyledText(lines.map { "    " + $0 }.joined(separator: "\n"), .code)
    case .output(let text): return StyledText(text)
    case .ok(let text): return StyledText(hanging("  ", text, appearance), .ok)
    case .notYet(let text): return StyledText(hanging("  ", text, appearance), .warning)
    case .standing(let standing, let text): return self.standing(standing, text, appearance)
    case .detail(let text): return withCode(hanging(margin, text, appearance))
    case .below(let text): return withCode(hanging("    ", text, appearance))
    case .fact(let label, let text):
      let label = appearance.isAccessible ? label + ": " : margin + label.padding(to: 10)
      return withCode(TextReflow.hanging(label, text, width: width))
    case .plain(let text): return withCode(TextReflow.hanging("", text, width: width))
    case .choice(let number, let text):
      return withCode(
        TextReflow.hanging(appearance.isAccessible ? "\(number). " : "    \(number)  ", text, width: width))
    case .table(let rows): return StyledText(table(rows, appearance))
    case .comparison(let comparison): return StyledText(ComparisonRendering.text(comparison, appearance))
    case .diagram(let lines, let alternative):
      if appearance.isAccessible { return StyledText(TextReflow.wrap(alternative, width: width)) }
      return StyledText(lines.map { "    " + $0 }.joined(separator: "\n"))
    case .bar(let done, let total):
      let count = "\(done) of \(total)"
      // Where there is no room, or it would be read aloud sign by sign, the numbers say it all.
      if appearance.isAccessible || width < total + 20 { return StyledText(count) }
      let bar = String(repeating: "#", count: done) + String(repeating: "-", count: total - done)
      return StyledText("[\(bar)] \(count)")
    case .blank: return ""
    }
  }

  /// Below the sentence that it belongs to.
  static let margin = String(repeating: " ", count: 11)

  /// Indented where that helps the eye.
  private static func hanging(_ label: String, _ text: String, _ appearance: Appearance) -> String {
    TextReflow.hanging(appearance.isAccessible ? "" : label, text, width: appearance.width)
  }

  private static func standing(
    _ standing: TutorText.Standing, _ text: String, _ appearance: Appearance
  ) -> StyledText {
    let word = standing.rawValue
    let label = appearance.isAccessible ? word + ": " : "  " + word.padding(to: 8) + " "
    let role: TextRole? = standing.isWell ? .ok : standing.isWarning ? .warning : nil
    return StyledText(TextReflow.hanging(label, text, width: appearance.width), role)
  }

  /// Columns for the eye; a line of "name: value, value" for the ear.
  private static func table(_ rows: [[String]], _ appearance: Appearance) -> String {
    if appearance.isAccessible {
      return rows.map { row in
        TextReflow.hanging("", row[0] + ": " + row.dropFirst().joined(separator: ", "), width: appearance.width)
      }.joined(separator: "\n")
    }
    let columns = (rows.map(\.count).max() ?? 1) - 1
    let widths = (0..<columns).map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
    return rows.map { row in
      let label = "  " + zip(row, widths).map { $0.padded(toWidth: $1 + 2) }.joined()
      return TextReflow.hanging(label, row.last ?? "", width: appearance.width)
    }.joined(separator: "\n")
  }

  /// What stands between backticks in the colour of code, where there are colours.
  private static func withCode(_ text: String) -> StyledText {
    var styled = StyledText("")
    for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      if index > 0 { styled += StyledText("`", index.isMultiple(of: 2) ? .code : nil) }
      styled += StyledText(String(part), index.isMultiple(of: 2) ? nil : .code)
    }
    return styled
  }
}

/// Two sides of something: beside each other from 100 columns on, else one below the other.
private enum ComparisonRendering {
  private static let leastForColumns = 100

  static func text(_ comparison: TutorText.Comparison, _ appearance: Appearance) -> String {
    if appearance.isAccessible { return spoken(comparison) }
    let margin = comparison.isDifference ? TutorRendering.margin : "  "
    return columns(comparison, margin, appearance.width) ?? stacked(comparison, margin)
  }

  private static func signs(_ comparison: TutorText.Comparison) -> (left: String, right: String) {
    comparison.isDifference ? ("- ", "+ ") : ("", "")
  }

  /// Nil where a side would have to be cut.
  private static func columns(_ comparison: TutorText.Comparison, _ margin: String, _ width: Int) -> String? {
    if width < leastForColumns { return nil }
    let (minus, plus) = signs(comparison)
    let room = (width - margin.count - 7) / 2
    let lines = comparison.rows.flatMap { $0.left.map { minus + $0 } + $0.right.map { plus + $0 } }
    if lines.contains(where: { $0.displayWidth > room }) { return nil }
    let left = max(
      comparison.left.displayWidth, comparison.rows.flatMap(\.left).map { (minus + $0).displayWidth }.max() ?? 0)
    var text = [margin + "  " + comparison.left.padded(toWidth: left) + " | " + comparison.right]
    for row in comparison.rows {
      if !row.place.isEmpty { text.append(margin + row.place) }
      for index in 0..<max(row.left.count, row.right.count) {
        let one = index < row.left.count ? minus + row.left[index] : ""
        let other = index < row.right.count ? plus + row.right[index] : ""
        text.append(margin + "  " + one.padded(toWidth: left) + (other.isEmpty ? " |" : " | " + other))
      }
    }
    return text.joined(separator: "\n")
  }

  private static func stacked(_ comparison: TutorText.Comparison, _ margin: String) -> String {
    let (minus, plus) = signs(comparison)
    var text: [String] = []
    if comparison.isDifference { text.append(margin + "- \(comparison.left)  + \(comparison.right)") }
    for row in comparison.rows {
      if !row.place.isEmpty { text.append(margin + row.place) }
      if comparison.isDifference {
        text += row.left.map { margin + "  " + minus + $0 } + row.right.map { margin + "  " + plus + $0 }
      } else {
        let label = max(comparison.left.count, comparison.right.count) + 2
        for (name, side) in [(comparison.left, row.left), (comparison.right, row.right)] {
          for (index, line) in side.enumerated() {
            text.append(margin + "  " + (index == 0 ? name : "").padded(toWidth: label) + line)
          }
        }
      }
    }
    return text.joined(separator: "\n")
  }

  private static func spoken(_ comparison: TutorText.Comparison) -> String {
    comparison.rows.flatMap { row in
      (row.place.isEmpty ? [] : [row.place])
        + row.left.map { "\(comparison.left): \($0)" } + row.right.map { "\(comparison.right): \($0)" }
    }.joined(separator: "\n")
  }
}

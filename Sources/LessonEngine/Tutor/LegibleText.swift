extension TutorText {
  /// Without what steers a terminal: texts of containers and packs are shown, not obeyed.
  public var legible: TutorText {
    switch self {
    case .heading(let text): .heading(text.legible)
    case .prose(let text): .prose(text.legible)
    case .code(let lines): .code(lines.map(\.legible))
    case .ok(let text): .ok(text.legible)
    case .notYet(let text): .notYet(text.legible)
    case .detail(let text): .detail(text.legible)
    case .output(let text): .output(text.legible)
    case .standing(let standing, let text): .standing(standing, text.legible)
    case .below(let text): .below(text.legible)
    case .choice(let number, let text): .choice(number, text.legible)
    case .table(let rows): .table(rows.map { $0.map(\.legible) })
    case .comparison(let comparison): .comparison(comparison.legible)
    case .fact(let label, let text): .fact(label, text.legible)
    case .plain(let text): .plain(text.legible)
    case .diagram(let lines, let alternative): .diagram(lines.map(\.legible), alternative: alternative.legible)
    case .bar, .blank: self
    }
  }
}

extension TutorText.Comparison {
  fileprivate var legible: TutorText.Comparison {
    var comparison = self
    comparison.rows = rows.map { row in
      Row(place: row.place.legible, left: row.left.map(\.legible), right: row.right.map(\.legible))
    }
    return comparison
  }
}

extension String {
  var legible: String {
    guard unicodeScalars.contains(where: { $0.isControl && $0 != "\n" && $0 != "\t" }) else { return self }
    var text = UnicodeScalarView()
    for scalar in unicodeScalars where scalar != "\r" {
      text.append(scalar.isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar)
    }
    return String(text)
  }
}

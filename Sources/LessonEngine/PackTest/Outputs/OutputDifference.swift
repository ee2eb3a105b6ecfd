/// Where a printed output departs from the shown one, line by line.
struct OutputDifference: Sendable {
  enum Line: Sendable {
    /// Shown so, printed so.
    case same(ShownOutput.Line, PrintedLine)
    /// Printed, and left out by `...`.
    case leftOut
    case changed(ShownOutput.Line, PrintedLine)
    case missing(ShownOutput.Line)
    case added(PrintedLine)
    case gap
  }

  let lines: [Line]
  private let kept: KeptWords

  /// Nil when what was printed is what is shown.
  init?(_ shown: ShownOutput, _ printed: [PrintedLine], _ kept: KeptWords) {
    if shown.matches(printed, kept) != nil { return nil }
    self.kept = kept
    lines = shown.isUnordered ? Self.pair(shown, printed, kept) : Self.align(shown.lines, printed, kept)
  }

  /// How much has to be changed.
  var size: Int {
    lines.count {
      switch $0 {
      case .same, .leftOut, .gap: false
      case .changed, .missing, .added: true
      }
    }
  }

  // MARK: Aligning

  private static func pair(_ shown: ShownOutput, _ printed: [PrintedLine], _ kept: KeptWords) -> [Line] {
    let pairs = shown.pairs(printed, kept)
    let hasGap = shown.lines.contains(where: \.isGap)
    let placed = Set(pairs.values)
    return shown.lines.enumerated().map { index, line in
      line.isGap ? .gap : pairs[index].map { .same(line, printed[$0]) } ?? .missing(line)
    }
      + printed.enumerated().filter { !placed.contains($0.offset) }.map { hasGap ? .leftOut : .added($0.element) }
  }

  private enum Move { case none, together, changed, missing, added, gap, leftOut }

  /// The cheapest way from one to the other; lines that have much in common are taken for a changed one.
  private static func align(_ shown: [ShownOutput.Line], _ printed: [PrintedLine], _ kept: KeptWords) -> [Line] {
    var costs = Array(repeating: Array(repeating: (cost: 0.0, move: Move.none), count: printed.count + 1), count: 1)
    for _ in shown { costs.append(costs[0]) }
    for row in 0...shown.count {
      for column in 0...printed.count where row + column > 0 {
        var best = (cost: Double.infinity, move: Move.none)
        func offer(_ cost: Double, _ move: Move) { if cost < best.cost { best = (cost, move) } }
        if row > 0, column > 0, !shown[row - 1].isGap {
          let cost = difference(shown[row - 1], printed[column - 1], kept)
          offer(costs[row - 1][column - 1].cost + cost, cost == 0 ? .together : .changed)
        }
        if row > 0 {
          let isGap = shown[row - 1].isGap
          offer(costs[row - 1][column].cost + (isGap ? 0 : 1), isGap ? .gap : .missing)
          // Not for nothing, or a gap would take in every line that has changed.
          if isGap, column > 0 { offer(costs[row][column - 1].cost + 0.5, .leftOut) }
        }
        if column > 0 { offer(costs[row][column - 1].cost + 1, .added) }
        costs[row][column] = best
      }
    }
    var lines: [Line] = []
    var (row, column) = (shown.count, printed.count)
    while row + column > 0 {
      switch costs[row][column].move {
      case .together: lines.append(.same(shown[row - 1], printed[column - 1]))
      case .changed: lines.append(.changed(shown[row - 1], printed[column - 1]))
      case .missing: lines.append(.missing(shown[row - 1]))
      case .gap: lines.append(.gap)
      case .added: lines.append(.added(printed[column - 1]))
      case .leftOut: lines.append(.leftOut)
      case .none: break
      }
      switch costs[row][column].move {
      case .together, .changed: (row, column) = (row - 1, column - 1)
      case .missing, .gap: row -= 1
      case .added, .leftOut: column -= 1
      case .none: (row, column) = (0, 0)
      }
    }
    return lines.reversed()
  }

  private static func difference(_ shown: ShownOutput.Line, _ printed: PrintedLine, _ kept: KeptWords) -> Double {
    if shown.matches(printed, kept) != nil { return 0 }
    let words = printed.words
    let alike = zip(shown.words, words).count { $0.matches($1, kept) != nil }
    return 1.95 - Double(alike) / Double(max(shown.words.count, words.count, 1))
  }

  // MARK: Telling

  /// The lines with `-` for what is shown and `+` for what was printed; holes are filled where they fit.
  var text: [String] {
    lines.flatMap { line -> [String] in
      switch line {
      case .same(_, let printed): ["  \(printed.text)"]
      case .gap: ["  ..."]
      case .leftOut: []
      case .missing(let shown): ["- \(shown.text)"]
      case .added(let printed): ["+ \(printed.text)"]
      case .changed(let shown, let printed): ["- \(filled(shown, printed))", "+ \(printed.text)"]
      }
    }
  }

  private func filled(_ shown: ShownOutput.Line, _ printed: PrintedLine) -> String {
    let words = printed.words
    let parts = shown.words.enumerated().map { index, word in
      index < words.count && word.matches(words[index], kept) != nil ? String(words[index]) : word.text
    }
    return Columns.lay(parts, like: shown.text)
  }

  // MARK: Rewriting

  /// What to show instead: what was printed, with the holes that still fit.
  var rewritten: [String] {
    lines.compactMap { line in
      switch line {
      case .same(let shown, _): shown.text
      case .gap: "..."
      case .leftOut, .missing: nil
      case .added(let printed): printed.text
      case .changed(let shown, let printed): keepHoles(shown, printed)
      }
    }
  }

  private func keepHoles(_ shown: ShownOutput.Line, _ printed: PrintedLine) -> String {
    let words = printed.words
    // Seen from the end as well: what is inserted in the middle moves only what is behind it.
    let shift = words.count - shown.words.count
    let parts = words.enumerated().map { index, word in
      for place in [index, index - shift] where shown.words.indices.contains(place) {
        let candidate = shown.words[place]
        if candidate.pieces.contains(where: \.isHole), !candidate.isAnything, candidate.matches(word, kept) != nil {
          return candidate.text
        }
      }
      return String(word)
    }
    return Columns.lay(parts, like: printed.text)
  }
}

extension OutputPiece {
  fileprivate var isHole: Bool { if case .text = self { false } else { true } }
}

/// Words at the columns of another line, as far as they fit.
private enum Columns {
  static func lay(_ words: [String], like text: String) -> String {
    var starts: [Int] = []
    var isInWord = false
    for (column, character) in text.enumerated() {
      if character.isWhitespace {
        isInWord = false
      } else if !isInWord {
        starts.append(column)
        isInWord = true
      }
    }
    var line = ""
    for (index, word) in words.enumerated() {
      let start = index < starts.count ? starts[index] : 0
      if index > 0 { line += " " }
      if line.count < start { line += String(repeating: " ", count: start - line.count) }
      line += word
    }
    return line
  }
}

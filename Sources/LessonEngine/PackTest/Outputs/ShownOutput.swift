/// What a lesson shows of a command's output, to be held against what is printed.
///
/// Columns are told apart by blanks, however many; empty lines do not count. Holes stand for what differs each time,
/// `<...>` for any text within a line, and a line `...` for any lines.
struct ShownOutput: Sendable {
  struct Word: Sendable {
    var text: String
    var pieces: [OutputPiece]

    /// `<...>` by itself may be several words, or none.
    var isAnything: Bool { pieces == [.hole(.anything, keptAs: nil)] }

    func matches(_ found: Substring, _ kept: KeptWords) -> KeptWords? { Self.match(pieces[...], found, kept) }

    private static func match(
      _ pieces: ArraySlice<OutputPiece>, _ found: Substring, _ kept: KeptWords
    ) -> KeptWords? {
      guard let first = pieces.first else { return found.isEmpty ? kept : nil }
      switch first {
      case .text(let character):
        return found.first == character ? match(pieces.dropFirst(), found.dropFirst(), kept) : nil
      case .reused(let name):
        if let value = kept[name] {
          return found.hasPrefix(value) ? match(pieces.dropFirst(), found.dropFirst(value.count), kept) : nil
        }
        return fill(.anything, nil, pieces, found, kept)
      case .hole(let hole, let name): return fill(hole, name, pieces, found, kept)
      }
    }

    /// As much as the rest of the word allows.
    private static func fill(
      _ hole: OutputHole, _ name: String?, _ pieces: ArraySlice<OutputPiece>, _ found: Substring, _ kept: KeptWords
    ) -> KeptWords? {
      for length in stride(from: found.prefix(while: hole.allows).count, to: 0, by: -1) {
        var kept = kept
        if let name { kept[name] = String(found.prefix(length)) }
        if let end = match(pieces.dropFirst(), found.dropFirst(length), kept) { return end }
      }
      return nil
    }
  }

  struct Line: Sendable {
    var text: String
    var words: [Word]

    var isGap: Bool { text.trimmed() == "..." }

    func matches(_ found: PrintedLine, _ kept: KeptWords) -> KeptWords? {
      Self.match(words[...], found.words[...], kept)
    }

    private static func match(
      _ words: ArraySlice<Word>, _ found: ArraySlice<Substring>, _ kept: KeptWords
    ) -> KeptWords? {
      guard let first = words.first else { return found.isEmpty ? kept : nil }
      if first.isAnything {
        for place in found.startIndex...found.endIndex {
          if let end = match(words.dropFirst(), found[place...], kept) { return end }
        }
        return nil
      }
      guard let word = found.first, let next = first.matches(word, kept) else { return nil }
      return match(words.dropFirst(), found.dropFirst(), next)
    }
  }

  var lines: [Line]
  var isUnordered: Bool

  /// - Parameters:
  ///   - kept: The names that earlier outputs of the step keep; those of this one are added.
  ///   - variables: What is another text in each run, and not printed as it is written.
  init(
    _ lines: [String], kept: inout Set<String>, isUnordered: Bool = false,
    _ variables: LessonVariables = LessonVariables(token: "")
  ) {
    self.isUnordered = isUnordered
    var names = kept
    self.lines = lines.filter { !$0.trimmed().isEmpty }.map { line in
      Line(
        text: line,
        words: line.split(whereSeparator: \.isWhitespace).map {
          Word(text: String($0), pieces: OutputPiece.pieces(variables.fill(String($0)), kept: &names))
        })
    }
    kept = names
  }

  /// What the holes with names were filled with; nil when something else was printed.
  func matches(_ printed: [PrintedLine], _ kept: KeptWords) -> KeptWords? {
    isUnordered ? matchesInAnyOrder(printed, kept) : Self.match(lines[...], printed[...], kept)
  }

  private static func match(
    _ lines: ArraySlice<Line>, _ printed: ArraySlice<PrintedLine>, _ kept: KeptWords
  ) -> KeptWords? {
    guard let first = lines.first else { return printed.isEmpty ? kept : nil }
    if first.isGap {
      for place in printed.startIndex...printed.endIndex {
        if let end = match(lines.dropFirst(), printed[place...], kept) { return end }
      }
      return nil
    }
    guard let line = printed.first, let next = first.matches(line, kept) else { return nil }
    return match(lines.dropFirst(), printed.dropFirst(), next)
  }

  private func matchesInAnyOrder(_ printed: [PrintedLine], _ kept: KeptWords) -> KeptWords? {
    let pairs = pairs(printed, kept)
    let wanted = lines.indices.filter { !lines[$0].isGap }
    guard pairs.count == wanted.count, lines.contains(where: \.isGap) || pairs.count == printed.count else {
      return nil
    }
    return pairs.sorted { $0.key < $1.key }
      .reduce(kept) { lines[$1.key].matches(printed[$1.value], $0) ?? $0 }
  }

  /// Which printed line belongs to which shown one, as many as possible, whatever their order.
  func pairs(_ printed: [PrintedLine], _ kept: KeptWords) -> [Int: Int] {
    var owner: [Int: Int] = [:]
    func place(_ line: Int, _ tried: inout Set<Int>) -> Bool {
      for index in printed.indices where !tried.contains(index) && lines[line].matches(printed[index], kept) != nil {
        tried.insert(index)
        if let other = owner[index], !place(other, &tried) { continue }
        owner[index] = line
        return true
      }
      return false
    }
    for line in lines.indices where !lines[line].isGap {
      var tried: Set<Int> = []
      _ = place(line, &tried)
    }
    return Dictionary(owner.map { ($0.value, $0.key) }, uniquingKeysWith: { $1 })
  }
}

/// A line that a command has printed.
struct PrintedLine: Sendable {
  let text: String
  var words: [Substring] { text.split(whereSeparator: \.isWhitespace) }

  static func lines(_ output: String) -> [PrintedLine] {
    output.split(whereSeparator: \.isNewline).map { line in
      var text = line
      while let last = text.last, last.isWhitespace { text = text.dropLast() }
      return PrintedLine(text: String(text))
    }.filter { !$0.text.isEmpty }
  }
}

/// A printed value as a tree, which decides for itself what fits on one line.
indirect enum PrintedValue: Sendable, Equatable {
  case line(String)
  case wrapped(prefix: String, PrintedValue, suffix: String)
  case records([PrintedEntry])

  static let none = PrintedValue.line("nil")
  static let ellipsis = PrintedValue.line("...")

  /// The longest line that a removed or added value may take.
  static let lineLimit = 80

  /// In quotes; in backquotes where that saves escaping.
  static func quoted(_ text: String) -> String {
    var result = "\""
    var needsEscapes = false
    var mayBeRaw = true
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result += "\\\(scalar)"
        needsEscapes = true
      case "\n", "\r", "\t":
        result += scalar == "\n" ? "\\n" : scalar == "\r" ? "\\r" : "\\t"
        needsEscapes = true
        if scalar != "\t" { mayBeRaw = false }
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
        needsEscapes = true
        mayBeRaw = false
      default:
        if scalar == "`" { mayBeRaw = false }
        result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
    return needsEscapes && mayBeRaw ? "`\(text)`" : result
  }

  // MARK: Layout

  /// The whole as indented lines. The gaps are no-break spaces, as Kubernetes prints them half of the time.
  func lines() -> String {
    compacted(in: .both).text.expanded(in: .both, depth: 0, into: Self.indent(.both, 0)) + "\n"
  }

  private static func indent(_ side: PrintedEntry.Side, _ depth: Int) -> String {
    (side == .old ? "-\u{a0}" : side == .new ? "+\u{a0}" : "\u{a0}\u{a0}") + String(repeating: "\t", count: depth)
  }

  /// The tree with all that fits on a line made one, and its length as one line.
  private func compacted(in side: PrintedEntry.Side) -> (text: PrintedValue, flat: String) {
    switch self {
    case .line(let text): return (self, text)
    case .wrapped(let prefix, let inner, let suffix):
      let (compact, flat) = inner.compacted(in: side)
      let whole = prefix + flat + suffix
      if case .line = compact { return (.line(whole), whole) }
      return (.wrapped(prefix: prefix, compact, suffix: suffix), whole)
    case .records(var records):
      var flats: [String] = []
      var needsLines = false
      for index in records.indices {
        let record = records[index]
        let (compact, flat) = record.value.compacted(in: record.side == .both ? side : record.side)
        records[index].value = compact
        flats.append(record.key.isEmpty ? flat : "\(record.key): \(flat)")
        if case .line = compact {} else { needsLines = true }
        if record.side != .both || record.comment != nil { needsLines = true }
      }
      let flat = flats.joined(separator: ", ")
      if side != .both && flat.utf8.count > Self.lineLimit { needsLines = true }
      return (needsLines ? .records(records) : .line(flat), flat)
    }
  }

  private func expanded(in side: PrintedEntry.Side, depth: Int, into start: String) -> String {
    switch self {
    case .line(let text): return start + text
    case .wrapped(let prefix, let inner, let suffix):
      return inner.expanded(in: side, depth: depth, into: start + prefix) + suffix
    case .records(let records):
      if let plain = Self.plainLines(records) {
        return start + plain.map { "\n" + Self.indent(side, depth + 1) + $0 }.joined() + "\n" + Self.indent(side, depth)
      }
      let keyGaps = Self.gaps(records) { record in
        if case .line = record.value, !record.key.isEmpty { record.key.count } else { nil }
      }
      let valueGaps = Self.gaps(records) { record in
        if case .line(let text) = record.value, record.value != .ellipsis, record.comment != nil {
          text.count
        } else {
          nil
        }
      }
      var result = start
      for (index, record) in records.enumerated() {
        let recordSide = record.side == .both ? side : record.side
        result += "\n" + Self.indent(recordSide, depth + 1)
        if !record.key.isEmpty { result += record.key + ": " }
        result += String(repeating: " ", count: keyGaps[index])
        result = record.value.expanded(in: recordSide, depth: depth + 1, into: result)
        if !record.hasNoComma { result += "," }
        result += String(repeating: " ", count: valueGaps[index])
        if let comment = record.comment { result += " // \(comment)" }
      }
      return result + "\n" + Self.indent(side, depth)
    }
  }

  /// Lists of plain values share lines.
  private static func plainLines(_ records: [PrintedEntry]) -> [String]? {
    var lines: [String] = []
    var current = ""
    for record in records {
      guard case .line(let text) = record.value, record.side == .both, record.key.isEmpty, record.comment == nil else {
        return nil
      }
      if !current.isEmpty, current.utf8.count + text.utf8.count + 2 > lineLimit {
        lines.append(String(current.dropLast()))
        current = ""
      }
      current += text + ", "
    }
    if !current.isEmpty { lines.append(String(current.dropLast())) }
    return records.isEmpty ? nil : lines
  }

  /// How far each record is filled up so that neighbours stand in a column.
  private static func gaps(_ records: [PrintedEntry], width: (PrintedEntry) -> Int?) -> [Int] {
    let widths = records.map(width)
    var gaps = Array(repeating: 0, count: records.count)
    var start = 0
    for index in 0...records.count where index == records.count || widths[index] == nil {
      let column = widths[start..<index].compactMap { $0 }
      let widest = column.max() ?? 0
      for (offset, own) in column.enumerated() { gaps[start + offset] = widest - own }
      start = index + 1
      if start > records.count { break }
    }
    return gaps
  }
}

/// One entry of a printed list.
struct PrintedEntry: Sendable, Equatable {
  /// In which of the two values it stands.
  enum Side: Sendable {
    case both
    case old
    case new
  }

  var side = Side.both
  var key = ""
  var value: PrintedValue
  var hasNoComma = false
  var comment: String?
}

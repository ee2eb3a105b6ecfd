/// How two long texts differ: line by line when they have lines, in pieces otherwise.
struct TextDifference {
  let text: PrintedValue

  init(_ old: String, _ new: String, limit: Int) {
    let oldLines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let newLines = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let byLines = Self.isLined(old + new) && Self.isSimpler(oldLines, newLines, old, new)
    if byLines {
      let records = Self.records(oldLines, newLines, 1, "line", limit) { PrintedValue.quoted($0[0]) }
      if let quoted = Self.tripleQuoted(oldLines, newLines, limit) {
        text = .wrapped(prefix: "(", .records(quoted), suffix: ")")
      } else {
        text = Self.joined(records, by: "\\n")
      }
    } else {
      let records = Self.records(Array(old.utf8), Array(new.utf8), 64, "byte", limit) {
        PrintedValue.quoted(String(decoding: $0, as: UTF8.self))
      }
      text = Self.joined(records, by: "")
    }
  }

  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\t" || !(scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value))
  }

  private static func joined(_ records: [PrintedEntry], by separator: String) -> PrintedValue {
    .wrapped(
      prefix: "strings.Join(", .wrapped(prefix: "{", .records(records), suffix: "}"), suffix: ", \"\(separator)\")")
  }

  private static func isLined(_ text: String) -> Bool {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let isPure = text.unicodeScalars.allSatisfy { isPrintable($0) || $0 == "\n" || $0 == "\r" }
    return isPure && lines.count > 4 && lines.dropLast().allSatisfy { $0.utf8.count <= 1024 }
  }

  /// Whether whole lines tell the difference without repeating too much.
  private static func isSimpler(_ oldLines: [String], _ newLines: [String], _ old: String, _ new: String) -> Bool {
    let byLines = EditScript(oldLines.count, newLines.count) { .ofPlain(oldLines[$0] == newLines[$1]) }
    let (oldBytes, newBytes) = (Array(old.utf8), Array(new.utf8))
    let byBytes = EditScript(oldBytes.count, newBytes.count) { .ofPlain(oldBytes[$0] == newBytes[$1]) }
    func cost(_ script: EditScript) -> Double {
      Double(script.edits.filter { $0 != .identity }.count) / Double(script.edits.count)
    }
    let escaped = (old + new).unicodeScalars.filter {
      $0 == "\n" || $0 == "\r" || $0 == "\t" || $0 == "\"" || $0 == "\\"
    }
    let growth = Double(old.utf8.count + new.utf8.count + escaped.count + 2) / Double(old.utf8.count + new.utf8.count)
    return cost(byLines) < 4 * cost(byBytes) || growth > 1.1
  }

  /// The lines between triple quotes, unless that would hide what differs.
  private static func tripleQuoted(_ old: [String], _ new: [String], _ limit: Int) -> [PrintedEntry]? {
    var records = Self.records(old, new, 1, "line", limit) { $0[0] }
    var removed: Set<String> = []
    var inserted: Set<String> = []
    for index in records.indices {
      if records[index].comment == nil {
        guard case .line(let line) = records[index].value else { return nil }
        if line.hasPrefix("\"\"\"") || line.hasPrefix("...") || !line.unicodeScalars.allSatisfy(isPrintable) {
          return nil
        }
        let bare = String(line.filter { !$0.isWhitespace })
        switch records[index].side {
        case .old:
          if inserted.contains(bare) { return nil }
          removed.insert(bare)
        case .new:
          if removed.contains(bare) { return nil }
          inserted.insert(bare)
        case .both: break
        }
        records[index].hasNoComma = true
      }
      if records[index].side == .both { (removed, inserted) = ([], []) }
    }
    if let last = records.last, last.side == .both, last.value == .line("") { records.removeLast() }
    let quotes = PrintedEntry(value: .line("\"\"\""), hasNoComma: true)
    return [quotes] + records + [quotes]
  }

  // MARK: Pieces

  private static func records<Element: Equatable>(
    _ old: [Element], _ new: [Element], _ size: Int, _ name: String, _ limit: Int,
    _ print: ([Element]) -> String
  ) -> [PrintedEntry] {
    let script = EditScript(old.count, new.count) { .ofPlain(old[$0] == new[$1]) }
    var groups = Tally.groups(script.edits, name)
    groups = joinNearby(groups, within: size / 4)
    groups = trimEqualEnds(groups) { old[$0] == new[$1] }

    var records: [PrintedEntry] = []
    var left = Tally(name)
    var differences = 0
    var (oldRest, newRest) = (old[...], new[...])
    func add(_ part: ArraySlice<Element>, _ side: PrintedEntry.Side) {
      var part = part
      while !part.isEmpty {
        records.append(PrintedEntry(side: side, value: .line(print(Array(part.prefix(size))))))
        part = part.dropFirst(size)
      }
    }
    for (index, group) in groups.enumerated() {
      if differences >= limit {
        left.add(group)
        continue
      }
      if group.differences > 0 {
        let before = records.count
        let oldCount = group.identical + group.removed + group.changed
        let newCount = group.identical + group.inserted + group.changed
        add(oldRest.prefix(oldCount), .old)
        add(newRest.prefix(newCount), .new)
        oldRest = oldRest.dropFirst(oldCount)
        newRest = newRest.dropFirst(newCount)
        differences += records.count - before
        continue
      }
      let count = group.identical
      let before = index == 0 ? 0 : min(size * 2, count)
      var after = index == groups.count - 1 ? 0 : min(size * 2, count - before)
      if count - before - after <= size { after = count - before }
      add(oldRest.prefix(before), .both)
      if count > before + after {
        var hidden = group
        hidden.identical -= before + after
        records.append(PrintedEntry(value: .ellipsis, hasNoComma: true, comment: hidden.text))
      }
      add(oldRest.prefix(count).suffix(after), .both)
      oldRest = oldRest.dropFirst(count)
      newRest = newRest.dropFirst(count)
    }
    if !left.isEmpty { records.append(PrintedEntry(value: .ellipsis, hasNoComma: true, comment: left.text)) }
    return records
  }

  /// Differences with only a few equal elements between them are told as one.
  private static func joinNearby(_ groups: [Tally], within window: Int) -> [Tally] {
    var joined: [Tally] = []
    for group in groups {
      if joined.count >= 2, group.differences > 0 {
        let previous = joined[joined.count - 2]
        let removes = previous.removed > 0 || group.removed > 0
        let inserts = previous.inserted > 0 || group.inserted > 0
        let between = joined[joined.count - 1]
        if removes, inserts, between.identical <= window {
          joined.removeLast()
          joined[joined.count - 1].add(between)
          joined[joined.count - 1].add(group)
          continue
        }
      }
      joined.append(group)
    }
    return joined
  }

  /// Moves equal elements at the ends of a difference to the equal neighbours.
  private static func trimEqualEnds(_ groups: [Tally], areEqual: (Int, Int) -> Bool) -> [Tally] {
    guard let name = groups.first?.name else { return groups }
    var groups = groups
    var atStart = 0
    var atEnd = 0
    var (oldIndex, newIndex) = (0, 0)
    for index in groups.indices {
      let group = groups[index]
      if group.differences == 0 {
        oldIndex += group.identical
        newIndex += group.identical
        continue
      }
      var oldCount = group.identical + group.removed + group.changed
      var newCount = group.identical + group.inserted + group.changed
      let shorter = min(oldCount, newCount)
      var leading = 0
      while leading < shorter, areEqual(oldIndex + leading, newIndex + leading) { leading += 1 }
      var trailing = 0
      while trailing < shorter,
        areEqual(oldIndex + oldCount - 1 - trailing, newIndex + newCount - 1 - trailing)
      {
        trailing += 1
      }
      if leading + trailing > 0 {
        if leading > 0 {
          if index > 0 { groups[index - 1].identical += leading } else { atStart += leading }
          oldIndex += leading
          newIndex += leading
        }
        if trailing > 0 {
          if index + 1 < groups.count { groups[index + 1].identical += trailing } else { atEnd += trailing }
        }
        oldCount -= leading + trailing
        newCount -= leading + trailing
        groups[index] = Tally(name)
        groups[index].removed = oldCount
        groups[index].inserted = newCount
      }
      oldIndex += oldCount
      newIndex += newCount
    }
    var start = Tally(name)
    start.identical = atStart
    var end = Tally(name)
    end.identical = atEnd
    return (atStart > 0 ? [start] : []) + groups + (atEnd > 0 ? [end] : [])
  }
}

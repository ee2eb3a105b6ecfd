/// What a person would see on a terminal: the screen and everything that scrolled off its top.
///
/// It understands the control sequences that line editors and coloured output use; colours are dropped.
public struct TerminalScreen: Sendable {
  public private(set) var columns: Int
  public private(set) var rows: Int
  /// The cursor, counted from the top left of the visible screen.
  public private(set) var cursor = (row: 0, column: 0)
  public private(set) var bells = 0
  /// Whether the program asked the terminal to mark pasted text.
  public private(set) var marksPastes = false

  private var lines: [Line]
  /// How many of `lines` have left the screen.
  private var scrolledOff = 0
  private var saved = (row: 0, column: 0)
  private var pending: [UInt8] = []
  /// A full row holds its cursor back until the next character, as terminals do.
  private var wrapsNext = false

  private struct Line: Sendable {
    /// One entry a cell; the right half of a wide character is empty.
    var cells: [String] = []
    var continuesBelow = false

    var text: String {
      var text = cells.joined()
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  public init(columns: Int = 80, rows: Int = 24) {
    self.columns = columns
    self.rows = rows
    lines = Array(repeating: Line(), count: rows)
  }

  /// The visible rows, without the blanks at their ends.
  public var visibleRows: [String] { lines[scrolledOff...].map(\.text) }

  /// The row that the cursor is in.
  public var cursorRow: String { lines[scrolledOff + cursor.row].text }

  /// Scrollback and screen as lines of text, where a line that the terminal wrapped is one again.
  public var text: String { logicalLines().map(\.text).joined(separator: "\n") }

  /// A place in the scrollback that stays valid while more is written.
  public struct Position: Sendable, Comparable {
    var row = 0
    var offset = 0

    public static let start = Position()

    public static func < (one: Position, other: Position) -> Bool {
      (one.row, one.offset) < (other.row, other.offset)
    }
  }

  /// Where the first match at or after `position` ends; a pattern never spans lines.
  public func end(of pattern: TextPattern, after position: Position) -> Position? {
    for line in logicalLines() where line.lastRow >= position.row {
      let start = line.row >= position.row ? (line.row == position.row ? position.offset : 0) : line.text.count
      if let end = pattern.endOfMatch(in: line.text, from: start) {
        return Position(row: line.row, offset: end)
      }
    }
    return nil
  }

  private func logicalLines() -> [(row: Int, lastRow: Int, text: String)] {
    var result: [(row: Int, lastRow: Int, text: String)] = []
    var index = 0
    let lastUsed = max(scrolledOff + cursor.row, lines.lastIndex { !$0.text.isEmpty } ?? 0)
    while index <= lastUsed {
      var last = index
      var text = ""
      while lines[last].continuesBelow && last < lastUsed {
        text += lines[last].cells.joined()
        last += 1
      }
      result.append((index, last, text + lines[last].text))
      index = last + 1
    }
    return result
  }

  public mutating func resize(columns: Int, rows: Int) {
    let visible = lines.count - scrolledOff
    if rows > visible {
      lines.append(contentsOf: Array(repeating: Line(), count: rows - visible))
    } else {
      let surplus = visible - rows
      // Blank rows below the cursor go first; then the top scrolls away.
      let below = min(surplus, visible - 1 - cursor.row)
      lines.removeLast(below)
      scrolledOff += surplus - below
      cursor.row -= surplus - below
    }
    self.rows = rows
    self.columns = columns
    cursor.column = min(cursor.column, columns - 1)
    wrapsNext = false
  }

  /// Takes what a program wrote; a sequence or character cut in two is kept until its rest arrives.
  public mutating func write(_ bytes: some Sequence<UInt8>) {
    pending.append(contentsOf: bytes)
    var used = 0
    while used < pending.count, let length = consume(pending[used...]) { used += length }
    pending.removeFirst(used)
  }

  /// Handles one character or control sequence; nil when it is not complete yet.
  private mutating func consume(_ bytes: ArraySlice<UInt8>) -> Int? {
    switch bytes.first! {
    case 0x1B: return consumeEscape(bytes)
    case 0x07: bells += 1
    case 0x08: move(column: cursor.column - 1)
    case 0x09: move(column: min(columns - 1, (cursor.column / 8 + 1) * 8))
    case 0x0A, 0x0B, 0x0C: lineFeed()
    case 0x0D: move(column: 0)
    case 0..<0x20, 0x7F: break
    case let first:
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      if bytes.count < length { return nil }
      put(String(decoding: bytes.prefix(length), as: UTF8.self))
      return length
    }
    return 1
  }

  private mutating func consumeEscape(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 2 else { return nil }
    switch bytes[bytes.startIndex + 1] {
    case UInt8(ascii: "["):
      guard let end = bytes.dropFirst(2).firstIndex(where: { 0x40...0x7E ~= $0 }) else { return nil }
      let parameters = String(decoding: bytes[(bytes.startIndex + 2)..<end], as: UTF8.self)
      control(Character(Unicode.Scalar(bytes[end])), parameters)
      return end - bytes.startIndex + 1
    case UInt8(ascii: "]"):
      // A title: ends with BEL or ESC \.
      guard let end = bytes.dropFirst(2).firstIndex(where: { $0 == 0x07 || $0 == UInt8(ascii: "\\") }) else {
        return nil
      }
      return end - bytes.startIndex + 1
    case UInt8(ascii: "("), UInt8(ascii: ")"): return bytes.count < 3 ? nil : 3
    case UInt8(ascii: "7"): saved = cursor
    case UInt8(ascii: "8"): cursor = saved
    case UInt8(ascii: "M"): cursor.row = max(0, cursor.row - 1)
    default: break
    }
    return 2
  }

  private mutating func control(_ final: Character, _ parameters: String) {
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let count = max(1, numbers.first ?? 1)
    switch final {
    case "A": move(row: cursor.row - count)
    case "B": move(row: cursor.row + count)
    case "C": move(column: cursor.column + count)
    case "D": move(column: cursor.column - count)
    case "G": move(column: count - 1)
    case "d": move(row: count - 1)
    case "H", "f":
      move(row: count - 1)
      move(column: max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
    case "J": eraseScreen(numbers.first ?? 0)
    case "K": eraseLine(numbers.first ?? 0)
    case "P": edit { cells, column in cells.removeSubrange(column..<min(cells.count, column + count)) }
    case "@": edit { cells, column in cells.insert(contentsOf: Array(repeating: " ", count: count), at: column) }
    case "h" where parameters == "?2004": marksPastes = true
    case "l" where parameters == "?2004": marksPastes = false
    default: break
    }
  }

  private mutating func move(row: Int) {
    cursor.row = min(max(0, row), rows - 1)
    wrapsNext = false
  }

  private mutating func move(column: Int) {
    cursor.column = min(max(0, column), columns - 1)
    wrapsNext = false
  }

  private mutating func lineFeed() {
    wrapsNext = false
    if cursor.row + 1 < rows {
      cursor.row += 1
    } else {
      lines.append(Line())
      scrolledOff += 1
    }
  }

  private mutating func put(_ character: String) {
    let width = Self.width(of: character)
    let isFull = wrapsNext || cursor.column + width > columns
    if width > 0, isFull {
      lines[scrolledOff + cursor.row].continuesBelow = true
      lineFeed()
      cursor.column = 0
    }
    let column = cursor.column
    edit { cells, _ in
      if width == 0 {
        if column > 0 { cells[column - 1] += character }
        return
      }
      cells[column] = character
      if width == 2 { cells[column + 1] = "" }
    }
    if cursor.column + width >= columns {
      wrapsNext = true
      cursor.column = columns - 1
    } else {
      cursor.column += width
    }
  }

  /// Changes the cells of the cursor's row, which is padded to reach beyond the cursor and cut at the right margin.
  private mutating func edit(_ change: (inout [String], Int) -> Void) {
    let index = scrolledOff + cursor.row
    while lines[index].cells.count < cursor.column + 2 { lines[index].cells.append(" ") }
    change(&lines[index].cells, cursor.column)
    if lines[index].cells.count > columns { lines[index].cells.removeLast(lines[index].cells.count - columns) }
  }

  private mutating func eraseLine(_ mode: Int) {
    wrapsNext = false
    let index = scrolledOff + cursor.row
    let count = lines[index].cells.count
    switch mode {
    case 0:
      if count > cursor.column { lines[index].cells.removeLast(count - cursor.column) }
      lines[index].continuesBelow = false
    case 1:
      for column in 0..<min(count, cursor.column + 1) { lines[index].cells[column] = " " }
    default: lines[index] = Line()
    }
  }

  private mutating func eraseScreen(_ mode: Int) {
    if mode == 0 { eraseLine(0) } else { cursor = mode == 2 ? cursor : (0, 0) }
    for row in (mode == 0 ? cursor.row + 1 : 0)..<max(rows, cursor.row + 1) where row < rows {
      lines[scrolledOff + row] = Line()
    }
  }

  private static func width(of character: String) -> Int {
    let scalar = character.unicodeScalars.first!
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

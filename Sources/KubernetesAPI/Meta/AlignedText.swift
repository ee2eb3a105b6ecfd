/// Text in columns: cells end with a tab, and neighbouring lines that have a cell in the same place share its width.
///
/// The last cell of a line belongs to no column, so a long message never widens anything.
public struct AlignedText: Sendable {
  private let minimumWidth: Int
  private let padding: Int
  private let remembersWidths: Bool
  private var lines: [[String]] = [[""]]
  private var rememberedWidths: [Int] = []

  /// With `remembersWidths`, a column never becomes narrower than it was in text taken before: how a watch goes on.
  public init(minimumWidth: Int = 0, padding: Int, remembersWidths: Bool = false) {
    self.minimumWidth = minimumWidth
    self.padding = padding
    self.remembersWidths = remembersWidths
  }

  /// As the tables of `kubectl get` are set.
  public static var table: AlignedText { AlignedText(minimumWidth: 6, padding: 3, remembersWidths: true) }

  /// Adds text in which tabs end cells and line feeds end lines.
  public mutating func write(_ text: String) {
    for character in text {
      switch character {
      case "\t": lines[lines.count - 1].append("")
      case "\n": lines.append([""])
      default: lines[lines.count - 1][lines[lines.count - 1].count - 1].append(character)
      }
    }
  }

  public var isEmpty: Bool { lines == [[""]] }

  /// Forgets how wide the columns were.
  public mutating func forgetWidths() { rememberedWidths = [] }

  /// Takes out what was written, aligned.
  public mutating func take() -> String {
    var widths: [[Int]] = lines.map { _ in [] }
    measure(column: 0, from: 0, to: lines.count, &widths)
    var text = ""
    for (index, line) in lines.enumerated() {
      if index > 0 { text.append("\n") }
      for (column, cell) in line.enumerated() {
        text += cell
        if column < widths[index].count {
          let missing = widths[index][column] - cell.unicodeScalars.count
          text += String(repeating: " ", count: max(0, missing))
        }
      }
    }
    lines = [[""]]
    return text
  }

  /// Finds the blocks of neighbouring lines that have this column, and within each the blocks of the next one.
  private mutating func measure(column: Int, from start: Int, to end: Int, _ widths: inout [[Int]]) {
    var line = start
    while line < end {
      guard column < lines[line].count - 1 else {
        line += 1
        continue
      }
      let first = line
      var width = minimumWidth
      while line < end, column < lines[line].count - 1 {
        width = max(width, lines[line][column].unicodeScalars.count + padding)
        line += 1
      }
      if remembersWidths {
        if column < rememberedWidths.count {
          width = max(width, rememberedWidths[column])
          rememberedWidths[column] = width
        } else {
          rememberedWidths.append(width)
        }
      }
      for index in first..<line { widths[index].append(width) }
      measure(column: column + 1, from: first, to: line, &widths)
    }
  }
}

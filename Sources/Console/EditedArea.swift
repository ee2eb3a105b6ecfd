/// Where a prompt and a line stand on the screen, counted in rows from the start of the prompt, as libedit draws them.
struct EditedArea {
  let columns: Int
  /// Columns of a character, neither tab nor newline, as libedit draws it.
  private let width: (Unicode.Scalar) -> Int
  private(set) var row = 0
  private(set) var column = 0

  init(columns: Int, width: @escaping (Unicode.Scalar) -> Int) {
    self.columns = max(1, columns)
    self.width = width
  }

  mutating func add(_ text: some StringProtocol) {
    for scalar in text.unicodeScalars { add(scalar) }
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n":
      row += 1
      column = 0
    case "\t":
      repeat { advance(1) } while column % 8 != 0
    default:
      let needed = width(scalar)
      // More than two columns are several characters, such as \U+1234, which may be torn apart; a wide one may not.
      if needed > 2 || scalar.value < 0x20 || scalar.value == 0x7F {
        for _ in 0..<needed { advance(1) }
      } else {
        advance(needed)
      }
    }
  }

  private mutating func advance(_ width: Int) {
    if column + width > columns {
      row += 1
      column = 0
    }
    column += width
    if column >= columns {
      row += 1
      column = 0
    }
  }
}

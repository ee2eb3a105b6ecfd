/// Where a prompt and a line stand on the screen, counted in rows from the start of the prompt, as libedit draws them.
struct EditedArea {
  var columns: Int
  private(set) var row = 0
  private(set) var column = 0

  init(columns: Int) { self.columns = max(1, columns) }

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
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      // Shown as ^X
      advance(1)
      advance(1)
    default: advance(scalar.displayWidth)
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

import TestSupport
import Testing

struct TerminalScreenTests {
  private func screen(_ text: String, columns: Int = 10, rows: Int = 4) -> TerminalScreen {
    var screen = TerminalScreen(columns: columns, rows: rows)
    // Byte by byte, so that every sequence is also cut at every place.
    for byte in text.utf8 { screen.write([byte]) }
    return screen
  }

  @Test func carriageReturnOverwrites() {
    #expect(screen("hello\rJ").visibleRows[0] == "Jello")
  }

  @Test func coloursAndTitlesLeaveNoTrace() {
    #expect(screen("\u{1B}]0;title\u{07}\u{1B}[1;31mred\u{1B}[0m").text == "red")
  }

  @Test func longLinesWrapAndReadAsOne() {
    let screen = screen("0123456789abc\r\nx")
    #expect(screen.visibleRows.prefix(3) == ["0123456789", "abc", "x"])
    #expect(screen.text == "0123456789abc\nx")
  }

  @Test func aFullRowWaitsForTheNextCharacter() {
    let screen = screen("0123456789\r\nx")
    #expect(screen.visibleRows.prefix(2) == ["0123456789", "x"])
  }

  @Test func scrolledLinesRemainInTheText() {
    let screen = screen("1\r\n2\r\n3\r\n4\r\n5\r\n6")
    #expect(screen.visibleRows == ["3", "4", "5", "6"])
    #expect(screen.text == "1\n2\n3\n4\n5\n6")
  }

  @Test func cursorMovementAndErasure() {
    #expect(screen("abcdef\u{1B}[3D\u{1B}[K").visibleRows[0] == "abc")
    #expect(screen("abcdef\u{1B}[4D\u{1B}[2P").visibleRows[0] == "abef")
    #expect(screen("abef\u{1B}[2D\u{1B}[2@cd").visibleRows[0] == "abcdef")
    #expect(screen("a\r\nb\r\nc\u{1B}[A\r\u{1B}[J").text == "a\n")
    #expect(screen("a\r\nb\u{1B}[H\u{1B}[2Jz").text == "z")
  }

  @Test func wideAndCombiningCharactersTakeTheirCells() {
    let wide = screen("日本x")
    #expect(wide.visibleRows[0] == "日本x")
    #expect(wide.cursor.column == 5)
    let combined = screen("e\u{301}x")
    #expect(combined.cursor.column == 2)
  }

  @Test func matchesContinueAfterAPosition() throws {
    let screen = screen("pod a\r\npod b")
    let first = try #require(screen.end(of: "pod", after: .start))
    let second = try #require(screen.end(of: "pod", after: first))
    #expect(first < second)
    #expect(screen.end(of: "pod", after: second) == nil)
    #expect(screen.end(of: "p<...>b", after: .start) != nil)
  }

  @Test func aSmallerWindowKeepsTheCursorsRow() {
    var screen = screen("1\r\n2\r\n3")
    screen.resize(columns: 10, rows: 2)
    #expect(screen.visibleRows == ["2", "3"])
    #expect(screen.cursorRow == "3")
  }
}

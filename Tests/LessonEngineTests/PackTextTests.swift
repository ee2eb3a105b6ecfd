import Testing

@testable import LessonEngine

/// What editors do to a file besides its text.
@Suite struct PackTextTests {
  @Test func linesMayEndAsAnyEditorEndsThem() throws {
    let text = "---\nlesson: a\n---\n"
    #expect(try PackText.read(Array(text.utf8), file: "a.md") == text)
    #expect(try PackText.read(Array(text.replacing("\n", with: "\r\n").utf8), file: "a.md") == text)
    #expect(try PackText.read([0xEF, 0xBB, 0xBF] + Array(text.utf8), file: "a.md") == text)
  }

  @Test func anotherEncodingIsRefusedWithItsLine() {
    let error = #expect(throws: LessonError.self) {
      try PackText.read(Array("one\ncaf".utf8) + [0xE9, 0x0A], file: "a.md")
    }
    #expect(error?.description == "a.md:2: is not UTF-8 text here: save the file in that encoding")
  }

  @Test func anOutputIsWrittenAsTheOtherLinesAre() throws {
    let update = OutputUpdate(file: "a.md", line: 2, old: ["old"], new: ["new", "newer"])
    #expect(try OutputUpdate.apply([update], to: "one\r\nold\r\nlast\r\n") == "one\r\nnew\r\nnewer\r\nlast\r\n")
    #expect(try OutputUpdate.apply([update], to: "one\nold\nlast\n") == "one\nnew\nnewer\nlast\n")
  }
}

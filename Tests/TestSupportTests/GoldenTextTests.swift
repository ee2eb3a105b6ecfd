import TestSupport
import Testing

struct GoldenTextTests {
  @Test func equalTextsHaveNoDifference() {
    #expect(GoldenText.difference(from: "a\nb\n", to: "a\nb\n") == nil)
  }

  @Test func theFirstDifferentLineIsShownWithItsNeighbours() {
    #expect(GoldenText.difference(from: "a\nb\nc", to: "a\nx") == "2\n  a\n- b\n- c\n+ x")
  }

  @Test func aMissingLastLineIsADifference() {
    #expect(GoldenText.difference(from: "a\n", to: "a") == "2\n  a\n- ")
  }
}

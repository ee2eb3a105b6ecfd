import Testing

@testable import LessonEngine

@Suite struct OutputComparisonTests {
  @Test(arguments: [
    ("pod/web created", "pod/web created\n", true),
    ("NAME  READY\nweb  1/1", "NAME   READY\nweb    1/1\n", true),
    ("web  1/1  <age>  <ip>", "web  1/1   2m3s   10.0.0.7", true),
    ("web  1/1  <age>", "web  0/1  3s", false),
    ("web-<hash>-<hash>  <n>/2", "web-7d9f-x2k4  1/2", true),
    ("first\n...\nlast", "first\na\nb\nlast", true),
    ("first\n...\nlast", "first\na\nb", false),
    ("Started <...> web", "Started the container web", true),
    ("a", "a\nb", false),
    ("a\nb", "a", false),
  ])
  func comparesColumnsAndHoles(shown: String, printed: String, isSame: Bool) {
    let lines = shown.split(separator: "\n").map(String.init)
    #expect((OutputComparison.difference(lines, printed) == nil) == isSame)
  }

  @Test func orderMayNotMatter() {
    #expect(OutputComparison.difference(["a", "b"], "b\na\n") != nil)
    #expect(OutputComparison.difference(["a", "b"], "b\na\n", isUnordered: true) == nil)
  }

  @Test func showsTheFirstDifference() {
    #expect(OutputComparison.difference(["a", "b c"], "a\nb d\n") == "- b c + b d")
  }
}

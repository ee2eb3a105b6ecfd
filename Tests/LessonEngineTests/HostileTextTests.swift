import Documents
import Testing

@testable import LessonEngine

/// Texts that are made to keep a reader busy, or to lead it astray.
@Suite(.timeLimit(.minutes(1)))
struct HostileTextTests {
  private func lesson(_ text: String) throws -> Lesson {
    try LessonParser.parse("---\nlesson: a\ntitle: A\n---\n## One {#one}\n\(text)\n", file: "a.md")
  }

  private func refusal(_ text: String) -> String {
    do {
      _ = try lesson(text)
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  private func soon(_ what: String, _ body: () throws -> Void) rethrows {
    let start = ContinuousClock.now
    try body()
    #expect(ContinuousClock.now - start < .seconds(5), "\(what)")
  }

  // MARK: Sizes

  @Test func aLessonOfAHundredThousandLinesIsRefused() {
    #expect(
      refusal(String(repeating: "x\n", count: 100_000))
        == "a.md:10000: the lesson has 100007 lines: at most 10000 are read")
  }

  @Test func theLongestLessonIsReadSoon() throws {
    try soon("prose") { _ = try lesson(String(repeating: "\n* x", count: 4_900)) }
    try soon("fences") { _ = try lesson(String(repeating: "```setup\nget pods\n```\n", count: 1_000)) }
    try soon("commands") { _ = try lesson("```setup\n" + String(repeating: "get pods \\\n", count: 9_000) + "x\n```") }
    try soon("sentences") {
      _ = try lesson("```check\n" + String(repeating: "pod web exists\n", count: 1_500) + "```")
    }
    soon("one line") { _ = refusal("```check\n" + String(repeating: "a, ", count: 200_000) + "\n```") }
    soon("open fences") { _ = refusal(String(repeating: "````x\n", count: 9_000)) }
    soon("headings") { _ = refusal(String(repeating: "## x {#x}\n", count: 9_000)) }
    soon("attributes") { _ = refusal("```check " + String(repeating: "a=\"b ", count: 100_000) + "\n```") }
  }

  // MARK: YAML and JSON

  private static let bomb =
    "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + (1..<9).map { level in
      "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n"
    }.joined()

  @Test func aliasesDoNotMultiply() {
    soon("pack.yaml") {
      #expect(throws: LessonError.self) { try PackManifest.parse(Self.bomb, file: "pack.yaml") }
    }
    soon("front matter") {
      #expect(throws: LessonError.self) {
        try LessonParser.parse("---\nlesson: a\n\(Self.bomb)---\n## One {#one}\nx\n", file: "a.md")
      }
    }
    soon("object") {
      #expect(refusal("```check yaml\n\(Self.bomb)```").contains("document contains excessive aliasing"))
    }
  }

  @Test func deepNestingIsRefused() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(refusal("```check yaml\nkind: Pod\nx: \(deep)\n```").contains("exceeded max depth"))
    #expect(refusal("```check json\n\(deep)\n```").contains("exceeded max depth"))
  }

  // MARK: Patterns

  @Test(arguments: [
    ("((((a{1,200}){1,200}){1,200}){1,200})", "repeats more than 1000 times"),
    ("a{99999999999999999999}", "is no regular expression"), ("(a)\\1", "has a back reference"),
    (String(repeating: "(", count: 100_000), "is too long"), ("a\0b", "has a character in it"),
    ("(a", "is no regular expression"), ("a{2", "is no regular expression"),
  ])
  func aPatternThatWouldKeepUsBusyIsRefused(pattern: String, problem: String) {
    soon(problem) { #expect(RegularExpression.problem(pattern)?.hasPrefix(problem) == true) }
  }

  @Test(arguments: [
    "(a*)*b", "(a+)+$", "(a|aa)+b", "(.*)(.*)(.*)(.*)(.*)x", "((a{1,30}){1,30})b", "^(([a-z])+.)+[A-Z]",
  ])
  func aPatternThatIsTakenIsMatchedSoon(pattern: String) throws {
    let expression = try #require(RegularExpression(pattern))
    soon(pattern) { _ = expression.matches(String(repeating: "a", count: 3_000) + "!") }
  }

  @Test func starsAreMatchedSoon() {
    let text = String(repeating: "a", count: 20_000)
    soon("stars") { #expect(!Wildcard.matches(text, String(repeating: "*a", count: 500) + "*b")) }
  }

  // MARK: Terminals

  @Test(arguments: ["\u{1B}]52;c;ZXZpbA==\u{7}", "\u{1B}[2J", "\u{9B}31m", "\u{8}\u{8}x", "\u{202E}txt", "a\rb"])
  func aTextThatSteersTerminalsIsRefusedAndNeverShown(text: String) {
    #expect(refusal("Read this:\n\(text)") == "a.md:7: this line has a control character in it, which steers terminals")
    for piece in [TutorText.plain(text), .code([text]), .fact("found", text), .ok(text)] {
      #expect(!piece.legible.text.unicodeScalars.contains { $0.isControl }, "\(piece.legible)")
    }
  }

  @Test func linesMayEndAsOnAnySystem() throws {
    let text = "---\r\nlesson: a\r\ntitle: A\r\n---\r\n## One {#one}\r\n```check\r\npod web exists\r\n```\r\n"
    let lesson = try LessonParser.parse(text, file: "a.md")
    #expect(lesson.steps.first?.conditions.map(\.sentence) == ["pod web exists"])
    #expect(TutorText.plain("a\tb\nc\r\n").legible == .plain("a\tb\nc\n"))
  }
}

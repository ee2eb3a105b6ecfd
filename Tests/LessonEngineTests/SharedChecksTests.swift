import Documents
import SystemIO
import TestSupport
import Testing

@testable import LessonEngine

/// Sentences that the lessons of a pack share.
@Suite struct SharedChecksTests {
  private static let serving = """
    # What servers have to do.
    pod {pod} serves its page:
      - pod {pod} is Ready within 60s
      - GET http://pod/{pod}:80/ answers 200
    pod {pod} runs {names…} and says {text}: [
      'pod {pod} has containers {names…}', 'log of pod {pod} contains {text}',
      'file "/box/{pod} {text}" in pod {pod} exists' ]
    """

  private func lesson(_ check: String, sharing text: String = serving) -> LessonParser.Reading {
    LessonParser.read(
      "---\nlesson: a\ntitle: A\n---\n## One {#one}\n```check\n\(check)\n```\n", file: "a.md",
      sharing: SharedChecks.read(text, file: "checks.yaml").checks)
  }

  private func conditions(_ check: String) throws -> [Condition] {
    guard case .lesson(let lesson) = lesson(check) else {
      throw LessonError(file: "a.md", line: 0, "\(lesson(check))")
    }
    return lesson.steps[0].conditions
  }

  @Test func aNameStandsForItsSentences() throws {
    #expect(SharedChecks.read(Self.serving, file: "checks.yaml").errors == [])
    let found = try conditions("pod web serves its page\n  else: Wait.\npod web exists")
    #expect(
      found.map(\.sentence) == [
        "pod web is Ready within 60s", "GET http://pod/web:80/ answers 200", "pod web exists",
      ])
    #expect(found.map(\.line) == [7, 7, 9])
    #expect(found.map(\.advice) == ["Wait.", "Wait.", nil])
    #expect(found[0].timing == .within(.seconds(60)))
  }

  @Test func holesTakeWordsListsAndTexts() throws {
    let found = try conditions(#"already true: POD web RUNS a, b and SAYS "a \"b\", c""#)
    #expect(
      found.map(\.sentence) == [
        "pod web has containers a, b", #"log of pod web contains "a \"b\", c""#,
        #"file "/box/web a \"b\", c" in pod web exists"#,
      ])
    #expect(found.map(\.mayHoldBefore) == [true, true, true])
    // A name may have blanks in it, though no pod can.
    let blank = try conditions(#"pod "my web" runs a and says "x""#)
    #expect(blank.map(\.sentence)[..<2] == [#"pod "my web" has containers a"#, #"log of pod "my web" contains "x""#])
  }

  @Test func anotherMeaningOfANameChangesTheStep() throws {
    func digest(_ shared: String) throws -> String {
      guard case .lesson(let lesson) = lesson("pod web serves its page", sharing: shared) else { return "" }
      return lesson.steps[0].digest
    }
    let other = try digest(Self.serving.replacing("answers 200", with: "answers 404"))
    #expect(try digest(Self.serving) != other && !other.isEmpty)
  }

  @Test(arguments: [
    (
      "pod web serves its pages",
      "\"pod web serves its pages\" is neither a sentence of the checkpoint grammar nor a name of checks.yaml; the nearest one is: pod {pod} serves its page"
    ),
    (
      "pod web is Redy",
      "\"Redy\" is no state of a pod: expected one of Ready, NotReady, Pending, Scheduled, Initialized, Running, Succeeded, Failed, Terminating"
    ),
    (
      "pod web has container a",
      "\"pod web has container a\" is not a sentence of the checkpoint grammar; the nearest form is: pod {pod} has containers {names…}"
    ),
    (
      "pod web serves its page for 10s",
      "\"pod {pod} serves its page\" has its time words in checks.yaml: leave them out here"
    ),
    (
      "pod web:x serves its page",
      "\"http://pod/web:x:80/\" names no pod and port: expected one like http://pod/NAME:PORT/PATH, which \"pod {pod} serves its page\" stands for"
    ),
  ])
  func whatIsMeantIsSaid(check: String, message: String) {
    guard case .errors(let errors) = lesson(check) else {
      Issue.record("\(check) was read")
      return
    }
    #expect(errors == [LessonError(file: "a.md", line: 7, message)])
  }

  @Test(arguments: [
    ("a: [", 1, "did not find expected node content"),
    (
      "- a", 1,
      "expected names, each with a list of sentences, such as `pod {pod} serves its page: [pod {pod} is Ready]`"
    ),
    ("# A remark.\nweb works:", 2, "\"web works\" needs a list of sentences, from one to 20"),
    ("web works: pod web exists", 1, "\"web works\" needs a list of sentences, from one to 20"),
    ("web works: []", 1, "\"web works\" needs a list of sentences, from one to 20"),
    (
      "web works:\n- {text} in pod web fails\n- pod web exists", 2,
      "did not find expected key"
    ),
    (
      "web works:\n  - pod web exists\n\n  # And:\n  - already true: pod web exists", 5,
      "\"web works\" needs a list of sentences: one that begins with a quotation mark or a brace, or has a colon and a blank in it, stands in '…'"
    ),
    (
      "'{pod}': [pod web exists]", 1, "\"{pod}\" has no word of its own: expected one such as pod {pod} serves its page"
    ),
    (
      "web works: [pod web exists]\npod {pod} is {mood}: ['pod {pod} exists', 'pod {mood} exists']", 2,
      "\"pod {pod} is {mood}\" is a sentence of the checkpoint grammar already: choose another name"
    ),
    ("web works:\n  - pod {pod} exists", 2, "the hole {pod} is not in the name: expected none"),
    (
      "pod {pod} works at {port}:\n  - pod {pod} exists", 1,
      "no sentence of \"pod {pod} works at {port}\" has the hole {port}"
    ),
    (
      "pod {pod} works:\n  - pod {pod} exists\n  - GET http://pod/{pot}:80/ answers 200", 3,
      "the hole {pot} is not in the name: expected one of {pod}"
    ),
    (
      "web works:\n  - pod web is Redy", 2,
      "\"Redy\" is no state of a pod: expected one of Ready, NotReady, Pending, Scheduled, Initialized, Running, Succeeded, Failed, Terminating"
    ),
    (
      "pod {pod} works:\n  - pod {pod} has container a", 2,
      "\"pod x has container a\" is not a sentence of the checkpoint grammar; the nearest form is: pod {pod} has containers {names…}"
    ),
    ("web works: [\"pod web\\e exists\"]", 1, "the sentence has a control character in it, which steers terminals"),
    ("\"web\\e works\": [pod web exists]", 1, "the name has a control character in it, which steers terminals"),
  ])
  func whatIsWrongWithANameIsSaid(text: String, line: Int, message: String) {
    #expect(
      SharedChecks.read(text, file: "checks.yaml").errors == [LessonError(file: "checks.yaml", line: line, message)])
  }

  @Test func noFileMultipliesWithoutEnd() {
    let many = (0...100).map { "w\($0) works: [pod web exists]\n" }.joined()
    #expect(
      SharedChecks.read(many, file: "checks.yaml").errors.map(\.message)
        == ["101 names are too many: at most 100 are read"])
    let long = "web works:\n" + String(repeating: "  - pod web exists\n", count: 21)
    #expect(
      SharedChecks.read(long, file: "checks.yaml").errors.map(\.message)
        == ["\"web works\" needs a list of sentences, from one to 20"])
  }

  @Test(.timeLimit(.minutes(1))) func noFileEndsTheReader() async {
    let text = Self.serving + "\nweb {names…} {text}: ['{text} in pod web fails']\n"
    await Fuzz.run(rounds: 100) { random in
      let damaged = Fuzz.mutate(
        Array(text.utf8), with: ["{", "}", "{}", "…", "[", "- ", ": ", "\"", ", ", "within 1s", "\u{1B}"], &random)
      let (checks, errors) = SharedChecks.read(String(decoding: damaged, as: UTF8.self), file: "checks.yaml")
      for check in checks.all where errors.isEmpty {
        _ = try? checks.conditions(check.name, line: 1)
      }
    }
  }

  /// The other names are read on, and the use of a bad one is no second mistake.
  @Test func aBadNameSpoilsNoOther() {
    let text = Self.serving + "\nweb works: [pod web is Redy]\n"
    let (checks, errors) = SharedChecks.read(text, file: "checks.yaml")
    #expect(errors.map(\.line) == [8])
    #expect(checks.all.count == 3)
    guard case .lesson = lesson("web works\npod web serves its page", sharing: text) else {
      Issue.record("the lesson was not read")
      return
    }
  }

  @Test func theFileTravelsWithThePackAndIsTold() throws {
    var folder = MemoryFolder.greetings
    folder.files["checks.yaml"] = Self.serving
    #expect(try folder.contents().parts.map(\.name).contains("checks.yaml"))
    #expect(SharedChecks.schema["maxProperties"]?.integerValue == 100)
  }

  @Test func theGuideShowsOneThatIsRead() throws {
    let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let guide = try Files.readText("/\(checkout)/Lessons/AUTHORING.md")
    let start = try #require(guide.firstRange(of: "```yaml\npod {pod} serves"))
    let text = guide[guide.index(start.lowerBound, offsetBy: 8)...].prefix { $0 != "`" }
    let (checks, errors) = SharedChecks.read(String(text), file: "checks.yaml")
    #expect(errors == [] && checks.all.count == 2)
  }
}

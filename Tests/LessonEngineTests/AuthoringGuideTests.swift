import SystemIO
import Testing

@testable import LessonEngine

/// The guide for instructors must not promise what the program does not read, nor keep silent about what it does.
struct AuthoringGuideTests {
  private let lines: [String]

  init() throws {
    let checkout = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    lines = try Files.readText("/\(checkout)/Lessons/AUTHORING.md").split(separator: "\n").map(String.init)
  }

  /// The rows `| form | example |` of the tables of sentences.
  private var rows: [(form: String, example: String)] {
    lines.compactMap { line in
      let cells = line.components(between: "`")
      return line.hasPrefix("| `") && cells.count == 2 && cells[0].contains("{") ? (cells[0], cells[1]) : nil
    }
  }

  @Test func tellsEverySentenceOfTheGrammarAndNoOther() {
    #expect(Set(rows.map(\.form)) == Set(Grammar.forms.map(\.pattern)))
  }

  @Test func showsSentencesThatAreReadAsTheFormTheyStandBeside() throws {
    for row in rows {
      let (form, _) = try Grammar.read(try SentenceWord.split(row.example))
      #expect(form.pattern == row.form, "\(row.example)")
    }
  }

  @Test func tellsEveryLiveAnswer() {
    for pattern in LiveValue.patterns { #expect(lines.contains("- `\(pattern)`"), "\(pattern)") }
  }

  @Test func tellsEveryBlock() {
    for word in BlockReader.Word.allCases {
      #expect(lines.contains { $0.hasPrefix("| `\(word.rawValue)") }, "\(word.rawValue)")
    }
  }

  @Test func tellsEveryFindingAndWhichOfThemAreAdvice() throws {
    let told = { (word: String) in lines.filter { $0.hasPrefix("| `\(word)` |") }.count }
    for rule in PackFinding.Rule.allCases { #expect(told(rule.rawValue) > 0, "\(rule.rawValue)") }
    let start = try #require(lines.firstIndex { $0.hasPrefix("| Advice |") })
    let advice = lines[(start + 2)...].prefix { $0.hasPrefix("| ") }.compactMap { $0.components(between: "`").first }
    #expect(advice == PackFinding.Rule.allCases.filter(\.isAdvice).map(\.rawValue))
  }
}

extension String {
  /// What stands between pairs of a mark.
  fileprivate func components(between mark: Character) -> [String] {
    split(separator: mark, omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

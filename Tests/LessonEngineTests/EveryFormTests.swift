import Documents
import SystemIO
import Testing

@testable import LessonEngine

/// The pack of which every form is proved on real clusters has every form there is: a new one is noticed here.
@Suite struct EveryFormTests {
  private let pack: Pack
  private let folder: MemoryFolder

  init() throws {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    folder = try MemoryFolder.onDisk("/\(tests)/EndToEndTests/Fixtures/EveryFormPack")
    pack = try folder.pack()
  }

  private var steps: [Step] { pack.lessons.flatMap(\.steps) }

  private var conditions: [Condition] {
    steps.flatMap { step in
      step.conditions + step.hints.compactMap(\.condition)
        + step.branches.compactMap { if case .condition(let condition) = $0.test { condition } else { nil } }
    }
  }

  private var sentences: [(form: Grammar.Form, holes: Grammar.Holes)] {
    conditions.compactMap { if case .sentence(let form, let holes) = $0.source { (form, holes) } else { nil } }
  }

  private typealias Fence = (word: BlockReader.Word, attributes: Markdown.Attributes, rest: String)

  private var fences: [Fence] {
    get throws {
      try pack.lessons.flatMap { lesson -> [Fence] in
        let lines = try folder.readText(lesson.id + ".md").split(separator: "\n", omittingEmptySubsequences: false)
        return try Markdown.parts(lines.map(String.init)[...], firstLine: 1, file: lesson.path).compactMap { part in
          guard case .fence(let info, lines: _, line: _) = part else { return nil }
          let words = info.split(separator: " ", maxSplits: 1).map(String.init)
          let word = try #require(BlockReader.Word(rawValue: words[0]))
          let rest = words.count == 2 ? words[1] : ""
          let attributes = rest.hasPrefix("when ") ? Markdown.Attributes() : try Markdown.attributes(rest, "", 1)
          return (word, attributes, rest)
        }
      }
    }
  }

  @Test func readsWell() { #expect(PackLint.findings(pack) == []) }

  @Test func everySentenceStandsInItWithAndWithoutWhatMayBeLeftOut() {
    for form in Grammar.forms {
      let own = sentences.filter { $0.form.id == form.id }.map(\.holes)
      let (all, required) = (form.allHoles.compactMap(\.hole), form.requiredHoles.compactMap(\.hole))
      func isFilled(_ hole: String) -> Bool { own.contains { $0.texts[hole] != nil || $0.lists[hole] != nil } }
      #expect(!own.isEmpty && all.allSatisfy { isFilled($0) }, "\(form.pattern)")
      #expect(own.contains { $0.texts.count + $0.lists.count == required.count }, "\(form.pattern)")
    }
  }

  @Test func aSentenceOfItsOwnStandsInIt() {
    #expect(steps.contains { !$0.sharedChecks.isEmpty } && pack.checks.all.count == 1)
  }

  @Test func everyWordThatAHoleTakesStandsInIt() {
    func texts(_ names: String...) -> Set<String> {
      Set(names.flatMap { name in sentences.compactMap { $0.holes.texts[name] } })
    }
    #expect(texts("state", "first", "second", "third").isSuperset(of: PodState.allCases.map(\.rawValue)))
    #expect(texts("kind").isSuperset(of: ObservedKind.all.map(\.word)))
    #expect(texts("namespace") == Set(IsolationStatement.NamespaceKind.allCases.map(\.word)))
    #expect(texts("resource") == Set(IsolationStatement.Limit.allCases.map(\.rawValue)))
    #expect(texts("probe") == Set(ShapeStatement.ProbeKind.allCases.map(\.rawValue)))
    #expect(texts("bound") == Set(ShapeStatement.Bound.allCases.map(\.rawValue)))
  }

  @Test func everyTimeWordStandsInIt() {
    // Without a default, so that a new one is missed here.
    let words = conditions.map { condition in
      switch condition.timing {
      case .within(Timing.patience): "nothing"
      case .within: "within"
      case .stays: "for"
      case .now: "now"
      case .never: "never"
      }
    }
    #expect(Set(words) == ["nothing", "within", "for", "now", "never"])
    #expect(conditions.contains { $0.mayHoldBefore } && conditions.contains { $0.advice != nil })
  }

  @Test func everyWayToDescribeAnObjectStandsInIt() {
    let objects = conditions.compactMap { if case .object(let object) = $0.source { object } else { nil } }
    let text = objects.map { String(decoding: $0.json(), as: UTF8.self) }.joined()
    for name in ObjectPattern.operators {
      #expect(text.contains("{\"\(name)\":") || text.contains(",\"\(name)\":"), "\(name)")
    }
  }

  @Test func everyBlockStandsInItWithAllThatMayStandBehindIt() throws {
    for word in BlockReader.Word.allCases {
      let own = try fences.filter { $0.word == word }
      #expect(!own.isEmpty, "\(word)")
      let given = Set(own.flatMap { $0.attributes.words + $0.attributes.values.keys })
      #expect(given == Set(word.attributes.words + word.attributes.keys), "\(word)")
    }
    for word in [BlockReader.Word.hint, .next] {
      let own = try fences.filter { $0.word == word }.map(\.rest)
      #expect(own.contains { $0.isEmpty } && own.contains { $0.hasPrefix("when ") })
    }
    let tests = steps.flatMap(\.branches).map { branch in
      switch branch.test {
      case .always: "always"
      case .condition: "condition"
      case .answer: "answer"
      }
    }
    #expect(Set(tests) == ["always", "condition", "answer"])
    #expect(steps.contains { $0.isOptional } && pack.lessons.contains { !$0.introduction.isEmpty })
    #expect(steps.flatMap(\.solutions).flatMap(\.commands).contains { $0.isOptional })
  }

  @Test func everyHoleOfAnOutputStandsInIt() {
    var kept: Set<String> = []
    let consoles = steps.flatMap(\.text).compactMap { if case .console(let console) = $0 { console } else { nil } }
    let lines = consoles.flatMap(\.lines)
    let pieces = lines.flatMap { OutputPiece.pieces($0, kept: &kept) }
    let holes = pieces.compactMap { if case .hole(let hole, _) = $0 { hole } else { nil } }
    #expect(Set(holes) == Set(OutputHole.allCases))
    #expect(pieces.contains { if case .reused = $0 { true } else { false } })
    #expect(lines.contains("...") && lines.contains { $0.contains("${token}") })
  }

  @Test func everyLiveAnswerIsAskedForInIt() {
    let answers = steps.flatMap(\.questions).flatMap { question -> [ExpectedAnswer] in
      if case .ask(let answers) = question.kind { answers } else { [] }
    }
    #expect(Set(answers.compactMap(\.live?.pattern)) == Set(LiveValue.patterns))
    #expect(answers.contains { $0.text == "${token}" } && steps.flatMap(\.questions).contains { $0.takesSeveral })
  }

  @Test func everythingIsOnceFreeAndOnceMistaken() {
    let solutions = steps.compactMap(\.solutions.first)
    #expect(solutions.contains { $0.free == Set(Mutation.Subject.allCases) })
    let mistaken = pack.lessons.flatMap { lesson in
      lesson.steps.compactMap(\.solutions.first).flatMap { Mutation.all(of: $0, in: lesson, pack) }
    }
    #expect(Set(mistaken.map(\.subject)) == Set(Mutation.Subject.allCases))
    #expect(mistaken.contains { $0.object == nil } && mistaken.contains { $0.object != nil })
  }

  @Test func everyFieldStandsInIt() throws {
    let manifest = try #require(try Document.parse(yaml: try folder.readText("pack.yaml")).first)
    #expect(PackField.all.filter { manifest[$0.name] == nil }.map(\.name) == [])
    #expect(Set(pack.lessons.flatMap(\.uses)) == Set(Capability.allCases))
  }
}

extension MemoryFolder {
  /// What is in a folder of the disk.
  static func onDisk(_ path: String) throws -> MemoryFolder {
    var folder = MemoryFolder(path: path)
    func add(_ place: String) throws {
      for name in try Files.list(path + place) {
        let inner = place + "/" + name
        if Files.isDirectory(path + inner) {
          try add(inner)
        } else {
          folder.files[String(inner.dropFirst())] = try Files.readText(path + inner)
        }
      }
    }
    try add("")
    return folder
  }
}

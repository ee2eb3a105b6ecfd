import Documents
import TestSupport
import Testing

/// Random and damaged texts: nothing traps, what is refused has a line, and what is written is read again as it was.
@Suite(.timeLimit(.minutes(2))) struct DocumentFuzzTests {
  @Test func jsonThatIsPrintedIsReadAgain() async {
    await Fuzz.run(rounds: 3_000) { random in
      let document = RandomDocument.make(&random)
      for text in [document.jsonText(), document.jsonText(indentedBy: 2)] {
        let again = try Document.parse(json: text)
        if again != document { throw Fuzz.Broken("\(text) is read as \(again.jsonText())") }
      }
    }
  }

  @Test func yamlThatIsPrintedIsReadAgain() async {
    await Fuzz.run(rounds: 2_000) { random in
      let document = RandomDocument.make(&random)
      let text = document.yaml()
      let again = try Document.parse(yaml: text)
      if again != [document] { throw Fuzz.Broken("\(document.jsonText()), written as\n\(text)is read as \(again)") }
    }
  }

  @Test func damagedJSONIsReadOrRefusedWithALine() async {
    let pieces = [
      "{", "}", "[", "]", "\"", ":", ",", "1", "-", ".", "e", "E+", "null", "\\", "\\u", "\\ud800", "00", " ", "\n",
      "1e999",
      "9223372036854775808", "-0", "\u{FEFF}", "\u{2028}", String(repeating: "[", count: 300),
    ]
    await Fuzz.run(rounds: 4_000) { random in
      let document = RandomDocument.make(&random)
      let bytes = Fuzz.mutate(document.json(), with: pieces, &random)
      let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
      do {
        let read = try Document.parse(json: bytes)
        // Whole decimals are written like integers, so it is the text that has to be the same.
        let printed = read.json()
        let again = try Document.parse(json: printed).json()
        if again != printed {
          throw Fuzz.Broken("\(read.jsonText()) becomes \(String(decoding: again, as: UTF8.self))")
        }
      } catch let error as ParseError {
        try expectPlace(error, lines, bytes)
      }
    }
  }

  @Test func damagedYAMLIsReadOrRefusedWithALine() async {
    let pieces = [
      "- ", ": ", "? ", "|\n", ">-\n", "&a ", "*a", "<<: ", "{", "}", "[", "]", "\"", "'", "#", "%", "!", "!!str ",
      "---\n",
      "...\n", "\t", "\n", "  ", "0x", "1e999", "~", "\u{85}", "\u{FEFF}", String(repeating: "[", count: 400),
      String(repeating: "- ", count: 400), "a: &b [*b]\n", "&a [&b [x,x], *b, *b]",
    ]
    await Fuzz.run(rounds: 3_000) { random in
      let bytes = Fuzz.mutate(Array(RandomDocument.make(&random).yaml().utf8), with: pieces, &random)
      let lines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") || $0 >= 0x80 } + 1
      do {
        for read in try Document.parse(yaml: bytes) {
          // YAML is written with its keys in order, and whole decimals like integers.
          let printed = read.sortedByKeys().jsonText()
          guard let again = try Document.parse(yaml: read.yaml()).first, again.sortedByKeys().jsonText() == printed
          else {
            throw Fuzz.Broken("\(printed), written as\n\(read.yaml())is read as something else")
          }
        }
      } catch let error as ParseError {
        try expectPlace(error, lines, bytes)
      }
    }
  }

  @Test(arguments: [3, 9, 400]) func aliasBombsAreRefused(width: Int) throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...width {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    if width > 3 {
      #expect(throws: ParseError.self) { try Document.parse(yaml: text) }
    } else {
      #expect(try Document.parse(yaml: text).count == 1)
    }
  }

  @Test func pathsAreReadOrRefused() async {
    let templates = [
      "{.a.b[0].c}", "{.a[*].b}", "{.items[?(@.a=='b')].c}", "{range .a[*]}{.b}{\"\\n\"}{end}", "{..name}",
      "{.a[-1:]}", "{.a[1:3:2]}", "{.a['b','c']}", "{.a[0,2]}", "{$.a.b\\.c}", "plain {.a} text",
    ]
    let pieces = [
      "{", "}", "[", "]", "(", ")", "?", "@", ".", "..", "*", ":", "'", "\"", "\\", "-", "range ", "end", "==", "<",
      "9223372036854775807", "-9223372036854775808", "99999999999999999999", ":0", "é", "\u{301}",
    ]
    await Fuzz.run(rounds: 6_000) { random in
      let document = RandomDocument.make(&random)
      let bytes = Fuzz.mutate(Array(templates.randomElement(using: &random)!.utf8), with: pieces, &random)
      let template = String(decoding: bytes, as: UTF8.self)
      for missingKeysAllowed in [true, false] {
        do {
          _ = try JSONPath(template: template).text(for: document, missingKeysAllowed: missingKeysAllowed)
          _ = try JSONPath(relaxed: template).find(in: document, missingKeysAllowed: missingKeysAllowed)
        } catch let problem as JSONPath.Problem {
          if problem.description.isEmpty { throw Fuzz.Broken("\(template) is refused without a reason") }
        }
      }
    }
  }

  @Test func patchesAreAppliedOrRefused() async {
    await Fuzz.run(rounds: 4_000) { random in
      let document = RandomDocument.make(&random)
      let paths = [
        "", "/", "/a", "/a/b", "/a/0", "/a/-", "/a/01", "/a/-1", "/~0~1", "/~2", "/a/99999999999999999999", "a",
      ]
      let operations = (0..<Int.random(in: 1...4, using: &random)).map { _ -> Document in
        let name = ["add", "remove", "replace", "move", "copy", "test", "nonsense"].randomElement(using: &random)!
        return [
          "op": .string(name), "path": .string(paths.randomElement(using: &random)!),
          "from": .string(paths.randomElement(using: &random)!), "value": RandomDocument.make(&random),
        ]
      }
      do {
        let patch = try JSONPatch(.list(operations))
        let changed = try patch.applied(to: document)
        if try Document.parse(json: changed.json()) != changed { throw Fuzz.Broken("\(operations)") }
      } catch let failure as JSONPatch.Failure {
        if failure.message.isEmpty { throw Fuzz.Broken("refused without a reason: \(operations)") }
      }
    }
  }

  /// A merge patch made of the differences leads there, and one that is empty changes nothing.
  @Test func mergePatchesKeepTheRest() async {
    await Fuzz.run(rounds: 2_000) { random in
      let document = RandomDocument.make(&random)
      let patch = RandomDocument.make(&random)
      if document.mapValue != nil, document.merging([:]) != document {
        throw Fuzz.Broken("an empty patch changes \(document.jsonText())")
      }
      let merged = document.merging(patch)
      if merged.merging(patch) != merged {
        throw Fuzz.Broken("\(patch.jsonText()) on \(document.jsonText()) is not settled")
      }
    }
  }

  private func expectPlace(_ error: ParseError, _ lines: Int, _ bytes: [UInt8]) throws {
    if error.message.isEmpty || error.line < 1 || error.line > lines {
      throw Fuzz.Broken("\"\(error)\" for \(lines) lines: \(String(decoding: bytes, as: UTF8.self))")
    }
  }
}

/// Documents with everything in them that is hard to write down.
enum RandomDocument {
  private static let texts = [
    "a", "b", "c", "name", "", "true", "null", "1", "1.5", "0644", "a: b", "x\ny", "x\n", "\n", "\n\n", " lead",
    "trail ",
    "#c", "- d", "{", "*a", "&a", "!t", "%", "@", "`", "'", "\"", "\\", "ä", "2026-01-01", "y", "~", "=", "12:30",
    "\ttab",
    "a\tb", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{FFFF}", "\u{10FFFF}", "\u{E000}", "e\u{301}", "\r",
    "x\r\ny",
    "a\n b", " \n", "-", "---", "...", "? a", "<", "&", "1e5", "0x1F", "0o17", ".5", "+1", ".inf", "...\n", "a #b",
  ]

  static func make(_ random: inout SeededRandom) -> Document { make(0, &random) }

  private static func make(_ depth: Int, _ random: inout SeededRandom) -> Document {
    switch Int.random(in: depth == 0 ? 6...8 : 0...(depth > 3 ? 5 : 8), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(number(&random))
    case 3:
      return Document(
        .decimal([0.5, -1.25, 1e300, .leastNonzeroMagnitude, 1e-7, 123_456.789].randomElement(using: &random)!))
    case 4, 5: return .string(text(&random))
    case 6: return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in make(depth + 1, &random) })
    default:
      var map = DocumentMap()
      for _ in 0..<Int.random(in: 0...3, using: &random) { map[text(&random)] = make(depth + 1, &random) }
      return .map(map)
    }
  }

  private static func number(_ random: inout SeededRandom) -> Int64 {
    [0, 1, -1, 7, 1 << 53, .max, .min, Int64.random(in: .min ... .max, using: &random)].randomElement(using: &random)!
  }

  private static func text(_ random: inout SeededRandom) -> String {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in texts.randomElement(using: &random)! }.joined()
  }
}

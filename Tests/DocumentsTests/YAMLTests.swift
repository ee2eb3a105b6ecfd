import Documents
import TestSupport
import Testing

struct YAMLTests {
  @Test(arguments: [
    ("y", #""y""#), ("no", #""no""#), ("on", #""on""#), ("true", "true"), ("True", "true"), ("~", "null"), ("", "null"),
    ("'1'", #""1""#), ("1", "1"), ("0644", "420"), ("0o644", "420"), ("0x1F", "31"), ("-12", "-12"), ("+5", "5"),
    ("1.5", "1.5"), ("1e3", "1000"), ("1_000", #""1_000""#), ("12:30", #""12:30""#), ("2026-11-21", #""2026-11-21""#),
    ("1.2.3", #""1.2.3""#), ("0b11", #""0b11""#), (".5", "0.5"), ("--", #""--""#), ("08", "8"),
    ("!!str 5", #""5""#), ("\"a\\tb\"", #""a\tb""#),
  ])
  func plainWordsMeanWhatYAML12Says(text: String, json: String) throws {
    let value = try Document.parse(yaml: "a: \(text)\n").first?["a"]
    #expect(value?.jsonText() == json)
  }

  @Test func anchorsAndMergesAreExpanded() throws {
    let text = """
      base: &base {image: busybox, tty: true}
      a: {<<: *base, name: a}
      b:
        <<: [*base, {stdin: true}]
        tty: false
      again: *base
      """
    let document = try #require(try Document.parse(yaml: text).first)
    #expect(document["a"] == ["name": "a", "image": "busybox", "tty": true])
    #expect(document["b"] == ["tty": false, "image": "busybox", "stdin": true])
    #expect(document["again"] == document["base"])
  }

  @Test func aliasBombsAreRefused() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1...12 {
      let previous = "*a\(level - 1)"
      text += "a\(level): &a\(level) [\(Array(repeating: previous, count: 10).joined(separator: ","))]\n"
    }
    #expect(throws: ParseError.self) { try Document.parse(yaml: text) }
  }

  @Test func depthIsBounded() {
    #expect(throws: ParseError.self) {
      try Document.parse(yaml: String(repeating: "[", count: 300) + String(repeating: "]", count: 300))
    }
  }

  @Test func severalDocumentsComeInOrder() throws {
    let documents = try Document.parse(yaml: "a: 1\n---\n---\nb: 2\n...\n")
    #expect(documents.map { $0.jsonText() } == [#"{"a":1}"#, "null", #"{"b":2}"#])
    #expect(try Document.parse(yaml: "# nothing\n").isEmpty)
  }

  @Test(arguments: [
    ("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n", 4, "found character that cannot start any token"),
    ("apiVersion: v1\nkind: Pod\n  metadata: {name: a}\n", 3, "mapping values are not allowed in this context"),
    ("a: *nobody\n", 1, "unknown anchor 'nobody' referenced"),
    ("? [a]\n: b\n", 1, "a map key must be a plain value"),
  ])
  func mistakesAreToldWithTheirLine(text: String, line: Int, message: String) {
    #expect(throws: ParseError(line: line, message: message)) { try Document.parse(yaml: text) }
  }

  @Test func repeatedKeysAreNoted() throws {
    let map = try #require(try Document.parse(yaml: "a: 1\na: 2\n").first?.mapValue)
    #expect(map["a"] == 2 && map.duplicates == ["a"])
  }

  @Test func keysAreTexts() throws {
    #expect(try Document.parse(yaml: "1: a\ntrue: b\n").first?.mapValue?.keys == ["1", "true"])
  }

  @Test func isPrintedSortedAsKubernetesDoes() {
    let document: Document = [
      "b": ["x", ["c": 1, "a": [:]]], "a": "line 1\nline 2\n", "quoted": ["true", "1", "", "a: b", "- x", "#", "no"],
      "empty": [], "nothing": .null, "number": 3,
    ]
    #expect(
      document.yaml() == """
        a: |
          line 1
          line 2
        b:
        - x
        - a: {}
          c: 1
        empty: []
        nothing: null
        number: 3
        quoted:
        - "true"
        - "1"
        - ""
        - 'a: b'
        - '- x'
        - '#'
        - "no"

        """)
  }

  @Test func whatIsPrintedIsReadAgain() throws {
    var random = SeededRandom(seed: 7)
    let texts = [
      "a", "", "true", "null", "1", "1.5", "0644", "a: b", "x\ny", "x\n", " lead", "trail ", "#c", "- d", "{", "*a",
      "&a",
      "!t", "%", "@", "`", "'", "\"", "\\", "ä", "2026-01-01", "y", "~", "<<", "=", "12:30", "\ttab", "a\tb", "\u{1}",
    ]
    func value(_ depth: Int) -> Document {
      switch Int.random(in: 0...(depth > 3 ? 3 : 5), using: &random) {
      case 0: return .integer(Int.random(in: -9...9, using: &random))
      case 1: return .bool(true)
      case 2: return .null
      case 3: return .string(texts.randomElement(using: &random)!)
      case 4: return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1) })
      default:
        var map = DocumentMap()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          map[texts.randomElement(using: &random)!] = value(depth + 1)
        }
        // A merge key is no key of its own.
        map["<<"] = nil
        return .map(map)
      }
    }
    for _ in 0..<2000 {
      let document = value(0)
      #expect(try Document.parse(yaml: document.yaml()).first == document, "\(document.jsonText())")
    }
  }
}

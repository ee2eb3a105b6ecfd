import Documents
import TestSupport
import Testing

struct JSONTests {
  @Test(arguments: [
    "null", "true", "0", "-7", "1.5", "9223372036854775807", #""""#, #""a\"b\\c\n\t""#, "[]", "{}",
    "[1,[2,{\"a\":null}]]",
    #"{"b":1,"a":{"c":[true,false]}}"#, #""äöü €😀""#,
  ])
  func isPrintedAsItWasRead(text: String) throws {
    #expect(try Document.parse(json: text).jsonText() == text)
  }

  @Test(arguments: [
    (#""\u00e4\ud83d\ude00\/""#, "ä😀/"),
    (#""\ud800""#, "\u{FFFD}"),
    (#""\ud800\u0041""#, "\u{FFFD}"),
  ])
  func escapesAreResolved(text: String, value: String) throws {
    #expect(try Document.parse(json: text).stringValue == value)
  }

  @Test func whatHTMLWouldReadIsEscaped() {
    #expect(Document.string("<a>&\u{1}").jsonText() == #""\u003ca\u003e\u0026\u0001""#)
  }

  @Test(arguments: [
    ("", 1, "unexpected end of JSON input"),
    ("{\n\n\"a\" 1}", 3, "invalid character '1' after object key"),
    ("[1,]", 1, "invalid character ']' looking for beginning of value"),
    ("{\"a\":1,}", 1, "invalid character '}' looking for beginning of object key string"),
    ("nul", 1, "unexpected end of JSON input"),
    ("nil", 1, "invalid character 'i' in literal null (expecting 'u')"),
    ("01", 1, "invalid character '1' after top-level value"),
    ("1.", 1, "unexpected end of JSON input"),
    ("-", 1, "unexpected end of JSON input"),
    ("\"a", 1, "unexpected end of JSON input"),
    ("\"a\nb\"", 1, "invalid character byte 10 in string literal"),
    ("\"\\x\"", 1, "invalid character 'x' in string escape code"),
    ("1e999", 1, "number 1e999 is out of range"),
  ])
  func mistakesAreToldWithTheirLine(text: String, line: Int, message: String) {
    #expect(throws: ParseError(line: line, message: message)) { try Document.parse(json: text) }
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(throws: ParseError.self) { try Document.parse(json: [0x22, 0xFF, 0x22]) }
  }

  @Test func depthIsBounded() throws {
    let deep = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    #expect(try Document.parse(json: deep).listValue != nil)
    #expect(throws: ParseError.self) { try Document.parse(json: "[" + deep + "]") }
    #expect(throws: ParseError.self) { try Document.parse(json: String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func repeatedKeysAreNotedAndTheLastCounts() throws {
    let map = try #require(try Document.parse(json: #"{"a":1,"b":2,"a":3}"#).mapValue)
    #expect(map["a"] == 3)
    #expect(map.duplicates == ["a"])
    #expect(map.keys == ["a", "b"])
  }

  @Test func theOrderOfKeysCarriesNoMeaning() throws {
    #expect(try Document.parse(json: #"{"a":1,"b":2}"#) == Document.parse(json: #"{"b":2,"a":1}"#))
    #expect(try Document.parse(json: #"{"a":1,"b":2}"#) != Document.parse(json: #"{"a":1,"c":2}"#))
  }

  @Test func valuesKnowTheirLines() throws {
    let document = try Document.parse(json: "{\n  \"a\": [\n    1,\n    {\"b\": 2}\n  ]\n}")
    #expect(document["a"]?.line == 2)
    #expect(document["a"]?.listValue?[1]["b"]?.line == 4)
  }

  @Test func mistakesInRandomBytesNeverCrash() {
    var random = SeededRandom(seed: 1)
    let pieces = [
      "{", "}", "[", "]", "\"", ":", ",", "1", "-", ".", "e", "null", "\\", "u00", "a", " ", "\n", "\u{80}",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }
        .joined()
      if let document = try? Document.parse(json: text) {
        #expect((try? Document.parse(json: document.json())) == document, "\(text)")
      }
      _ = try? Document.parse(yaml: text)
    }
  }
}

import Documents
import ObjectSchema
import Testing

/// A small type with a row of every sort.
struct Sample: Described {
  var name: String?
  var count: Int32?
  var amount: Quantity?
  var port: IntOrString?
  var since: Timestamp?
  var open: Bool?
  var tags: [String] = []
  var labels: [String: String] = [:]
  var parts: [Part] = []
  var main: Part?
  var always = Part()

  init() {}

  static let schema = Schema<Sample>(
    "Sample", "A small type with a row of every sort.",
    [
      Field("name", \.name, .string, required: true, "Its name."),
      Field("count", \.count, .int32, default: 3, "How many."),
      Field("amount", \.amount, .quantity, "How much."),
      Field("port", \.port, .intOrString, "Where."),
      Field("since", \.since, .time, written: .asNull, "Since when."),
      Field("open", \.open, .bool, "Whether."),
      Field("tags", \.tags, listOf: .string, mergeKey: "", "Words."),
      Field("labels", \.labels, mapOf: .string, "Words by words."),
      Field("parts", \.parts, listOf: .object(Part.self), mergeKey: "name", "Its parts."),
      Field("main", \.main, .object(Part.self), "Its main part."),
      Field("always", \.always, .object(Part.self), "A part that is always there."),
    ])
}

struct Part: Described {
  var name: String?
  var mode: String?
  var words: [String] = []
  var labels: [String: String] = [:]

  init() {}

  static let schema = Schema<Part>(
    "Part", "A part.",
    [
      Field("name", \.name, .string, required: true, "Its name."),
      Field("mode", \.mode, .string, allowed: ["Slow", "Fast"], default: "Slow", "How."),
      Field("words", \.words, listOf: .string, "Words without a merge key."),
      Field("labels", \.labels, mapOf: .string, "Words by words."),
    ])
}

struct DecodingTests {
  private func decode(_ text: String) throws -> (value: Sample, report: DecodingReport) {
    Sample.decode(try Document.parse(json: text))
  }

  @Test func whatIsReadIsWrittenInTheOrderOfTheRows() throws {
    let text =
      #"{"always":{"name":"x"},"labels":{"b":"2","a":"1"},"name":"n","count":5,"amount":"500m","port":"http","since":"2026-11-21T12:00:00Z","open":false,"tags":["t"],"parts":[{"name":"p"}],"main":{"mode":"Fast"}}"#
    let (value, report) = try decode(text)
    #expect(report.isClean)
    #expect(
      value.document().jsonText()
        == #"{"name":"n","count":5,"amount":"500m","port":"http","since":"2026-11-21T12:00:00Z","open":false,"tags":["t"],"labels":{"a":"1","b":"2"},"parts":[{"name":"p"}],"main":{"mode":"Fast"},"always":{"name":"x"}}"#
    )
  }

  @Test func absentAndNullAreTheSame() throws {
    let (value, report) = try decode(#"{"name":null,"tags":null,"labels":null,"main":null,"since":null}"#)
    #expect(report.isClean)
    #expect(value == Sample())
    #expect(value.document().jsonText() == #"{"since":null,"always":{}}"#)
  }

  @Test func unknownAndRepeatedFieldsAreFoundWithTheirPaths() throws {
    let (_, report) = try decode(
      "{\n\"nam\":1,\n\"parts\":[{\"name\":\"a\"},\n{\"nome\":2,\"mode\":\"Fast\",\"mode\":\"Slow\"}],\"labels\":{\"x\":\"1\",\"x\":\"2\"}}"
    )
    #expect(
      report.strictProblems.map(\.message).sorted() == [
        #"duplicate field "labels.x""#, #"duplicate field "parts[1].mode""#, #"unknown field "nam""#,
        #"unknown field "parts[1].nome""#,
      ])
    #expect(report.strictProblems.first { $0.message.contains("nome") }?.line == 4)
  }

  @Test(arguments: [
    (#"{"tags":"x"}"#, "json: cannot unmarshal string into Go struct field Sample.tags of type []string"),
    (#"{"parts":[{"name":3}]}"#, "json: cannot unmarshal number into Go struct field Part.parts.name of type string"),
    (#"{"count":"3"}"#, "json: cannot unmarshal string into Go struct field Sample.count of type int32"),
    (
      #"{"count":99999999999}"#,
      "json: cannot unmarshal number 99999999999 into Go struct field Sample.count of type int32"
    ),
    (#"{"count":1.5}"#, "json: cannot unmarshal number 1.5 into Go struct field Sample.count of type int32"),
    (
      #"{"amount":"lots"}"#,
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    ),
    (
      #"{"since":"yesterday"}"#,
      #"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#
    ),
  ])
  func wrongTypesAreToldInTheDecodersWords(text: String, message: String) throws {
    #expect(try decode(text).report.mismatches.map(\.message) == [message])
  }

  @Test func aHundredProblemsAreEnough() throws {
    let unknown = (0..<500).map { #""x\#($0)":1"# }.joined(separator: ",")
    let parts = (0..<500).map { _ in #"{"name":3}"# }.joined(separator: ",")
    let (_, report) = try decode(#"{\#(unknown),"parts":[\#(parts)]}"#)
    #expect(report.strictProblems.count == 100)
    #expect(report.mismatches.count == 100)
  }

  @Test func anObjectOfTooManyStructuresIsNotReadToItsEnd() throws {
    let parts = [String](repeating: "{}", count: 60_000).joined(separator: ",")
    let (value, report) = try decode(#"{"name":"n","parts":[\#(parts)]}"#)
    #expect(report.mismatches.map(\.message) == ["an object may have at most 50000 structures"])
    #expect(value.parts.count == 49_999)
  }

  @Test func defaultsFillWhatIsAbsentOrEmpty() throws {
    var (value, _) = try decode(#"{"parts":[{"name":"a","mode":""},{"mode":"Fast"}]}"#)
    value.applyDefaults()
    #expect(value.count == 3)
    #expect(value.parts.map(\.mode) == ["Slow", "Fast"])
    #expect(value.always.mode == "Slow")
    #expect(value.main == nil)
  }

  @Test func rowsSayWhatIsMissingAndWhatIsNotAllowed() throws {
    let (value, _) = try decode(#"{"parts":[{"name":"a","mode":"Quick"},{}],"always":{"name":"x"}}"#)
    #expect(
      value.check().map(\.description) == [
        "name: Required value",
        #"parts[0].mode: Unsupported value: "Quick": supported values: "Slow", "Fast""#,
        "parts[1].name: Required value",
      ])
  }

  @Test func errorsAreSortedByTheRows() {
    let schema = AnySchema(Sample.self)
    let path = FieldPath()
    let errors = [
      path.field("always").field("name"), path.field("parts").index(1).field("mode"), path.field("labels").key("z"),
      path.field("parts").index(1).field("name"), path.field("labels").key("a"), path.field("parts").index(0),
      path.field("name"),
    ].map { FieldError($0, .required) }
    #expect(
      schema.sorted(errors).map(\.path.description) == [
        "name", "labels[z]", "labels[a]", "parts[0]", "parts[1].name", "parts[1].mode", "always.name",
      ])
  }
}

internal import Documents

/// What a reader found that does not fit the tables. Reading never stops at the first problem.
public struct DecodingReport: Sendable {
  /// A field that no table knows, or that was given twice.
  public struct StrictProblem: Sendable, Equatable {
    public enum Kind: Sendable { case unknownField, duplicateField }
    public var kind: Kind
    public var path: FieldPath
    public var line: Int

    public var message: String {
      switch kind {
      case .unknownField: "unknown field \"\(path.decoderText)\""
      case .duplicateField: "duplicate field \"\(path.decoderText)\""
      }
    }
  }

  /// A value of the wrong type.
  public struct Mismatch: Sendable, Equatable {
    public var path: FieldPath
    public var line: Int
    /// In the words of Kubernetes' decoder.
    public var message: String
  }

  public private(set) var strictProblems: [StrictProblem] = []
  public private(set) var mismatches: [Mismatch] = []
  var path = FieldPath()
  private var structures: [String] = []
  private var structureCount = 0

  /// More problems than anybody reads are not collected; Kubernetes stops there as well.
  private static let problemLimit = 100
  /// A small body of empty structures would fill the memory.
  private static let structureLimit = 50_000

  public var isClean: Bool { strictProblems.isEmpty && mismatches.isEmpty }

  /// False when the object has so many structures that the rest is not read.
  mutating func enter(structure name: String, line: Int) -> Bool {
    structureCount += 1
    if structureCount > Self.structureLimit {
      if structureCount == Self.structureLimit + 1 {
        add(Mismatch(path: path, line: line, message: "an object may have at most \(Self.structureLimit) structures"))
      }
      return false
    }
    structures.append(name)
    return true
  }

  mutating func leaveStructure() { structures.removeLast() }

  mutating func unknown(line: Int) {
    add(StrictProblem(kind: .unknownField, path: path, line: line))
  }

  mutating func duplicate(_ key: String) {
    add(StrictProblem(kind: .duplicateField, path: path.field(key), line: 0))
  }

  private mutating func add(_ problem: StrictProblem) {
    if strictProblems.count < Self.problemLimit { strictProblems.append(problem) }
  }

  private mutating func add(_ mismatch: Mismatch) {
    if mismatches.count < Self.problemLimit { mismatches.append(mismatch) }
  }

  mutating func mismatch(_ document: Document, expected: TypeDescription) {
    let structure = structures.last ?? ""
    let place = ([structure] + path.fieldNames).joined(separator: ".")
    let message: String
    switch (expected, document.content) {
    case (.quantity, .string):
      message =
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    case (.time, .string(let text)), (.microTime, .string(let text)):
      message =
        "parsing time \(Document.string(text).jsonText()) as \"2006-01-02T15:04:05Z07:00\": cannot parse \(Document.string(text).jsonText()) as \"2006\""
    case (.bytes, .string(let text)):
      message = "illegal base64 data at input byte \(Base64.corruption(in: text) ?? 0)"
    case (.integer32, .integer(let number)):
      message = "json: cannot unmarshal number \(number) into Go struct field \(place) of type \(expected.decoderName)"
    case (.integer32, .decimal), (.integer64, .decimal):
      message =
        "json: cannot unmarshal number \(document.jsonText()) into Go struct field \(place) of type \(expected.decoderName)"
    default:
      message =
        "json: cannot unmarshal \(document.kindName) into Go struct field \(place) of type \(expected.decoderName)"
    }
    add(Mismatch(path: path, line: document.line, message: message))
  }
}

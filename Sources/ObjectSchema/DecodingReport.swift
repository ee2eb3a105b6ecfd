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

  public var isClean: Bool { strictProblems.isEmpty && mismatches.isEmpty }

  mutating func enter(structure name: String) { structures.append(name) }
  mutating func leaveStructure() { structures.removeLast() }

  mutating func unknown(line: Int) {
    strictProblems.append(StrictProblem(kind: .unknownField, path: path, line: line))
  }

  mutating func duplicate(_ key: String) {
    strictProblems.append(StrictProblem(kind: .duplicateField, path: path.field(key), line: 0))
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
    mismatches.append(Mismatch(path: path, line: document.line, message: message))
  }
}

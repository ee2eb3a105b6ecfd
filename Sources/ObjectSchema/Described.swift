public import Documents

/// A type whose fields are told in a table: the one source of decoding, encoding, defaults, checks and explanations.
public protocol Described: Sendable, Equatable {
  init()
  static var schema: Schema<Self> { get }
}

extension Described {
  /// Reads a document; what does not fit is in the report, what fits is in the value.
  public static func decode(_ document: Document) -> (value: Self, report: DecodingReport) {
    var report = DecodingReport()
    let value = schema.decode(document, &report)
    return (value ?? Self(), report)
  }

  public func document() -> Document { Self.schema.encode(self) }

  /// What the rows say against this value: missing, not allowed, badly formed.
  public func check(at path: FieldPath = FieldPath()) -> [FieldError] {
    var report = CheckReport(path: path)
    Self.schema.check(self, &report)
    return report.errors
  }

  /// Fills in the constants that the rows give for absent fields.
  public mutating func applyDefaults() { Self.schema.applyDefaults(&self) }
}

public import Documents

/// A port number or its name, a count or a percentage.
public enum IntOrString: Sendable, Hashable, CustomStringConvertible {
  case int(Int32)
  case string(String)

  init?(document: Document) {
    switch document.content {
    case .integer(let number):
      guard let number = Int32(exactly: number) else { return nil }
      self = .int(number)
    case .string(let text): self = .string(text)
    default: return nil
    }
  }

  public var document: Document {
    switch self {
    case .int(let number): .integer(number)
    case .string(let text): .string(text)
    }
  }

  public var description: String {
    switch self {
    case .int(let number): String(number)
    case .string(let text): text
    }
  }
}

public import Documents

/// Something wrong with the value of a field, in the kinds that Kubernetes reports.
public struct FieldError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case required
    case requiredBecause(String)
    case invalid(String)
    case notSupported([String])
    case duplicate
    case forbidden(String)
    case tooLong(Int)
    case tooMany(Int, limit: Int)
    case notFound
  }

  public var path: FieldPath
  public var reason: Reason
  public var value: Document?
  /// How the message shows a value that JSON does not show as Kubernetes does; empty when it shows none.
  public var shownValue: String?

  public init(_ path: FieldPath, _ reason: Reason, value: Document? = nil) {
    self.path = path
    self.reason = reason
    self.value = value
  }

  public init(_ path: FieldPath, _ reason: Reason, shown: String) {
    self.path = path
    self.reason = reason
    shownValue = shown
  }

  /// About a whole list of texts, which Kubernetes shows with its type.
  public init(_ path: FieldPath, _ reason: Reason, list: [String], type: String = "[]string") {
    let texts = list.map(Self.quoted).joined(separator: ", ")
    self.init(path, reason, shown: list.isEmpty ? "\(type)(nil)" : "\(type){\(texts)}")
  }

  /// The `reason` of a cause in a `Status`.
  public var causeReason: String {
    switch reason {
    case .required, .requiredBecause: "FieldValueRequired"
    case .invalid: "FieldValueInvalid"
    case .notSupported: "FieldValueNotSupported"
    case .duplicate: "FieldValueDuplicate"
    case .forbidden: "FieldValueForbidden"
    case .tooLong: "FieldValueTooLong"
    case .tooMany: "FieldValueTooMany"
    case .notFound: "FieldValueNotFound"
    }
  }

  /// What is wrong, without the place.
  public var message: String {
    let shown = shownValue ?? value.map(Self.shown) ?? "null"
    switch reason {
    case .required: return "Required value"
    case .requiredBecause(let detail): return "Required value: \(detail)"
    case .invalid(let detail): return "Invalid value: " + (shown.isEmpty ? detail : "\(shown): \(detail)")
    case .notSupported(let allowed):
      let list = allowed.map(Self.quoted).joined(separator: ", ")
      return "Unsupported value: \(shown): supported values: \(list)"
    case .duplicate: return "Duplicate value: \(shown)"
    case .forbidden(let detail): return "Forbidden: \(detail)"
    case .tooMany(let count, let limit): return "Too many: \(count): must have at most \(limit) items"
    case .tooLong(let limit): return "Too long: may not be more than \(limit) bytes"
    case .notFound: return "Not found: \(shown)"
    }
  }

  public var description: String { "\(path): \(message)" }

  /// A value as Go prints it, whose words these are.
  private static func shown(_ value: Document) -> String {
    switch value.content {
    case .string(let text): quoted(text)
    default: value.jsonText()
    }
  }

  /// Between quotes, with everything escaped that would not be seen.
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(Character(scalar))
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{7}": result += "\\a"
      case "\u{8}": result += "\\b"
      case "\u{B}": result += "\\v"
      case "\u{C}": result += "\\f"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Collects what the rows say against a value.
public struct CheckReport: Sendable {
  public internal(set) var path: FieldPath
  public private(set) var errors: [FieldError] = []

  init(path: FieldPath) { self.path = path }

  mutating func add(_ reason: FieldError.Reason, value: Document? = nil) {
    errors.append(FieldError(path, reason, value: value))
  }
}

extension AnySchema {
  /// The errors in the order of the rows, so that it does not matter which rule found them first.
  public func sorted(_ errors: [FieldError]) -> [FieldError] {
    let places = errors.map { place(of: $0.path.elements[...]) }
    return errors.indices.sorted { left, right in
      places[left] == places[right] ? left < right : places[left].lexicographicallyPrecedes(places[right])
    }.map { errors[$0] }
  }

  /// The path as numbers: the position in the table, the index in the list.
  private func place(of path: ArraySlice<FieldPath.Element>) -> [Int] {
    guard case .field(let name)? = path.first else { return [] }
    guard let position = position(of: name), let row = field(name) else { return [Int.max] }
    var place = [position]
    var rest = path.dropFirst()
    var type = row.type
    while true {
      switch (type, rest.first) {
      case (.list(let element), .index(let index)?):
        place.append(index)
        type = element
      // Keys have no order of their own.
      case (.map(let element), .key?): type = element
      case (.object(let schema), .field?): return place + schema.place(of: rest)
      // What is wrong with a structure as a whole comes after what is wrong in it.
      case (.object, nil): return place + [Int.max]
      default: return place
      }
      rest = rest.dropFirst()
    }
  }
}

/// What a field selector asks: `status.phase!=Running,spec.nodeName=podium`.
public struct FieldQuery: Sendable, Equatable {
  public struct Requirement: Sendable, Equatable {
    public var field: String
    public var value: String
    public var isNegated: Bool
  }

  /// What is wrong with a selector, in Kubernetes' words.
  public struct ParseFailure: Error, Sendable, Equatable {
    public let message: String
  }

  public var requirements: [Requirement]

  /// Asks nothing, so everything matches.
  public static let everything = FieldQuery(requirements: [])

  public var isEverything: Bool { requirements.isEmpty }

  public init(requirements: [Requirement]) { self.requirements = requirements }

  public init(_ text: String) throws(ParseFailure) {
    requirements = []
    for term in Self.terms(text) where !term.isEmpty {
      guard let requirement = Self.requirement(term) else {
        throw ParseFailure(message: "invalid selector: '\(text)'; can't understand '\(term)'")
      }
      requirements.append(requirement)
    }
  }

  /// Split at commas that no backslash protects.
  private static func terms(_ text: String) -> [Substring] {
    var terms: [Substring] = []
    var start = text.startIndex
    var isEscaped = false
    for index in text.indices {
      switch text[index] {
      case "\\" where !isEscaped: isEscaped = true
      case "," where !isEscaped:
        terms.append(text[start..<index])
        start = text.index(after: index)
      default: isEscaped = false
      }
    }
    terms.append(text[start...])
    return terms
  }

  private static func requirement(_ term: Substring) -> Requirement? {
    guard let sign = term.firstIndex(where: { $0 == "=" || $0 == "!" }) else { return nil }
    let rest = term[sign...]
    for (word, isNegated) in [("!=", true), ("==", false), ("=", false)] where rest.hasPrefix(word) {
      return Requirement(
        field: String(term[..<sign]), value: unescaped(rest.dropFirst(word.count)), isNegated: isNegated)
    }
    return nil
  }

  private static func unescaped(_ value: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in value {
      if character == "\\" && !isEscaped {
        isEscaped = true
      } else {
        result.append(character)
        isEscaped = false
      }
    }
    return result
  }

  /// The value that a field must have, if the query says so.
  public func value(of field: String) -> String? {
    requirements.first { $0.field == field && !$0.isNegated }?.value
  }

  public func matches(_ fields: [String: String]) -> Bool {
    requirements.allSatisfy { ((fields[$0.field] ?? "") == $0.value) != $0.isNegated }
  }
}

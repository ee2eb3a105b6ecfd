/// What a label selector asks: `app=web,tier in (front, back),!legacy`.
public struct LabelQuery: Sendable, Equatable {
  public enum Operator: Sendable, Equatable {
    case exists, doesNotExist
    case isOneOf, isNoneOf
    case isGreater, isLess
  }

  public struct Requirement: Sendable, Equatable {
    public var key: String
    public var `operator`: Operator
    public var values: [String]

    public func matches(_ labels: [String: String]) -> Bool {
      let value = labels[key]
      switch `operator` {
      case .exists: return value != nil
      case .doesNotExist: return value == nil
      case .isOneOf: return value.map(values.contains) ?? false
      case .isNoneOf: return value.map { !values.contains($0) } ?? true
      case .isGreater, .isLess:
        guard let found = value.flatMap({ Int64($0) }), let wanted = values.first.flatMap({ Int64($0) }) else {
          return false
        }
        return `operator` == .isGreater ? found > wanted : found < wanted
      }
    }
  }

  /// What is wrong with a selector, in Kubernetes' words.
  public struct ParseFailure: Error, Sendable, Equatable {
    public let message: String
  }

  public var requirements: [Requirement]

  /// Asks nothing, so everything matches.
  public static let everything = LabelQuery(requirements: [])

  public var isEverything: Bool { requirements.isEmpty }

  public init(requirements: [Requirement]) { self.requirements = requirements }

  public init(_ text: String) throws(ParseFailure) {
    var parser = LabelQueryParser(text)
    requirements = try parser.parse()
  }

  /// The structured form that specs hold. An empty one matches everything.
  public init(_ selector: LabelSelector) throws(ParseFailure) {
    requirements = selector.matchLabels.sorted { $0.key < $1.key }.map {
      Requirement(key: $0.key, operator: .isOneOf, values: [$0.value])
    }
    for expression in selector.matchExpressions {
      let kind: Operator
      switch expression.operator {
      case "In": kind = .isOneOf
      case "NotIn": kind = .isNoneOf
      case "Exists": kind = .exists
      case "DoesNotExist": kind = .doesNotExist
      default:
        throw ParseFailure(message: "\"\(expression.operator ?? "")\" is not a valid label selector operator")
      }
      requirements.append(Requirement(key: expression.key ?? "", operator: kind, values: expression.values))
    }
  }

  public func matches(_ labels: [String: String]) -> Bool { requirements.allSatisfy { $0.matches(labels) } }
}

private struct LabelQueryParser {
  enum Token: Equatable {
    case end, comma, open, close
    case not, equal, doubleEqual, notEqual, greater, less, `in`, notIn
    case word
  }

  private let tokens: [(kind: Token, text: String)]
  private var position = 0

  init(_ text: String) { tokens = Self.scan(text) }

  private static func scan(_ text: String) -> [(kind: Token, text: String)] {
    var tokens: [(kind: Token, text: String)] = []
    var rest = Substring(text)
    let special: Set<Character> = ["=", "!", "(", ")", ",", ">", "<"]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if special.contains(first) {
        let pair = rest.prefix(2)
        let kind: Token
        var length = 1
        switch (pair, first) {
        case ("==", _): (kind, length) = (.doubleEqual, 2)
        case ("!=", _): (kind, length) = (.notEqual, 2)
        case (_, "="): kind = .equal
        case (_, "!"): kind = .not
        case (_, "("): kind = .open
        case (_, ")"): kind = .close
        case (_, ","): kind = .comma
        case (_, ">"): kind = .greater
        default: kind = .less
        }
        tokens.append((kind, String(rest.prefix(length))))
        rest = rest.dropFirst(length)
      } else {
        let word = rest.prefix { !$0.isWhitespace && !special.contains($0) }
        tokens.append((word == "in" ? .in : word == "notin" ? .notIn : .word, String(word)))
        rest = rest.dropFirst(word.count)
      }
    }
    tokens.append((.end, ""))
    return tokens
  }

  /// The next token; `in` and `notin` are words where a key or a value is expected.
  private func look(asValue: Bool = true) -> (kind: Token, text: String) {
    let token = tokens[min(position, tokens.count - 1)]
    if asValue, token.kind == .in || token.kind == .notIn { return (.word, token.text) }
    return token
  }

  private mutating func take(asValue: Bool = true) -> (kind: Token, text: String) {
    defer { position += 1 }
    return look(asValue: asValue)
  }

  mutating func parse() throws(LabelQuery.ParseFailure) -> [LabelQuery.Requirement] {
    var requirements: [LabelQuery.Requirement] = []
    while true {
      let next = look()
      switch next.kind {
      case .end: return requirements
      case .word, .not:
        do throws(LabelQuery.ParseFailure) {
          requirements.append(try parseRequirement())
        } catch {
          throw LabelQuery.ParseFailure(message: "unable to parse requirement: \(error.message)")
        }
        let after = take()
        switch after.kind {
        case .end: return requirements
        case .comma:
          let following = look()
          if following.kind != .word && following.kind != .not {
            throw failure("found '\(following.text)', expected: identifier after ','")
          }
        default: throw failure("found '\(after.text)', expected: ',' or 'end of string'")
        }
      default: throw failure("found '\(next.text)', expected: !, identifier, or 'end of string'")
      }
    }
  }

  private mutating func parseRequirement() throws(LabelQuery.ParseFailure) -> LabelQuery.Requirement {
    var token = take()
    let isNegated = token.kind == .not
    if isNegated { token = take() }
    guard token.kind == .word else { throw failure("found '\(token.text)', expected: identifier") }
    let key = token.text
    if let problem = Names.qualifiedNameProblems(key).first {
      throw failure("<nil>: Invalid value: \"\(key)\": \(problem)")
    }
    let next = look(asValue: false)
    if isNegated { return .init(key: key, operator: .doesNotExist, values: []) }
    if next.kind == .end || next.kind == .comma { return .init(key: key, operator: .exists, values: []) }
    let word = take(asValue: false)
    switch word.kind {
    case .in: return .init(key: key, operator: .isOneOf, values: try checked(key, parseValues()))
    case .notIn: return .init(key: key, operator: .isNoneOf, values: try checked(key, parseValues()))
    case .equal, .doubleEqual: return .init(key: key, operator: .isOneOf, values: try checked(key, [parseValue()]))
    case .notEqual: return .init(key: key, operator: .isNoneOf, values: try checked(key, [parseValue()]))
    case .greater: return .init(key: key, operator: .isGreater, values: [try parseValue()])
    case .less: return .init(key: key, operator: .isLess, values: [try parseValue()])
    default: throw failure("found '\(word.text)', expected: in, notin, =, ==, !=, gt, lt")
    }
  }

  private func checked(_ key: String, _ values: [String]) throws(LabelQuery.ParseFailure) -> [String] {
    for value in values {
      if let problem = Names.labelValueProblems(value).first {
        throw failure("values[0][\(key)]: Invalid value: \"\(value)\": \(problem)")
      }
    }
    return values
  }

  /// A single value; absent means empty.
  private mutating func parseValue() throws(LabelQuery.ParseFailure) -> String {
    let next = look()
    switch next.kind {
    case .end, .comma: return ""
    case .word:
      position += 1
      return next.text
    default: throw failure("found '\(next.text)', expected: identifier")
    }
  }

  private mutating func parseValues() throws(LabelQuery.ParseFailure) -> [String] {
    let open = take()
    guard open.kind == .open else { throw failure("found '\(open.text)' expected: '('") }
    var values: [String] = []
    while true {
      let token = take()
      switch token.kind {
      case .close: return values
      case .word: values.append(token.text)
      case .comma:
        if look().kind == .comma || look().kind == .close { values.append("") }
        continue
      default: throw failure("found '\(token.text)', expected: ',', ')' or identifier")
      }
      let after = look()
      if after.kind != .comma && after.kind != .close { throw failure("found '\(after.text)', expected: ')'") }
    }
  }

  private func failure(_ message: String) -> LabelQuery.ParseFailure { LabelQuery.ParseFailure(message: message) }
}

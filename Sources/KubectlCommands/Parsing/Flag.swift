internal import KubernetesAPI

/// One flag of a command: the one source of parsing, help and completion.
struct FlagRow: Sendable {
  enum Kind: Sendable, Equatable {
    case boolean, text, number, duration
    /// Given several times, or once with commas.
    case list
    /// Given several times; commas belong to the value.
    case texts
  }

  let name: String
  let shorthand: Character?
  let kind: Kind
  let fallback: String
  /// The value of the flag when it is given without one, as in `--dry-run`.
  var bareValue: String?
  let summary: String
  var values: FlagValues = .any
  /// Understood but not shown in help.
  var isHidden = false

  /// As stock kubectl names the flag in errors: `-w, --watch`.
  var display: String { shorthand.map { "-\($0), --\(name)" } ?? "--\(name)" }
}

/// What a flag's value may be, for completion.
enum FlagValues: Sendable {
  case any
  case oneOf([String])
  case file
  case namespace
  case container
  case context
  case image
  /// `.spec.containers` and the like, of the kind that the command works on.
  case fieldPath
  case labelKeys
  /// `KEY=VALUE,KEY!=VALUE`.
  case selector
}

/// A flag with the type of its value.
struct Flag<Value: Sendable>: Sendable {
  var row: FlagRow
  let read: @Sendable ([String]) -> Value

  private init(_ row: FlagRow, read: @escaping @Sendable ([String]) -> Value) {
    self.row = row
    self.read = read
  }
}

extension Flag where Value == Bool {
  static func boolean(
    _ name: String, short shorthand: Character? = nil, default fallback: Bool = false, _ summary: String
  ) -> Flag {
    let row = FlagRow(
      name: name, shorthand: shorthand, kind: .boolean, fallback: fallback ? "true" : "false", bareValue: "true",
      summary: summary)
    return Flag(row) { $0.last.map { FlagText.boolean($0) ?? fallback } ?? fallback }
  }
}

extension Flag where Value == String {
  static func text(
    _ name: String, short shorthand: Character? = nil, default fallback: String = "", bare: String? = nil,
    values: FlagValues = .any, _ summary: String
  ) -> Flag {
    let row = FlagRow(
      name: name, shorthand: shorthand, kind: .text, fallback: fallback, bareValue: bare, summary: summary,
      values: values)
    return Flag(row) { $0.last ?? fallback }
  }
}

extension Flag where Value == Int {
  static func number(
    _ name: String, short shorthand: Character? = nil, default fallback: Int, _ summary: String
  ) -> Flag {
    let row = FlagRow(
      name: name, shorthand: shorthand, kind: .number, fallback: String(fallback), summary: summary)
    return Flag(row) { $0.last.flatMap { Int($0) } ?? fallback }
  }
}

extension Flag where Value == Duration {
  static func duration(
    _ name: String, short shorthand: Character? = nil, default fallback: String = "0s", _ summary: String
  ) -> Flag {
    let row = FlagRow(name: name, shorthand: shorthand, kind: .duration, fallback: fallback, summary: summary)
    return Flag(row) { FlagText.duration($0.last ?? fallback) ?? .zero }
  }
}

extension Flag where Value == [String] {
  static func list(
    _ name: String, short shorthand: Character? = nil, default fallback: [String] = [], values: FlagValues = .any,
    _ summary: String
  ) -> Flag {
    let row = FlagRow(
      name: name, shorthand: shorthand, kind: .list, fallback: "[\(fallback.joined(separator: ","))]", summary: summary,
      values: values)
    return Flag(row) { $0.isEmpty ? fallback : $0.flatMap { $0.split(separator: ",").map(String.init) } }
  }

  static func texts(_ name: String, short shorthand: Character? = nil, _ summary: String) -> Flag {
    Flag(FlagRow(name: name, shorthand: shorthand, kind: .texts, fallback: "[]", summary: summary)) { $0 }
  }
}

/// The written forms of flag values.
enum FlagText {
  static func boolean(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }

  /// `1h2m3.5s`, `500ms`, `0`.
  static func duration(_ text: String) -> Duration? {
    var rest = text[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
    if rest == "0" { return .zero }
    if rest.isEmpty { return nil }
    var total = Duration.zero
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits) else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      rest = rest[unit.endIndex...]
      switch unit {
      case "ns": total += .nanoseconds(Int64(number))
      case "us", "µs", "μs": total += .seconds(number / 1e6)
      case "ms": total += .seconds(number / 1e3)
      case "s": total += .seconds(number)
      case "m": total += .seconds(number * 60)
      case "h": total += .seconds(number * 3600)
      default: return nil
      }
    }
    return isNegative ? .zero - total : total
  }

  /// What is wrong with a value, in the words of stock kubectl; nil when it is fine.
  static func problem(_ value: String, for flag: FlagRow) -> String? {
    let quoted = "\"\(value)\""
    switch flag.kind {
    case .boolean:
      return boolean(value) == nil ? "strconv.ParseBool: parsing \(quoted): invalid syntax" : nil
    case .number:
      return Int(value) == nil ? "strconv.ParseInt: parsing \(quoted): invalid syntax" : nil
    case .duration:
      return duration(value) == nil ? "time: invalid duration \(quoted)" : nil
    case .text, .list, .texts:
      return nil
    }
  }
}

internal import Documents

/// Values as Go prints them.
enum GoText {
  static func shown(_ value: Document?) -> String {
    guard let value else { return "<no value>" }
    switch value.content {
    case .null: return "<no value>"
    case .list(let list): return "[" + list.map(inner).joined(separator: " ") + "]"
    case .map(let map):
      return "map[" + map.sorted().entries.map { "\($0.key):\(inner($0.value))" }.joined(separator: " ") + "]"
    default: return value.plainText
    }
  }

  private static func inner(_ value: Document) -> String { value.isNull ? "<nil>" : shown(value) }

  /// Empty texts, lists and maps, zero and nothing count as false.
  static func isTrue(_ value: Document?) -> Bool {
    switch value?.content {
    case nil, .null: false
    case .bool(let truth): truth
    case .integer(let number): number != 0
    case .decimal(let number): number != 0
    case .string(let text): !text.isEmpty
    case .list(let list): !list.isEmpty
    case .map(let map): !map.isEmpty
    }
  }
}

/// The functions that templates can call.
enum GoFunctions {
  struct Complaint: Error {
    var text: String
  }

  static func call(_ name: String, _ arguments: [Document?]) throws(Complaint) -> Document? {
    func needs(_ count: Int) throws(Complaint) {
      if arguments.count < count {
        throw Complaint(text: "wrong number of args for \(name): want at least \(count) got \(arguments.count)")
      }
    }
    switch name {
    case "not":
      try needs(1)
      return .bool(!GoText.isTrue(arguments[0]))
    case "eq":
      try needs(2)
      for other in arguments.dropFirst() where try areEqual(arguments[0], other) { return true }
      return false
    case "ne":
      try needs(2)
      return .bool(!(try areEqual(arguments[0], arguments[1])))
    case "lt", "le", "gt", "ge":
      try needs(2)
      let isLess = try isLess(arguments[0], arguments[1])
      let isEqual = try areEqual(arguments[0], arguments[1])
      switch name {
      case "lt": return .bool(isLess)
      case "le": return .bool(isLess || isEqual)
      case "gt": return .bool(!isLess && !isEqual)
      default: return .bool(!isLess)
      }
    case "len":
      try needs(1)
      return .integer(try length(arguments[0]))
    case "index":
      try needs(1)
      var value = arguments[0]
      for key in arguments.dropFirst() { value = try index(value, key) }
      return value
    case "slice":
      try needs(1)
      return try slice(arguments)
    case "print": return .string(printed(arguments, spacesBetweenAll: false))
    case "println": return .string(printed(arguments, spacesBetweenAll: true) + "\n")
    case "printf":
      try needs(1)
      return .string(formatted(arguments[0]?.stringValue ?? "", Array(arguments.dropFirst())))
    case "html": return .string(html(printed(arguments, spacesBetweenAll: false)))
    case "js": return .string(script(printed(arguments, spacesBetweenAll: false)))
    case "urlquery": return .string(percentEncoded(printed(arguments, spacesBetweenAll: false)))
    case "base64decode":
      try needs(1)
      guard let bytes = Base64.decode(arguments[0]?.stringValue ?? "") else {
        throw Complaint(text: "base64 decode failed: illegal base64 data at input byte 0")
      }
      return .string(String(decoding: bytes, as: UTF8.self))
    default:
      // `exists` looks whether a path of keys leads anywhere.
      try needs(1)
      var value = arguments[0]
      for key in arguments.dropFirst() {
        guard let found = try? index(value, key) else { return false }
        value = found
      }
      return .bool(value != nil)
    }
  }

  private static func areEqual(_ left: Document?, _ right: Document?) throws(Complaint) -> Bool {
    switch (left?.content, right?.content) {
    case (.integer(let left), .decimal(let right)): return Double(left) == right
    case (.decimal(let left), .integer(let right)): return left == Double(right)
    case (nil, nil), (.null, nil), (nil, .null): return true
    case (nil, _), (_, nil), (.null, _), (_, .null): return left?.isNull ?? true && right?.isNull ?? true
    case (.list, _), (_, .list), (.map, _), (_, .map): throw Complaint(text: "non-comparable type")
    case (.string, .string), (.bool, .bool), (.integer, .integer), (.decimal, .decimal): return left == right
    default: throw Complaint(text: "incompatible types for comparison")
    }
  }

  private static func isLess(_ left: Document?, _ right: Document?) throws(Complaint) -> Bool {
    switch (left?.content, right?.content) {
    case (.integer(let left), .integer(let right)): return left < right
    case (.decimal(let left), .decimal(let right)): return left < right
    case (.integer(let left), .decimal(let right)): return Double(left) < right
    case (.decimal(let left), .integer(let right)): return left < Double(right)
    case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
    default: throw Complaint(text: "invalid type for comparison")
    }
  }

  private static func length(_ value: Document?) throws(Complaint) -> Int {
    switch value?.content {
    case .string(let text): return text.utf8.count
    case .list(let list): return list.count
    case .map(let map): return map.count
    case nil, .null: throw Complaint(text: "len of nil pointer")
    default: throw Complaint(text: "len of type \(value?.kindName ?? "")")
    }
  }

  private static func index(_ value: Document?, _ key: Document?) throws(Complaint) -> Document? {
    switch value?.content {
    case .map(let map): return map[key?.stringValue ?? ""]
    case .list(let list):
      guard let position = key?.integerValue else { throw Complaint(text: "cannot index slice/array with type string") }
      guard list.indices.contains(Int(position)) else { throw Complaint(text: "index out of range: \(position)") }
      return list[Int(position)]
    case .string(let text):
      let bytes = Array(text.utf8)
      guard let position = key?.integerValue, bytes.indices.contains(Int(position)) else {
        throw Complaint(text: "index out of range: \(key?.plainText ?? "")")
      }
      return .integer(bytes[Int(position)])
    case nil, .null: throw Complaint(text: "index of untyped nil")
    default: throw Complaint(text: "can't index item of type \(value?.kindName ?? "")")
    }
  }

  private static func slice(_ arguments: [Document?]) throws(Complaint) -> Document? {
    let count = try length(arguments[0])
    let start = Int(arguments.count > 1 ? arguments[1]?.integerValue ?? 0 : 0)
    let end = Int(arguments.count > 2 ? arguments[2]?.integerValue ?? 0 : Int64(count))
    guard start >= 0, start <= end, end <= count else {
      throw Complaint(text: "index out of range: \(start > end ? start : end)")
    }
    switch arguments[0]?.content {
    case .string(let text): return .string(String(decoding: Array(text.utf8)[start..<end], as: UTF8.self))
    case .list(let list): return .list(Array(list[start..<end]))
    default: throw Complaint(text: "can't slice item of type \(arguments[0]?.kindName ?? "")")
    }
  }

  // MARK: Texts

  /// Without `spacesBetweenAll`, blanks stand only between two that are no texts.
  private static func printed(_ values: [Document?], spacesBetweenAll: Bool) -> String {
    var text = ""
    for (index, value) in values.enumerated() {
      let isText = value?.stringValue != nil
      if index > 0, spacesBetweenAll || !isText && values[index - 1]?.stringValue == nil { text += " " }
      text += value.map { $0.isNull ? "<nil>" : GoText.shown($0) } ?? "<nil>"
    }
    return text
  }

  /// `%s`, `%v`, `%d`, `%q`, `%t`, `%x`, `%f` with widths and precisions, and `%%`.
  private static func formatted(_ format: String, _ values: [Document?]) -> String {
    var text = ""
    var rest = format[...]
    var next = 0
    while let character = rest.popFirst() {
      guard character == "%" else {
        text.append(character)
        continue
      }
      let flags = rest.prefix { "+-# 0".contains($0) }
      rest = rest[flags.endIndex...]
      let width = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest[width.endIndex...]
      var precision: Int?
      if rest.first == "." {
        rest.removeFirst()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest[digits.endIndex...]
        precision = Int(digits) ?? 0
      }
      guard let verb = rest.popFirst() else { return text + "%!(NOVERB)" }
      if verb == "%" {
        text += "%"
        continue
      }
      guard next < values.count else {
        text += "%!\(verb)(MISSING)"
        continue
      }
      let value = values[next]
      next += 1
      var shown = one(verb, value, precision)
      let missing = (Int(width) ?? 0) - shown.count
      if missing > 0 {
        let filler = flags.contains("0") && !flags.contains("-") ? "0" : " "
        let padding = String(repeating: filler, count: missing)
        shown = flags.contains("-") ? shown + padding : padding + shown
      }
      text += shown
    }
    if next < values.count {
      let extra = values[next...].map { "\(typeName($0))=\(GoText.shown($0))" }.joined(separator: ", ")
      text += "%!(EXTRA \(extra))"
    }
    return text
  }

  private static func one(_ verb: Character, _ value: Document?, _ precision: Int?) -> String {
    let isNothing = value?.isNull ?? true
    switch (verb, value?.content) {
    case ("v", _): return isNothing ? "<nil>" : GoText.shown(value)
    case ("s", .string(let text)): return precision.map { String(text.prefix($0)) } ?? text
    case ("s", .list), ("s", .map): return GoText.shown(value)
    case ("q", .string(let text)): return Document.string(text).jsonText()
    case ("d", .integer(let number)): return String(number)
    case ("x", .integer(let number)): return String(number, radix: 16)
    case ("x", .string(let text)):
      return text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    case ("t", .bool(let truth)): return truth ? "true" : "false"
    case ("f", .decimal(let number)): return fixed(number, precision ?? 6)
    case ("g", .decimal): return GoText.shown(value)
    default: return isNothing ? "%!\(verb)(<nil>)" : "%!\(verb)(\(typeName(value))=\(GoText.shown(value)))"
    }
  }

  private static func fixed(_ number: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<min(digits, 15) { scale *= 10 }
    let whole = Int64((abs(number) * scale).rounded())
    let (integer, fraction) = whole.quotientAndRemainder(dividingBy: Int64(scale))
    let text = String(fraction)
    let padded = String(repeating: "0", count: max(0, digits - text.count)) + text
    return (number < 0 ? "-" : "") + String(integer) + (digits > 0 ? "." + padded : "")
  }

  private static func typeName(_ value: Document?) -> String {
    switch value?.content {
    case .string: "string"
    case .bool: "bool"
    case .integer: "int64"
    case .decimal: "float64"
    case .list: "[]interface {}"
    case .map: "map[string]interface {}"
    default: "<nil>"
    }
  }

  private static func html(_ text: String) -> String {
    text.map { character in
      switch character {
      case "<": "&lt;"
      case ">": "&gt;"
      case "&": "&amp;"
      case "\"": "&#34;"
      case "'": "&#39;"
      default: String(character)
      }
    }.joined()
  }

  private static func script(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\\\"
      case "'": "\\'"
      case "\"": "\\\""
      case "<": "\\u003C"
      case ">": "\\u003E"
      case "&": "\\u0026"
      case "=": "\\u003D"
      default: String(character)
      }
    }.joined()
  }

  private static func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let character = Character(Unicode.Scalar(byte))
      if byte < 0x80, character.isLetter || character.isNumber || "-_.~".contains(character) {
        return String(character)
      }
      if character == " " { return "+" }
      return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}

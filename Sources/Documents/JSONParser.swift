extension Document {
  /// Deeper nesting than this is refused: no object of Kubernetes comes near it, and the parser recurses.
  static let maximumDepth = 256

  public static func parse(json bytes: [UInt8]) throws(ParseError) -> Document {
    try bytes.withUnsafeBufferPointerThrowing { buffer throws(ParseError) in
      var parser = JSONParser(bytes: buffer)
      return try parser.parseWhole()
    }
  }

  public static func parse(json text: String) throws(ParseError) -> Document {
    try parse(json: Array(text.utf8))
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBufferPointer` for a body with typed errors.
  fileprivate func withUnsafeBufferPointerThrowing<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(ParseError) -> Result
  ) throws(ParseError) -> Result {
    let outcome = withUnsafeBufferPointer { buffer -> Swift.Result<Result, ParseError> in
      do throws(ParseError) { return .success(try body(buffer)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }
}

private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  var line = 1
  var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func parseWhole() throws(ParseError) -> Document {
    let document = try parseValue()
    skipSpace()
    if position < bytes.count { throw unexpected("after top-level value") }
    return document
  }

  private mutating func parseValue() throws(ParseError) -> Document {
    skipSpace()
    guard position < bytes.count else { throw ParseError(line: line, message: "unexpected end of JSON input") }
    let start = line
    switch bytes[position] {
    case UInt8(ascii: "{"): return Document(.map(try parseMap()), line: start)
    case UInt8(ascii: "["): return Document(.list(try parseList()), line: start)
    case UInt8(ascii: "\""): return Document(.string(try parseString()), line: start)
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return Document(try parseNumber(), line: start)
    default: throw unexpected("looking for beginning of value")
    }
  }

  private mutating func parseMap() throws(ParseError) -> DocumentMap {
    try enter()
    defer { depth -= 1 }
    position += 1
    var map = DocumentMap()
    skipSpace()
    if take("}") { return map }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw unexpected("looking for beginning of object key string")
      }
      let key = try parseString()
      skipSpace()
      guard take(":") else { throw unexpected("after object key") }
      map.read(key, try parseValue())
      skipSpace()
      if take("}") { return map }
      guard take(",") else { throw unexpected("after object key:value pair") }
    }
  }

  private mutating func parseList() throws(ParseError) -> [Document] {
    try enter()
    defer { depth -= 1 }
    position += 1
    var list: [Document] = []
    skipSpace()
    if take("]") { return list }
    while true {
      list.append(try parseValue())
      skipSpace()
      if take("]") { return list }
      guard take(",") else { throw unexpected("after array element") }
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: Document.Content) throws(ParseError) -> Document {
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count, bytes[position] == word.utf8Start[offset] else {
        throw unexpected("in literal \(word) (expecting '\(Character(Unicode.Scalar(word.utf8Start[offset])))')")
      }
      position += 1
    }
    return Document(value, line: line)
  }

  private mutating func parseNumber() throws(ParseError) -> Document.Content {
    let start = position
    var isWhole = true
    _ = take("-")
    if take("0") {
      // A leading zero stands alone.
    } else {
      try takeDigits()
    }
    if take(".") {
      isWhole = false
      try takeDigits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try takeDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    guard let decimal = Double(text), decimal.isFinite else {
      throw ParseError(line: line, message: "number \(text) is out of range")
    }
    return .decimal(decimal)
  }

  private mutating func takeDigits() throws(ParseError) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    if position == start { throw unexpected("in numeric literal") }
  }

  private mutating func parseString() throws(ParseError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return try text(bytes[start..<position])
      case UInt8(ascii: "\\"):
        return try parseEscapedString(from: start)
      case 0..<0x20:
        throw unexpected("in string literal")
      default:
        position += 1
      }
    }
    throw ParseError(line: line, message: "unexpected end of JSON input")
  }

  /// The slow path: the string has an escape, so it is not a run of the input.
  private mutating func parseEscapedString(from start: Int) throws(ParseError) -> String {
    var content = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        return try content.withUnsafeBufferPointerThrowing { buffer throws(ParseError) in try text(buffer[...]) }
      case UInt8(ascii: "\\"): try parseEscape(into: &content)
      case 0..<0x20:
        position -= 1
        throw unexpected("in string literal")
      default: content.append(byte)
      }
    }
    throw ParseError(line: line, message: "unexpected end of JSON input")
  }

  private mutating func parseEscape(into content: inout [UInt8]) throws(ParseError) {
    guard position < bytes.count else { throw ParseError(line: line, message: "unexpected end of JSON input") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "u"):
      var code = try parseHexadecimal()
      if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try parseHexadecimal()
        code = (0xDC00..<0xE000).contains(low) ? 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) : 0xFFFD
      }
      // Half of a pair stands for nothing.
      let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
      content.append(contentsOf: String(Character(scalar)).utf8)
    default:
      position -= 1
      throw unexpected("in string escape code")
    }
  }

  private mutating func parseHexadecimal() throws(ParseError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw unexpected("in \\u hexadecimal character escape")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private func text(_ run: Slice<UnsafeBufferPointer<UInt8>>) throws(ParseError) -> String {
    guard let text = String(validating: run, as: UTF8.self) else {
      throw ParseError(line: line, message: "invalid UTF-8 in string literal")
    }
    return text
  }

  private mutating func enter() throws(ParseError) {
    depth += 1
    if depth > Document.maximumDepth { throw ParseError(line: line, message: "exceeded max depth") }
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func unexpected(_ place: String) -> ParseError {
    guard position < bytes.count else { return ParseError(line: line, message: "unexpected end of JSON input") }
    let byte = bytes[position]
    let shown = (0x20..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    return ParseError(line: line, message: "invalid character \(shown) \(place)")
  }
}

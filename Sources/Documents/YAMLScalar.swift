/// What an unquoted YAML word means.
enum YAMLScalar {
  /// The core schema of YAML 1.2, plus octal numbers written `0644` as Kubernetes' own tools read them.
  static func resolve(_ word: String) -> Document.Content {
    switch word {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    guard let first = word.utf8.first, isNumberStart(first) else { return .string(word) }
    if let integer = integer(word) { return .integer(integer) }
    if isDecimal(word), let value = Double(word), value.isFinite { return .decimal(value) }
    return .string(word)
  }

  /// Whether a text must be quoted so that every YAML reader, also one of version 1.1, takes it for a text.
  static func needsQuotes(_ text: String) -> Bool {
    if case .string = resolve(text) {} else { return true }
    switch text {
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", "<<", "=":
      return true
    case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
      return true
    default: break
    }
    guard let first = text.utf8.first, isNumberStart(first) else { return false }
    let plain = text.filter { $0 != "_" }
    return integer(plain) != nil || plain.hasPrefix("0b") && Int(plain.dropFirst(2), radix: 2) != nil
      || isDecimal(plain) || isTimestamp(text) || isSexagesimal(text)
  }

  private static func isNumberStart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: ".")
  }

  private static func integer(_ word: String) -> Int64? {
    let isNegative = word.hasPrefix("-")
    let digits = isNegative || word.hasPrefix("+") ? word.dropFirst() : word[...]
    guard let first = digits.first, first != "-", first != "+" else { return nil }
    if isNegative, let whole = Int64(word), first != "0" { return whole }
    let magnitude: Int64? =
      if digits.hasPrefix("0x") {
        digits.count > 2 ? Int64(digits.dropFirst(2), radix: 16) : nil
      } else if digits.hasPrefix("0o") {
        digits.count > 2 ? Int64(digits.dropFirst(2), radix: 8) : nil
      } else if digits.count > 1, first == "0" {
        Int64(digits, radix: 8)
      } else {
        Int64(digits)
      }
    return magnitude.map { isNegative ? -$0 : $0 }
  }

  private static func isDecimal(_ word: String) -> Bool {
    var hasDigit = false
    var seenPoint = false
    var seenExponent = false
    var previous: Character = " "
    for character in word {
      switch character {
      case "0"..."9": hasDigit = true
      case ".":
        if seenPoint || seenExponent { return false }
        seenPoint = true
      case "e", "E":
        if seenExponent || !hasDigit { return false }
        seenExponent = true
      case "+", "-":
        if previous != " " && previous != "e" && previous != "E" { return false }
      default: return false
      }
      previous = character
    }
    return hasDigit && previous != "e" && previous != "E" && previous != "+" && previous != "-"
  }

  /// `2026-11-21`, alone or with a time behind it.
  private static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    func digits(_ range: Range<Int>) -> Bool {
      range.upperBound <= bytes.count && bytes[range].allSatisfy { (48...57).contains($0) }
    }
    guard digits(0..<4), bytes.count >= 8, bytes[4] == UInt8(ascii: "-") else { return false }
    guard let secondDash = bytes[5...].firstIndex(of: UInt8(ascii: "-")), (6...7).contains(secondDash),
      digits(5..<secondDash)
    else { return false }
    let afterDay = bytes[(secondDash + 1)...].firstIndex { !(48...57).contains($0) } ?? bytes.count
    guard (1...2).contains(afterDay - secondDash - 1) else { return false }
    if afterDay == bytes.count { return afterDay == 10 }
    return
      (bytes[afterDay] == UInt8(ascii: "T") || bytes[afterDay] == UInt8(ascii: "t")
      || bytes[afterDay] == UInt8(ascii: " ")) && digits(afterDay + 1..<afterDay + 2) && bytes.contains(58)
  }

  /// `1:30`, which YAML 1.1 took for ninety.
  private static func isSexagesimal(_ text: String) -> Bool {
    let body = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let parts = body.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count > 1, let head = parts.first, !head.isEmpty, head.allSatisfy(\.isNumber) else { return false }
    return parts.dropFirst().enumerated().allSatisfy { index, part in
      let whole = index == parts.count - 2 ? part.prefix { $0 != "." } : part
      return (1...2).contains(whole.count) && whole.allSatisfy(\.isNumber)
        && whole.first! <= (whole.count == 2 ? "5" : "9")
        && part.allSatisfy { $0.isNumber || $0 == "." }
    }
  }
}

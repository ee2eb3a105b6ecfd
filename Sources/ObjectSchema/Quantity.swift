internal import Documents

/// An amount with a unit, such as `500m` or `64Mi`; keeps the text it was read from.
public struct Quantity: Sendable, Hashable, CustomStringConvertible {
  public let text: String
  /// The amount in thousandths, rounded away from zero.
  public let milliValue: Int64

  public init?(_ text: String) {
    guard let milliValue = Quantity.parse(text) else { return nil }
    self.text = text
    self.milliValue = milliValue
  }

  public init(whole: Int64) {
    text = String(whole)
    milliValue = Int64(clamping: Int128(whole) * 1000)
  }

  init?(document: Document) {
    switch document.content {
    case .string(let text): self.init(text)
    case .integer, .decimal: self.init(document.jsonText())
    default: return nil
    }
  }

  /// The amount in whole units, rounded up.
  public var value: Int64 { milliValue / 1000 + (milliValue % 1000 > 0 ? 1 : 0) }

  public var description: String { text }

  private static let suffixes: [String: (base: Int128, exponent: Int)] = [
    "": (10, 0), "n": (10, -9), "u": (10, -6), "m": (10, -3), "k": (10, 3), "M": (10, 6), "G": (10, 9), "T": (10, 12),
    "P": (10, 15), "E": (10, 18), "Ki": (1024, 1), "Mi": (1024, 2), "Gi": (1024, 3), "Ti": (1024, 4), "Pi": (1024, 5),
    "Ei": (1024, 6),
  ]

  private static func parse(_ text: String) -> Int64? {
    var rest = text[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard number.contains(where: { $0 != "." }), parts.count <= 2, number.count <= 30 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let digits = Int128(String(parts[0] + fraction)) else { return nil }

    let suffix = String(rest.dropFirst(number.count))
    let scale: (base: Int128, exponent: Int)
    if let known = suffixes[suffix] {
      scale = known
    } else if suffix.hasPrefix("e") || suffix.hasPrefix("E"), let exponent = Int(suffix.dropFirst()),
      (-18...18).contains(exponent)
    {
      scale = (10, exponent)
    } else {
      return nil
    }

    // thousandths = digits · 1000 · scale / 10^(digits behind the point)
    var numerator: Int128 = digits
    var denominator: Int128 = 1
    func multiply(_ value: inout Int128, _ base: Int128, _ times: Int) -> Bool {
      for _ in 0..<times {
        let (product, overflow) = value.multipliedReportingOverflow(by: base)
        if overflow { return false }
        value = product
      }
      return true
    }
    guard multiply(&numerator, 1000, 1), multiply(&numerator, scale.base, max(0, scale.exponent)),
      multiply(&denominator, scale.base, max(0, -scale.exponent)), multiply(&denominator, 10, fraction.count)
    else { return nil }
    let (whole, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let magnitude = Int64(clamping: remainder > 0 ? whole + 1 : whole)
    return isNegative ? -magnitude : magnitude
  }
}

/// A quantity as it was written: a number, and the unit that it counts.
struct Parsed {
  enum Unit {
    case decimal(exponent: Int)
    /// Powers of 1024.
    case binary(exponent: Int)
    /// As in `129e6`.
    case scientific(exponent: Int)
  }

  /// The number without its point.
  private let digits: Int128
  private let isNegative: Bool
  /// How many of the digits are behind the point.
  private let places: Int
  private let unit: Unit
  let milliValue: Int64

  init(number: Int128) {
    digits = number.magnitude > UInt128(Int128.max) ? .max : Int128(number.magnitude)
    isNegative = number < 0
    places = 0
    unit = .decimal(exponent: 0)
    milliValue = 0
  }

  init?(_ text: String) {
    var rest = text[...]
    isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard number.contains(where: { $0 != "." }), parts.count <= 2, number.count <= 30 else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard let digits = Int128(String(parts[0] + fraction)), let unit = Self.unit(rest.dropFirst(number.count)) else {
      return nil
    }
    self.digits = digits
    self.unit = unit
    places = fraction.count

    // thousandths = digits · 1000 · scale / 10^places
    let scale: (base: Int128, exponent: Int)
    switch unit {
    case .decimal(let exponent), .scientific(let exponent): scale = (10, exponent)
    case .binary(let exponent): scale = (1024, exponent)
    }
    guard let thousandfold = Self.multiply(digits, 1000, 1),
      let numerator = Self.multiply(thousandfold, scale.base, max(0, scale.exponent)),
      let small = Self.multiply(1, scale.base, max(0, -scale.exponent)),
      let denominator = Self.multiply(small, 10, places)
    else { return nil }
    let (whole, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let magnitude = Int64(clamping: remainder > 0 ? whole + 1 : whole)
    milliValue = isNegative ? -magnitude : magnitude
  }

  private static let decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
  private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

  private static func unit(_ suffix: Substring) -> Unit? {
    if let index = decimalSuffixes.firstIndex(of: String(suffix)) { return .decimal(exponent: 3 * index - 9) }
    if let index = binarySuffixes.firstIndex(of: String(suffix)) { return .binary(exponent: index) }
    guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()),
      (-18...18).contains(exponent)
    else { return nil }
    return .scientific(exponent: exponent)
  }

  private static func multiply(_ value: Int128, _ base: Int128, _ times: Int) -> Int128? {
    var value = value
    for _ in 0..<times {
      let (product, overflow) = value.multipliedReportingOverflow(by: base)
      if overflow { return nil }
      value = product
    }
    return value
  }

  /// Nil when the number is beyond all bounds.
  var canonicalText: String? {
    if digits == 0 { return "0" }
    let sign = isNegative ? "-" : ""
    switch unit {
    case .decimal(let exponent):
      guard let (number, exponent) = thousands(digits, exponent - places) else { return nil }
      return sign + "\(number)" + Self.decimalSuffixes[exponent / 3 + 3]
    case .scientific(let exponent):
      guard let (number, exponent) = thousands(digits, exponent - places) else { return nil }
      return sign + (exponent == 0 ? "\(number)" : "\(number)e\(exponent)")
    case .binary(let exponent):
      guard let product = Self.multiply(digits, 1024, exponent), let divisor = Self.multiply(1, 10, places) else {
        return nil
      }
      guard product % divisor == 0, product / divisor >= 1024 else {
        // A fraction, or less than the first unit, is told in decimal units.
        guard let (number, exponent) = thousands(product, -places) else { return nil }
        return sign + "\(number)" + Self.decimalSuffixes[exponent / 3 + 3]
      }
      var number = product / divisor
      var index = 0
      while number % 1024 == 0, index < 6 {
        number /= 1024
        index += 1
      }
      return sign + "\(number)" + Self.binarySuffixes[index]
    }
  }

  /// The number with the largest exponent that is a multiple of three and leaves no fraction; nothing is finer than a
  /// billionth.
  private func thousands(_ number: Int128, _ exponent: Int) -> (number: Int128, exponent: Int)? {
    var (number, exponent) = (number, exponent)
    while exponent < -9 {
      number = number / 10 + (number % 10 > 0 ? 1 : 0)
      exponent += 1
    }
    while number % 10 == 0 {
      number /= 10
      exponent += 1
    }
    while exponent % 3 != 0 || exponent > 18 {
      guard let tenfold = Self.multiply(number, 10, 1) else { return nil }
      number = tenfold
      exponent -= 1
    }
    return (number, exponent)
  }
}

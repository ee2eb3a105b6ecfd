/// Durations as Kubernetes' settings write them: `90s`, `1h30m`, `1.5h`.
enum GoDuration {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12),
  ]

  static func parse(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    var nanoseconds = 0.0
    var rest = Substring(text)
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      guard let number = Double(String(digits)), let unit = units.first(where: { $0.name == name }) else { return nil }
      nanoseconds += number * unit.nanoseconds
      rest = rest.dropFirst(name.count)
    }
    return text.isEmpty || nanoseconds > 9e18 ? nil : .nanoseconds(Int64(nanoseconds))
  }
}

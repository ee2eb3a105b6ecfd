/// One measured figure over several runs.
enum Row {
  static func printHeader() {
    print("milliseconds".padded(40), "min".padded(9), "median".padded(9), "max".padded(9), "runs", separator: "")
  }

  static func print(_ name: String, _ times: [Duration]) {
    let sorted = times.sorted()
    guard let least = sorted.first, let most = sorted.last else { return }
    Swift.print(
      name.padded(40), text(least).padded(9), text(sorted[sorted.count / 2]).padded(9), text(most).padded(9),
      String(times.count), separator: "")
  }

  private static func print(_ parts: String..., separator: String) { Swift.print(parts.joined(separator: separator)) }

  private static func text(_ duration: Duration) -> String {
    let tenths = duration.components.seconds * 10_000 + duration.components.attoseconds / 100_000_000_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

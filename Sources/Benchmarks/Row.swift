internal import Glibc

/// One measured figure over several runs.
struct Row {
  enum Aim {
    case atLeast(Double)
    case atMost(Double)
  }

  private static let widths = [40, 6, 10, 10, 10, 6]

  static func printHeader() { print(["", "unit", "median", "least", "most", "runs", "aim"]) }

  static func print(_ name: String, _ times: [Duration], _ aim: Aim? = nil) {
    print(name, "ms", times.map(\.inMilliseconds), aim)
  }

  static func print(_ name: String, _ unit: String, _ values: [Double], _ aim: Aim? = nil) {
    let sorted = values.sorted()
    guard let least = sorted.first, let most = sorted.last else { return }
    let median = sorted[sorted.count / 2]
    let verdict =
      switch aim {
      case .atLeast(let limit): ">= \(text(limit))" + (median >= limit ? "" : "  missed")
      case .atMost(let limit): "<= \(text(limit))" + (median <= limit ? "" : "  missed")
      case nil: ""
      }
    print([name, unit, text(median), text(least), text(most), String(values.count), verdict])
  }

  /// Says why something could not be measured on this machine.
  static func printAbsent(_ name: String, _ reason: String) {
    Swift.print(name.padded(widths[0]) + "not measured: " + reason)
    fflush(nil)
  }

  private static func print(_ columns: [String]) {
    let padded = zip(columns, widths).map { $0.padded($1) }
    Swift.print(padded.joined() + columns[widths.count])
    // Whoever waits for the next row may read this one.
    fflush(nil)
  }

  /// Four digits tell enough: fast things in tenths, fast machines in whole requests.
  private static func text(_ value: Double) -> String {
    if value >= 1_000 { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 && value >= 100 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

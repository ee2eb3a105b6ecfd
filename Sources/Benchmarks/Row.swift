internal import Documents
internal import Glibc
internal import Synchronization

/// One measured figure over several runs: a line of the table, or an entry of the JSON that programs read.
struct Row {
  enum Aim {
    case atLeast(Double)
    case atMost(Double)

    func isMet(by value: Double) -> Bool {
      switch self {
      case .atLeast(let limit): value >= limit
      case .atMost(let limit): value <= limit
      }
    }
  }

  private static let widths = [46, 6, 10, 10, 10, 6]

  /// Nil while rows are printed as lines.
  private static let collected = Mutex<[Document]?>(nil)

  static func begin(asJSON: Bool) {
    if asJSON { return collected.withLock { $0 = [] } }
    print(["", "unit", "median", "least", "most", "runs", "aim"])
  }

  /// Prints what was collected.
  static func finish() {
    guard let rows = collected.withLock({ $0 }) else { return }
    let document: Document = ["processors": .integer(sysconf(Int32(_SC_NPROCESSORS_ONLN))), "rows": .list(rows)]
    Swift.print(document.jsonText(indentedBy: 2))
  }

  static func print(_ name: String, _ times: [Duration], _ aim: Aim? = nil) {
    print(name, "ms", times.map(\.inMilliseconds), aim)
  }

  static func print(_ name: String, _ unit: String, _ values: [Double], _ aim: Aim? = nil) {
    let sorted = values.sorted()
    guard let least = sorted.first, let most = sorted.last else { return }
    let median = sorted[sorted.count / 2]
    let isCollected = collected.withLock { rows in
      rows?.append(document(name, unit, values, median: median, aim))
      return rows != nil
    }
    if isCollected { return }
    let limit =
      switch aim {
      case .atLeast(let limit): ">= \(text(limit))"
      case .atMost(let limit): "<= \(text(limit))"
      case nil: ""
      }
    let verdict = aim?.isMet(by: median) == false ? "  missed" : ""
    print([name, unit, text(median), text(least), text(most), String(values.count), limit + verdict])
  }

  /// Says why something could not be measured on this machine.
  static func printAbsent(_ name: String, _ reason: String) {
    let isCollected = collected.withLock { rows in
      rows?.append(["name": .string(name), "notMeasured": .string(reason)])
      return rows != nil
    }
    if isCollected { return }
    Swift.print(name.padded(widths[0]) + "not measured: " + reason)
    fflush(nil)
  }

  private static func document(
    _ name: String, _ unit: String, _ values: [Double], median: Double, _ aim: Aim?
  ) -> Document {
    var row: Document = [
      "name": .string(name), "unit": .string(unit), "median": Document(.decimal(median)),
      "values": .list(values.map { Document(.decimal($0)) }),
    ]
    switch aim {
    case .atLeast(let limit): row["atLeast"] = Document(.decimal(limit))
    case .atMost(let limit): row["atMost"] = Document(.decimal(limit))
    case nil: return row
    }
    row["met"] = .bool(aim?.isMet(by: median) ?? true)
    return row
  }

  private static func print(_ columns: [String]) {
    let padded = zip(columns, widths).map { $0.padded($1) }
    Swift.print(padded.joined() + columns[widths.count])
    // Whoever waits for the next row may read this one.
    fflush(nil)
  }

  /// Four digits tell enough: fast things in tenths, what is next to nothing in hundredths.
  private static func text(_ value: Double) -> String {
    if value >= 1_000 { return String(Int(value.rounded())) }
    if value >= 0, value < 10 {
      let hundredths = Int((value * 100).rounded())
      if hundredths % 10 != 0 { return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)" }
    }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 && value >= 100 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }
}

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}

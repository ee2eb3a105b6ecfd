internal import Documents
public import ObjectSchema

/// Amounts as they are measured, finer than quantities otherwise are.
public enum UsageText {
  /// Billionths of processors.
  public static func processors(_ nanocores: Int64) -> Quantity { Quantity("\(nanocores)n") ?? Quantity(whole: 0) }

  public static func memory(_ bytes: Int64) -> Quantity { Quantity("\(bytes >> 10)Ki") ?? Quantity(whole: 0) }

  /// How many billionths the amount has: it is told in the largest unit that leaves no fraction.
  static func billionths(_ quantity: Quantity) -> Int64 {
    for (suffix, factor) in [("n", 1), ("u", 1000)] as [(String, Int64)] where quantity.text.hasSuffix(suffix) {
      return (Int64(quantity.text.dropLast()) ?? 0) * factor
    }
    return quantity.milliValue * 1_000_000
  }
}

/// What tables show of measured use.
enum UsageColumns {
  static func all<Object: NamedObject>(
    window: @escaping @Sendable (Object) -> String?, usage: @escaping @Sendable (Object) -> [[String: Quantity]]
  ) -> [Column<Object>] {
    @Sendable func sum(_ resource: String, _ object: Object, _ amount: (Quantity) -> Int64) -> Int64 {
      usage(object).reduce(0) { $0 + ($1[resource].map(amount) ?? 0) }
    }
    return [
      .name,
      Column("Cpu", "The processors that are used, as an average.") { object, _ in
        .string("\(sum("cpu", object, UsageText.billionths) / 1_000_000)m")
      },
      Column("Memory", "The memory that is in use.") { object, _ in
        .string(UsageText.memory(sum("memory", object, \.value)).text)
      },
      Column("Window", "The time over which it was measured.") { object, _ in .string(window(object) ?? "") },
    ]
  }
}

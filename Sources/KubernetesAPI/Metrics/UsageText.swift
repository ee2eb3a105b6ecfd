internal import Documents
public import ObjectSchema

/// Amounts as they are measured, finer than quantities otherwise are.
public enum UsageText {
  /// Billionths of processors.
  public static func processors(_ nanocores: Int64) -> Quantity { Quantity("\(nanocores)n") ?? Quantity(whole: 0) }

  public static func memory(_ bytes: Int64) -> Quantity { Quantity("\(bytes >> 10)Ki") ?? Quantity(whole: 0) }

  /// Billionths of what has them, otherwise the whole amount.
  static func amount(_ quantity: Quantity) -> Int64 {
    let text = quantity.text
    return text.hasSuffix("n") ? Int64(text.dropLast()) ?? 0 : quantity.value
  }
}

/// What tables show of measured use.
enum UsageColumns {
  static func all<Object: NamedObject>(
    window: @escaping @Sendable (Object) -> String?, usage: @escaping @Sendable (Object) -> [[String: Quantity]]
  ) -> [Column<Object>] {
    @Sendable func sum(_ resource: String, _ object: Object) -> Int64 {
      usage(object).reduce(0) { $0 + ($1[resource].map(UsageText.amount) ?? 0) }
    }
    return [
      .name,
      Column("Cpu", "The processors that are used, as an average.") { object, _ in
        .string("\(sum("cpu", object) / 1_000_000)m")
      },
      Column("Memory", "The memory that is in use.") { object, _ in .string("\(sum("memory", object) >> 10)Ki") },
      Column("Window", "The time over which it was measured.") { object, _ in .string(window(object) ?? "") },
    ]
  }
}

/// The order in which lessons are proved: what one leaves behind must not help or hinder another.
public enum LessonOrder: Sendable, Equatable, CustomStringConvertible {
  /// All side by side.
  case together
  /// One after another, as the pack lists them.
  case listed
  case reversed
  /// The same seed gives the same order.
  case shuffled(seed: UInt64)

  func arranged(_ lessons: [Lesson]) -> [Lesson] {
    switch self {
    case .together, .listed: return lessons
    case .reversed: return lessons.reversed()
    case .shuffled(let seed):
      var chance = SeededChance(seed)
      return lessons.shuffled(using: &chance)
    }
  }

  public var description: String {
    switch self {
    case .together: "side by side"
    case .listed: "one after another, as listed"
    case .reversed: "one after another, from the last to the first"
    case .shuffled(let seed): "one after another, shuffled by --seed \(seed)"
    }
  }
}

/// Chance that can be repeated.
struct SeededChance: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// The time words of a sentence.
public enum Timing: Sendable, Equatable {
  /// It becomes true within this time; the default patience is 30 seconds.
  case within(Duration)
  /// It is true, and stays so for this time.
  case stays(Duration)
  /// It is true at the moment at which the step ends.
  case now
  /// It is not true at any time since the step began.
  case never

  public static let patience = Duration.seconds(30)

  static func take(from words: inout [SentenceWord]) throws(SentenceError) -> Timing {
    if words.first?.isKeyword("never") == true {
      words.removeFirst()
      return .never
    }
    if words.last?.isKeyword("now") == true {
      words.removeLast()
      return .now
    }
    guard words.count > 2 else { return .within(patience) }
    let word = words[words.count - 2]
    guard word.isKeyword("within") || word.isKeyword("for"), case .word(let text) = words[words.count - 1],
      text.first?.isNumber == true
    else { return .within(patience) }
    let duration = try DurationText.read(text)
    words.removeLast(2)
    return word.isKeyword("within") ? .within(duration) : .stays(duration)
  }
}

/// `90s`, `4m`, `1h`.
enum DurationText {
  static func parse(_ text: String) -> Duration? {
    guard let unit = text.last, let number = Int(text.dropLast()), (0...1_000_000).contains(number) else { return nil }
    switch unit {
    case "s": return .seconds(number)
    case "m": return .seconds(number * 60)
    case "h": return .seconds(number * 3600)
    default: return nil
    }
  }

  static func read(_ text: String) throws(SentenceError) -> Duration {
    guard let duration = parse(text) else {
      throw SentenceError(description: "\"\(text)\" is not a duration: expected one like 30s or 2m")
    }
    return duration
  }

  /// The shortest form that `parse` reads back.
  static func print(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    if seconds > 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    return seconds > 0 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }
}

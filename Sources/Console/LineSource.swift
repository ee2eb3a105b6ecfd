/// How reading a line ended.
enum LineRead: Sendable, Equatable {
  case line(String)
  /// ^C: what was typed does not count.
  case interrupted
  case endOfInput
  /// The terminal is gone.
  case hungUp
}

/// Reads lines on the input thread, one at a time.
protocol LineSource: AnyObject {
  func readLine(prompt: StyledText) -> LineRead
  /// Keeps a command for the arrow keys.
  func remember(_ command: String)
}

/// What the tutor says, in pieces that a console can style; their meaning is in the words.
public enum TutorText: Sendable, Equatable {
  case heading(String)
  /// Flowing text, wrapped to the width of the screen.
  case prose(String)
  /// Shown as it is, never wrapped.
  case code([String])
  case ok(String)
  case notYet(String)
  /// A line below another one.
  case detail(String)
  /// The same with a word for what it tells: expected, found, because.
  case fact(String, String)
  case plain(String)
  /// A picture of text, and the same in words.
  case diagram([String], alternative: String)
  /// How much of something is done.
  case bar(done: Int, of: Int)
  case blank

  public var text: String {
    switch self {
    case .heading(let text), .prose(let text), .ok(let text), .notYet(let text), .detail(let text), .plain(let text):
      text
    case .fact(let label, let text): "\(label): \(text)"
    case .code(let lines): lines.joined(separator: "\n")
    case .diagram(let lines, alternative: _): lines.joined(separator: "\n")
    case .bar(let done, let total): "\(done) of \(total)"
    case .blank: ""
    }
  }
}

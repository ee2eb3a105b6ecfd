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
  case plain(String)
  case blank

  public var text: String {
    switch self {
    case .heading(let text), .prose(let text), .ok(let text), .notYet(let text), .detail(let text), .plain(let text):
      text
    case .code(let lines): lines.joined(separator: "\n")
    case .blank: ""
    }
  }
}

/// What the tutor says, in pieces that a console can style; their meaning is in the words.
public enum TutorText: Sendable, Equatable {
  case heading(String)
  /// Flowing text, wrapped to the width of the screen.
  case prose(String)
  /// Shown as it is, never wrapped.
  case code([String])
  /// What a command printed, as it came.
  case output(String)
  case ok(String)
  case notYet(String)
  /// How something stands: a word of state, and what it is about.
  case standing(Standing, String)
  /// A line below another one.
  case detail(String)
  /// What belongs to the line above, a little to the right of it.
  case below(String)
  /// The same with a word for what it tells: expected, found, because.
  case fact(String, String)
  case plain(String)
  /// One answer of several.
  case choice(Int, String)
  /// Rows of cells, the last of which may be long.
  case table([[String]])
  case comparison(Comparison)
  /// A picture of text, and the same in words.
  case diagram([String], alternative: String)
  /// How much of something is done.
  case bar(done: Int, of: Int)
  case blank

  /// The words alone.
  public var text: String {
    switch self {
    case .heading(let text), .prose(let text), .output(let text), .ok(let text), .notYet(let text), .detail(let text),
      .below(let text), .plain(let text), .choice(_, let text):
      text
    case .standing(let standing, let text): "\(standing.rawValue): \(text)"
    case .fact(let label, let text): "\(label): \(text)"
    case .code(let lines), .diagram(let lines, alternative: _): lines.joined(separator: "\n")
    case .table(let rows): rows.map { $0.joined(separator: " ") }.joined(separator: "\n")
    case .comparison(let comparison):
      comparison.rows.flatMap { [$0.place] + $0.left + $0.right }.joined(separator: "\n")
    case .bar(let done, let total): "\(done) of \(total)"
    case .blank: ""
    }
  }

  /// A condition's word.
  public enum Standing: String, Sendable {
    case ok
    case notYet = "NOT YET"
    case cannotTell = "CANNOT TELL"
    case broken = "BROKEN"
    case open = "OPEN"
    /// It had become true, and is so no more.
    case wasOk = "WAS OK"
    /// It waits for another one.
    case later

    public var isWell: Bool { self == .ok }
    public var isWarning: Bool { self != .ok && self != .later }
  }

  /// Two sides of the same thing: beside each other where there is room, else one below the other.
  public struct Comparison: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
      /// What both sides are about.
      public var place: String
      public var left: [String]
      public var right: [String]
    }

    public var left: String
    public var right: String
    public var rows: [Row]
    /// The left side is what is missed, the right side what is there instead: marked with `-` and `+`.
    public var isDifference: Bool
  }
}

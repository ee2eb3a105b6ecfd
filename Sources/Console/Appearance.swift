internal import Glibc

/// How the program may present itself: decided once, by the terminal, the environment and the user's flags.
public struct Appearance: Sendable, Equatable {
  /// The user's `--color`.
  public enum ColourChoice: String, Sendable, CaseIterable {
    case auto, always, never
  }

  public var isTerminal: Bool
  public var hasColour: Bool
  /// For screen readers: lines are only ever appended, nothing on the screen is drawn over.
  public var isAccessible: Bool
  /// Whether the terminal understands control sequences at all.
  public var movesCursor: Bool
  /// Columns of the terminal; 80 where there is none.
  public var width: Int

  public init(
    isTerminal: Bool, hasColour: Bool = false, isAccessible: Bool = false, movesCursor: Bool = false, width: Int = 80
  ) {
    self.isTerminal = isTerminal
    self.hasColour = hasColour
    self.isAccessible = isAccessible
    self.movesCursor = movesCursor
    self.width = width
  }

  /// Looks at the descriptor and at NO_COLOR, TERM and ACCESSIBLE.
  public static func detect(
    output: Int32 = 1, colour: ColourChoice = .auto, accessible: Bool = false,
    variable: (String) -> String? = environmentVariable
  ) -> Appearance {
    let isTerminal = isatty(output) == 1
    let term = variable("TERM") ?? ""
    let movesCursor = isTerminal && !term.isEmpty && term != "dumb"
    let hasColour =
      switch colour {
      case .always: true
      case .never: false
      case .auto: movesCursor && (variable("NO_COLOR") ?? "").isEmpty
      }
    let isAccessible = accessible || !["", "0", "false", "no"].contains(variable("ACCESSIBLE") ?? "")
    return Appearance(
      isTerminal: isTerminal, hasColour: hasColour, isAccessible: isAccessible, movesCursor: movesCursor,
      width: WindowSize.of(output)?.columns ?? 80)
  }

  /// The variable of this process, if it is set.
  public static func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

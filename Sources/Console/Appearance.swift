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
  /// What the terminal calls itself, as in TERM; empty where there is none.
  public var terminalType: String
  /// Columns of the terminal; 80 where there is none.
  public var width: Int

  public init(
    isTerminal: Bool, hasColour: Bool = false, isAccessible: Bool = false, terminalType: String = "", width: Int = 80
  ) {
    self.isTerminal = isTerminal
    self.hasColour = hasColour
    self.isAccessible = isAccessible
    self.terminalType = terminalType
    self.width = width
  }

  /// Whether the terminal understands control sequences at all.
  public var movesCursor: Bool { isTerminal && !terminalType.isEmpty && terminalType != "dumb" }

  /// Looks at the descriptor and at NO_COLOR, TERM and ACCESSIBLE.
  public static func detect(
    output: Int32 = 1, colour: ColourChoice = .auto, accessible: Bool = false,
    variable: (String) -> String? = environmentVariable
  ) -> Appearance {
    let isTerminal = isatty(output) == 1
    var appearance = Appearance(
      isTerminal: isTerminal, terminalType: variable("TERM") ?? "", width: WindowSize.of(output)?.columns ?? 80)
    appearance.hasColour =
      switch colour {
      case .always: true
      case .never: false
      case .auto: appearance.movesCursor && (variable("NO_COLOR") ?? "").isEmpty
      }
    appearance.isAccessible = accessible || !["", "0", "false", "no"].contains(variable("ACCESSIBLE") ?? "")
    return appearance
  }

  /// The variable of this process, if it is set.
  public static func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

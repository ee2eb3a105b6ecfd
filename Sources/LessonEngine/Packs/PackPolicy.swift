/// What the author of a pack leaves to the learner.
public struct PackPolicy: Sendable, Equatable {
  /// Whether a step may be left to its solution.
  public enum Skipping: String, Sendable, CaseIterable {
    case allowed, no
  }

  /// When the solution of a step is shown.
  public enum Solutions: String, Sendable, CaseIterable {
    case afterPass = "after-pass"
    case afterHints = "after-hints"
    case never
  }

  public var skipping = Skipping.allowed
  public var solutions = Solutions.afterHints

  public init() {}

  public var allowsSkipping: Bool { skipping == .allowed }
}

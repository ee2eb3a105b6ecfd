/// How text that is taller than the window is shown.
enum Pager: Equatable {
  /// By a command line of the machine.
  case program(String)
  /// As many sections at a time as fit.
  case sections

  /// Ends by itself when there is little to show, keeps colours, leaves the text on the screen, and ends with ^C.
  private static let usual = Pager.program("less -FIRXK")

  /// Nil when there is to be none. A screen reader is given plain lines unless its user has chosen a pager.
  static func choose(
    _ appearance: Appearance, isInSections: Bool = false, path: String, variable: (String) -> String?
  ) -> Pager? {
    guard appearance.movesCursor else { return nil }
    if let chosen = variable("PAGER")?.trimmed { return chosen.isEmpty || chosen == "cat" ? nil : .program(chosen) }
    if appearance.isAccessible { return nil }
    if isInSections { return .sections }
    return MachineProgram.find("less", path: path) == nil ? nil : usual
  }
}

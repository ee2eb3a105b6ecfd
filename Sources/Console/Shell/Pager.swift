/// The program that long output is shown with.
enum Pager {
  /// Ends by itself when there is little to show, keeps colours, leaves the text on the screen, and ends with ^C.
  private static let usual = "less -FIRXK"

  /// The command line of the pager; nil when there is to be none.
  ///
  /// A screen reader is given plain lines unless its user has chosen a pager.
  static func command(_ appearance: Appearance, path: String, variable: (String) -> String?) -> String? {
    guard appearance.movesCursor else { return nil }
    if let chosen = variable("PAGER")?.trimmed { return chosen.isEmpty || chosen == "cat" ? nil : chosen }
    if appearance.isAccessible { return nil }
    return MachineProgram.find("less", path: path) == nil ? nil : usual
  }
}

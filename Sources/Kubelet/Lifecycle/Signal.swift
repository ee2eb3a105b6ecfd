internal import ContainerRuntime

/// Signals of a container's end, by Linux' numbers.
enum Signal {
  static let terminate: Int32 = 15
  static let kill: Int32 = 9

  /// By which a container of the image is asked to end.
  static func stopping(_ image: ImageInfo) -> Int32 { number(of: image.stopSignal) ?? terminate }

  /// Whether an image names something that is no signal.
  static func isUnknown(_ text: String) -> Bool { !text.isEmpty && number(of: text) == nil }

  /// Of `SIGQUIT`, `quit`, `3`, `SIGRTMIN+3` or `RTMAX-1`.
  static func number(of text: String) -> Int32? {
    if let number = Int32(text) { return (1...last).contains(number) ? number : nil }
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let index = names.firstIndex(of: name) { return Int32(index) + 1 }
    return ["IOT": 6, "CLD": 17, "POLL": 29][name] ?? realTime(name)
  }

  private static func realTime(_ name: String) -> Int32? {
    for (base, start, sign) in [("RTMIN", firstRealTime, "+"), ("RTMAX", last, "-")] where name.hasPrefix(base) {
      let rest = name.dropFirst(base.count)
      if rest.isEmpty { return start }
      guard rest.hasPrefix(sign), let distance = Int32(rest), (firstRealTime...last).contains(start + distance) else {
        return nil
      }
      return start + distance
    }
    return nil
  }

  /// The C library keeps the first two real-time signals for itself.
  private static let firstRealTime: Int32 = 34
  private static let last: Int32 = 64

  private static let names = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
  ]
}

/// What an exit code usually means.
enum ExitCode {
  static func meaning(_ code: Int32) -> String {
    if let text = special[code] { return text }
    if code > 128, code < 160 {
      return "it was ended by signal \(code - 128)" + (signals[code - 128].map { ", \($0)" } ?? "")
    }
    return "its program reported a failure of its own"
  }

  private static let special: [Int32: String] = [
    0: "its program had done its work",
    126: "its command was found but could not be executed",
    127: "its shell did not find the command",
    137: "it was killed (signal 9, SIGKILL): by the kernel, by a failed probe, or when its grace period was over",
    143: "it was asked to end (signal 15, SIGTERM) and did",
  ]

  private static let signals: [Int32: String] = [
    1: "SIGHUP", 2: "SIGINT: ^C", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT: its program gave up", 8: "SIGFPE",
    11: "SIGSEGV: its program used memory that is not its own", 13: "SIGPIPE",
  ]
}

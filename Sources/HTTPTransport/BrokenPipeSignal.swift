internal import Glibc

/// The signal for writing to a connection that is gone: the libraries used here report the error as well, and the signal
/// would end the program.
enum BrokenPipeSignal {
  static func ignore() { _ = ignored }

  private static let ignored: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}

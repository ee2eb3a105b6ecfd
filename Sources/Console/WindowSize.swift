internal import CLinux
internal import Glibc

/// How large a terminal is.
public struct WindowSize: Sendable, Equatable {
  public var columns: Int
  public var rows: Int

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The size now; nil when the descriptor is no terminal or the terminal does not know its size.
  public static func of(_ descriptor: Int32) -> WindowSize? {
    var size = winsize()
    guard clinux_ioctl_pointer(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return WindowSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  /// The size now, and again whenever the window was changed; ends with the task that reads it.
  public static func changes(of descriptor: Int32) -> AsyncStream<WindowSize> {
    let (sizes, continuation) = AsyncStream<WindowSize>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let report: @Sendable () -> Void = {
      if let size = of(descriptor) { continuation.yield(size) }
    }
    let subscription = SignalRelay.shared.subscribe([SIGWINCH]) { _ in report() }
    continuation.onTermination = { _ in subscription.cancel() }
    report()
    return sizes
  }
}

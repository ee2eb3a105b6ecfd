internal import CLinux
internal import Glibc

/// A pseudo-terminal: one side is held by who shows it, a program opens the other by its path.
public struct TerminalPair: Sendable {
  public let holder: Int32
  public let path: String

  /// `holder` is the caller's to close.
  public static func open() throws(SystemCallError) -> TerminalPair {
    let holder = try systemCall("posix_openpt") { posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) }
    do throws(SystemCallError) {
      try systemCall("unlockpt") { unlockpt(holder) }
      var name = [CChar](repeating: 0, count: 128)
      try systemCall("ptsname") { ptsname_r(holder, &name, name.count) == 0 ? 0 : -1 }
      let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return TerminalPair(holder: holder, path: path)
    } catch {
      close(holder)
      throw error
    }
  }
}

internal import Glibc
public import SystemIO

/// Who is behind the file of a Unix socket; connecting tells, without a word to whoever serves it.
public enum SocketProbe: Sendable {
  case served, missing
  /// The file of a server that has ended.
  case abandoned

  public static func find(_ path: String) throws(SystemCallError) -> SocketProbe {
    var address = try unixAddress(path)
    let probe = try systemCall("socket", on: path) {
      socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    }
    defer { close(probe) }
    do throws(SystemCallError) {
      try systemCall("connect", on: path) { withSocketAddress(&address) { connect(probe, $0, $1) } }
      return .served
    } catch {
      switch error.errno {
      case ENOENT: return .missing
      case ECONNREFUSED: return .abandoned
      // Its queue of callers is full: so there is one who should serve it.
      case EAGAIN: return .served
      default: throw error
      }
    }
  }
}

internal import Glibc
internal import SystemIO

/// The processes of this machine as /proc shows them.
public enum ProcessTable {
  /// Whether a process of that number exists and is not merely waiting to be reaped.
  public static func isAlive(_ pid: Int32) -> Bool {
    guard let status = try? Files.readText("/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else {
      return false
    }
    return !status[end...].hasPrefix(") Z")
  }

  /// Processes that were started, directly or not, with the variable `NAME=value` in their environment.
  public static func withVariable(_ variable: String) -> [Int32] {
    let marker = Array(variable.utf8)
    return all().filter { pid in
      guard let environment = try? Files.read("/proc/\(pid)/environ") else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(marker) } && isAlive(pid)
    }
  }

  /// Every process of the sessions that the given processes lead.
  public static func inSession(_ leader: Int32) -> [Int32] {
    all().filter { getsid($0) == leader && isAlive($0) }
  }

  /// The program and its arguments, for messages.
  public static func commandLine(_ pid: Int32) -> String {
    guard let bytes = try? Files.read("/proc/\(pid)/cmdline"), !bytes.isEmpty else { return "process \(pid)" }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  static func all() -> [Int32] {
    ((try? Files.list("/proc")) ?? []).compactMap { Int32($0) }
  }
}

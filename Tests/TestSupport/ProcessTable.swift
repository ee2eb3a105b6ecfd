internal import Glibc
internal import SystemIO

/// The processes of this machine as /proc shows them.
public enum ProcessTable {
  /// A process that cannot be mistaken for a later one with the same number.
  public struct Identity: Sendable, Hashable, CustomStringConvertible {
    public let pid: Int32
    let started: String
    public let command: String

    public var isAlive: Bool { ProcessTable.isAlive(pid) && ProcessTable.field(22, of: pid) == started }
    public var description: String { "process \(pid): \(command)" }
  }

  public static func identity(of pid: Int32) -> Identity? {
    field(22, of: pid).map { Identity(pid: pid, started: $0, command: commandLine(pid)) }
  }

  /// The process that started the given one, or that has taken it over.
  public static func parent(of pid: Int32) -> Int32? { field(4, of: pid).flatMap { Int32($0) } }

  public static func children(of pid: Int32) -> [Int32] { all().filter { parent(of: $0) == pid } }

  /// The process and all that stem from it.
  public static func family(of pid: Int32) -> [Identity] {
    (identity(of: pid).map { [$0] } ?? []) + children(of: pid).flatMap(family)
  }

  /// What the descriptors of a process are open on, sorted.
  public static func descriptors(of pid: Int32) -> [String] {
    let folder = "/proc/\(pid)/fd"
    return ((try? Files.list(folder)) ?? []).compactMap { try? Files.linkTarget(folder + "/" + $0) }.sorted()
  }

  /// A field of /proc/PID/stat by its number in proc(5); those before the third are not asked for.
  private static func field(_ number: Int, of pid: Int32) -> String? {
    // The program's name stands in parentheses and may hold anything.
    guard let text = try? Files.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    return number - 2 < fields.count ? String(fields[number - 2]) : nil
  }

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

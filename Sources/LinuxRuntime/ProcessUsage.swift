internal import ContainerRuntime
internal import Glibc
internal import SystemIO

/// What processes use, read from the processes themselves: for nodes without control groups.
///
/// Less exact than a group's own account: memory is what a process shares with nobody, and the time of processes is
/// forgotten that ended without anybody waiting for them.
struct ProcessUsage {
  private struct Entry {
    var parent: Int32
    var ticks: Int64
  }

  private var entries: [Int32: Entry] = [:]

  /// All processes that can be seen from here, as they are now.
  static func now() -> ProcessUsage {
    var usage = ProcessUsage()
    for name in (try? Files.list("/proc")) ?? [] {
      guard let pid = Int32(name), let text = try? Files.readText("/proc/\(name)/stat") else { continue }
      usage.entries[pid] = entry(text)
    }
    return usage
  }

  /// The fields behind the command, which stands in parentheses and may contain anything.
  private static func entry(_ text: String) -> Entry? {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 14, let parent = Int32(fields[1]) else { return nil }
    // Its own time and that of the children it waited for, each as a program and in the kernel.
    return Entry(parent: parent, ticks: fields[11...14].reduce(0) { $0 + (Int64($1) ?? 0) })
  }

  /// Of everything that can be seen.
  func all(at time: Int64) -> ResourceUsage { sum(of: Array(entries.keys), at: time) }

  /// Of a process and those that come from it; nil when it has gone.
  func family(of pid: Int32, at time: Int64) -> ResourceUsage? {
    let family = family(of: pid)
    return family.isEmpty ? nil : sum(of: family, at: time)
  }

  /// A process and those that come from it; empty when it has gone.
  func family(of pid: Int32) -> [Int32] {
    guard entries[pid] != nil else { return [] }
    let children = Dictionary(grouping: entries.keys) { entries[$0]?.parent ?? 0 }
    var family = [pid]
    var next = 0
    while next < family.count {
      family += children[family[next]] ?? []
      next += 1
    }
    return family
  }

  private func sum(of pids: [Int32], at time: Int64) -> ResourceUsage {
    let ticksPerSecond = Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    let pageSize = Int64(max(1, sysconf(Int32(_SC_PAGESIZE))))
    let ticks = pids.reduce(Int64(0)) { $0 + (entries[$1]?.ticks ?? 0) }
    let pages = pids.reduce(Int64(0)) { $0 + Self.ownPages(of: $1) }
    return ResourceUsage(
      memoryWorkingSetBytes: pages * pageSize, cpuNanoseconds: ticks * (1_000_000_000 / ticksPerSecond),
      measuredAt: time)
  }

  /// Resident pages that no file and no other process has as well.
  private static func ownPages(of pid: Int32) -> Int64 {
    guard let text = try? Files.readText("/proc/\(pid)/statm") else { return 0 }
    let fields = text.split(separator: " ").map { Int64($0) ?? 0 }
    return fields.count > 2 ? max(0, fields[1] - fields[2]) : 0
  }
}

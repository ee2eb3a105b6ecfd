import Glibc

/// One process, as /proc tells it.
struct ProcessEntry {
  var pid: Int32
  var parent: Int32
  var group: Int32
  var session: Int32
  /// The controlling terminal's device number, 0 for none.
  var terminal: UInt32
  var foregroundGroup: Int32
  var user: UInt32
  var name: String
  /// The arguments, or the name in brackets for those who have none.
  var commandLine: String
  var state: Character
  var nice: Int
  var threads: Int
  var cpuTicks: Int
  /// Clock ticks after boot.
  var startTicks: Int
  var virtualKilobytes: Int
  var residentKilobytes: Int

  static func all() -> [ProcessEntry] {
    (listDirectory("/proc") ?? []).compactMap { Int32($0) }.sorted().compactMap { ProcessEntry($0) }
  }

  /// Nil when the process has just gone.
  init?(_ pid: Int32) {
    guard let line = readText("/proc/\(pid)/stat"), let open = line.firstIndex(of: "("),
      let close = line.lastIndex(of: ")")
    else { return nil }
    let fields = line[line.index(after: close)...].split(separator: " ")
    guard fields.count > 21 else { return nil }
    func number(_ index: Int) -> Int { Int(fields[index]) ?? 0 }
    self.pid = pid
    name = String(line[line.index(after: open)..<close])
    state = fields[0].first ?? "?"
    parent = Int32(truncatingIfNeeded: number(1))
    group = Int32(truncatingIfNeeded: number(2))
    session = Int32(truncatingIfNeeded: number(3))
    terminal = UInt32(truncatingIfNeeded: number(4))
    foregroundGroup = Int32(truncatingIfNeeded: number(5))
    cpuTicks = number(11) + number(12)
    nice = number(16)
    threads = number(17)
    startTicks = number(19)
    virtualKilobytes = number(20) / 1024
    residentKilobytes = number(21) * sysconf(Int32(_SC_PAGESIZE)) / 1024

    var owner = stat()
    user = stat("/proc/\(pid)", &owner) == 0 ? owner.st_uid : 0
    let words = (readFile("/proc/\(pid)/cmdline") ?? []).split(separator: 0)
    commandLine = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    if commandLine.isEmpty { commandLine = "[\(name)]" }
  }

  var cpuSeconds: Int { cpuTicks / Self.ticksPerSecond }

  var elapsedSeconds: Int { max(0, Self.uptimeSeconds - startTicks / Self.ticksPerSecond) }

  /// `pts/0`, or `?` without a terminal.
  var terminalName: String {
    let major = (terminal >> 8) & 0xFFF
    let minor = (terminal & 0xFF) | ((terminal >> 12) & 0xFFF00)
    switch major {
    case 0: return "?"
    case 136...143: return "pts/\((major - 136) * 256 + minor)"
    case 4: return minor < 64 ? "tty\(minor)" : "ttyS\(minor - 64)"
    default: return "?"
    }
  }

  /// procps' state letters: leader of a session, several threads, in the foreground, priority.
  var detailedState: String {
    var text = String(state)
    if nice < 0 { text += "<" }
    if nice > 0 { text += "N" }
    if session == pid { text += "s" }
    if threads > 1 { text += "l" }
    if terminal != 0 && foregroundGroup == group { text += "+" }
    return text
  }

  static let ticksPerSecond = max(1, sysconf(Int32(_SC_CLK_TCK)))

  private static let uptimeSeconds: Int = {
    let text = readText("/proc/uptime") ?? ""
    return Int(text.prefix { $0 != "." }) ?? 0
  }()
}

import Glibc

/// `ps`, in the two dialects people know: procps' on Debian and Ubuntu, busybox's elsewhere.
enum ProcessStatus {
  static func main(_ arguments: [String]) -> Int32 {
    let words = Array(arguments.dropFirst())
    var columns: [Column]?
    var showsAll = false
    var style: Style = isDebianLike() ? .brief : .busybox
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      if word == "--help" || word == "-h" {
        write(
          "usage: ps [aux | -ef | -A] [-o COLUMN,...]\nThe columns are: \(Column.known.keys.sorted().joined(separator: ", "))\n",
          to: STDOUT_FILENO)
        return 0
      }
      if word == "-o" || word == "-eo" || word == "-Ao" || word == "axo" || word == "-axo" {
        guard index < words.count else { return complain("-o needs a list of columns") }
        if word != "-o" { showsAll = true }
        for name in words[index].split(separator: ",") {
          let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
          guard var column = Column.known[parts[0]] else { return complain("unknown column \(parts[0])") }
          if parts.count > 1 { column.title = parts[1] }
          columns = (columns ?? []) + [column]
        }
        index += 1
        continue
      }
      for letter in word.drop(while: { $0 == "-" }) {
        switch letter {
        case "a", "x", "w", "H", "T": break
        case "A", "e": showsAll = true
        case "u": if style != .busybox { style = .user }
        case "f", "l": if style != .busybox && style != .user { style = .full }
        default: return complain("unknown option \(word)")
        }
      }
      // `ps ax` and `ps aux` ask for everybody's processes, with a terminal or without.
      if word.contains("x") { showsAll = true }
    }
    if style == .busybox { showsAll = true }
    let ownTerminal = ProcessEntry(getpid())?.terminal ?? 0
    let rows = ProcessEntry.all().filter { showsAll || ($0.terminal == ownTerminal && $0.user == geteuid()) }
    write(table(rows, columns ?? style.columns), to: STDOUT_FILENO)
    return 0
  }

  private enum Style {
    case busybox, brief, full, user

    var columns: [Column] {
      switch self {
      case .busybox:
        [
          Column("PID", -5) { "\($0.pid)" }.rightInRows, Column("USER", -8) { userName($0.user) },
          Column("TIME", -5) { minutes($0.cpuSeconds) }.rightInRows, Column("COMMAND", 0) { $0.commandLine },
        ]
      case .brief: ["pid", "tty", "time", "comm"].compactMap { Column.known[$0] }
      case .full: ["uid", "pid", "ppid", "c", "stime", "tty", "time", "args"].compactMap { Column.known[$0] }
      case .user:
        [
          Column("USER", -8) { userName($0.user) }, Column("PID", 7) { "\($0.pid)" },
          Column("%CPU", 4) { share(of: $0.cpuTicks * 1000 / ProcessEntry.ticksPerSecond, in: $0.elapsedSeconds) },
          Column("%MEM", 4) { share(of: $0.residentKilobytes * 1000, in: totalKilobytes) },
          Column("VSZ", 6) { "\($0.virtualKilobytes)" }, Column("RSS", 5) { "\($0.residentKilobytes)" },
          Column("TTY", -8) { $0.terminalName }, Column("STAT", -4) { $0.detailedState },
          Column("START", 5) { started($0) }, Column("TIME", 6) { minutes($0.cpuSeconds) },
          Column("COMMAND", 0) { $0.commandLine },
        ]
      }
    }
  }

  fileprivate struct Column {
    var title: String
    /// Negative widths align to the left, 0 takes the rest of the line.
    var width: Int
    var rowsAlignRight = false
    var value: (ProcessEntry) -> String

    init(_ title: String, _ width: Int, _ value: @escaping (ProcessEntry) -> String) {
      self.title = title
      self.width = width
      self.value = value
    }

    /// busybox puts its titles to the left above numbers that stand to the right.
    var rightInRows: Column {
      var copy = self
      copy.rowsAlignRight = true
      return copy
    }

    static var known: [String: Column] {
      [
        "pid": Column("PID", 7) { "\($0.pid)" }, "ppid": Column("PPID", 7) { "\($0.parent)" },
        "pgid": Column("PGID", 7) { "\($0.group)" }, "sid": Column("SID", 7) { "\($0.session)" },
        "uid": Column("UID", -8) { userName($0.user) }, "user": Column("USER", -8) { userName($0.user) },
        "comm": Column("CMD", 0) { $0.name }, "args": Column("CMD", 0) { $0.commandLine },
        "cmd": Column("CMD", 0) { $0.commandLine }, "command": Column("COMMAND", 0) { $0.commandLine },
        "tty": Column("TTY", -8) { $0.terminalName }, "stat": Column("STAT", -4) { $0.detailedState },
        "state": Column("S", -1) { String($0.state) }, "vsz": Column("VSZ", 6) { "\($0.virtualKilobytes)" },
        "rss": Column("RSS", 5) { "\($0.residentKilobytes)" }, "nice": Column("NI", 3) { "\($0.nice)" },
        "time": Column("TIME", 8) { hours($0.cpuSeconds) }, "stime": Column("STIME", 5) { started($0) },
        "etime": Column("ELAPSED", 11) { elapsed($0.elapsedSeconds) }, "nlwp": Column("NLWP", 4) { "\($0.threads)" },
        "c": Column("C", 2) { "\($0.cpuTicks * 100 / ProcessEntry.ticksPerSecond / max(1, $0.elapsedSeconds))" },
      ]
    }
  }

  private static func table(_ rows: [ProcessEntry], _ columns: [Column]) -> String {
    var text = line(columns.map { ($0.title, $0.width) })
    for row in rows {
      text += line(columns.map { ($0.value(row), $0.rowsAlignRight ? abs($0.width) : $0.width) })
    }
    return text
  }

  private static func line(_ cells: [(String, Int)]) -> String {
    var line = ""
    for (index, (text, width)) in cells.enumerated() {
      let padding = String(repeating: " ", count: max(0, abs(width) - text.count))
      line += (index > 0 ? " " : "") + (width > 0 ? padding + text : text + padding)
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  private static func isDebianLike() -> Bool {
    (readText("/etc/os-release") ?? "").split(separator: "\n").contains { line in
      line.hasPrefix("ID=") && (line.hasSuffix("debian") || line.hasSuffix("ubuntu"))
    }
  }

  private static let totalKilobytes: Int = {
    let line = (readText("/proc/meminfo") ?? "").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
    return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 1
  }()

  private static let now = time(nil)

  /// Thousandths as a percentage with one digit.
  private static func share(of thousandths: Int, in whole: Int) -> String {
    let tenths = thousandths / max(1, whole)
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func started(_ process: ProcessEntry) -> String {
    CalendarTime(now - process.elapsedSeconds, utc: false).hourAndMinute
  }

  private static func minutes(_ seconds: Int) -> String { "\(seconds / 60):\(two(seconds % 60))" }

  private static func hours(_ seconds: Int) -> String {
    "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  private static func elapsed(_ seconds: Int) -> String {
    let days = seconds / 86_400
    if seconds < 3600 { return "\(two(seconds / 60)):\(two(seconds % 60))" }
    return (days > 0 ? "\(days)-" : "") + hours(seconds % 86_400)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func complain(_ what: String) -> Int32 {
    write("ps: \(what): see ps --help\n", to: STDERR_FILENO)
    return 1
  }
}

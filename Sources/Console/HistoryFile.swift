internal import Glibc
internal import SystemIO

/// What was typed in earlier sessions: a text file with a command a line, the newest last.
///
/// Several sessions may append at once. Lines that begin with a blank are not kept, as in shells: they may hold secrets.
struct HistoryFile {
  let path: String
  var limit = usualLimit

  static let usualLimit = 2000

  /// The newest commands, oldest first, each only once.
  func load() throws(SystemCallError) -> [String] {
    guard Files.exists(path) else { return [] }
    let lines = try Files.readText(path).split(separator: "\n").map { Self.decode($0) }
    let entries = Array(Self.unique(lines).suffix(limit))
    if lines.count > 2 * limit { try compact() }
    return entries
  }

  /// Whether a command is to be remembered at all.
  static func keeps(_ command: String) -> Bool { !(command.first?.isWhitespace ?? true) }

  /// Adds a command, and returns when it is safe on the disk.
  func append(_ command: String) throws(SystemCallError) {
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try Files.makeDirectories(String(path[..<slash]))
    }
    let lock = try FileLock.acquire(path + ".lock")
    defer { withExtendedLifetime(lock) {} }
    let file = try Files.open(path, O_WRONLY | O_APPEND | O_CREAT)
    defer { close(file) }
    // Whoever made the file, and with whatever mask: what one types is nobody else's business.
    try systemCall("fchmod", on: path) { fchmod(file, 0o600) }
    let bytes = Array((Self.encode(command) + "\n").utf8)
    let written = try systemCall("write", on: path) { write(file, bytes, bytes.count) }
    if written < bytes.count { throw SystemCallError("write", on: path, errno: ENOSPC) }
    try systemCall("fsync", on: path) { fsync(file) }
  }

  private func compact() throws(SystemCallError) {
    let lock = try FileLock.acquire(path + ".lock")
    defer { withExtendedLifetime(lock) {} }
    let lines = try Files.readText(path).split(separator: "\n").map { Self.decode($0) }
    let text = Self.unique(lines).suffix(limit).map { Self.encode($0) + "\n" }.joined()
    try Files.replace(path, with: Array(text.utf8))
  }

  /// The last of equal commands stays.
  static func unique(_ commands: [String]) -> [String] {
    var seen: Set<String> = []
    return commands.reversed().filter { seen.insert($0).inserted }.reversed()
  }

  /// A command of several lines becomes one.
  static func encode(_ command: String) -> String {
    var line = ""
    for character in command.unicodeScalars {
      switch character {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      default: line.unicodeScalars.append(character)
      }
    }
    return line
  }

  static func decode(_ line: some StringProtocol) -> String {
    var command = ""
    var isEscaped = false
    for character in line.unicodeScalars {
      if isEscaped {
        command.unicodeScalars.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        command.unicodeScalars.append(character)
      }
    }
    return command
  }
}

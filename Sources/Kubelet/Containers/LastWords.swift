internal import ContainerRuntime
internal import SystemIO

/// What a container says about its own end: its termination message.
enum LastWords {
  static func of(_ spec: ContainerSpec, _ status: ExitStatus) -> String? {
    // A container may write as much as it likes.
    if let path = spec.terminationMessageFile, let name = path.split(separator: "/").last,
      let bytes = try? Files.read(
        String(name), beneath: String(path.dropLast(name.count)), upTo: 4096, fromItsEnd: true), !bytes.isEmpty
    {
      return String(decoding: bytes, as: UTF8.self)
    }
    guard spec.labels[PodLabels.terminationMessagePolicy] == "FallbackToLogsOnError", status.code != 0,
      let end = try? end(of: spec.logPath)
    else { return nil }
    let lines = LogLine.parse(end).suffix(80)
    var tail = lines.flatMap(\.content)
    if tail.count > 2048 { tail = Array(tail.suffix(2048)) }
    return String(decoding: tail, as: UTF8.self)
  }

  /// Enough of the log for whatever is wanted of it.
  private static func end(of log: String) throws(SystemCallError) -> [UInt8] {
    let file = try GrowingFile(log)
    defer { file.close() }
    let size = try file.size()
    let begin = max(0, size - 65_536)
    let bytes = try file.read(at: begin, upTo: size - begin)
    // The first line is not a whole one.
    return begin == 0 ? bytes : Array(bytes.drop { $0 != 0x0A })
  }
}

internal import ObjectSchema

/// One line of a container's log file: `2026-11-21T12:04:14.026639123Z stdout F hello`.
struct LogLine: Sendable, Equatable {
  var time: Substring
  var stream: Substring
  /// With its line end, unless the line was cut because it is long.
  var content: [UInt8]

  init?(_ line: ArraySlice<UInt8>) {
    var rest = line
    func word() -> Substring? {
      guard let space = rest.firstIndex(of: 0x20) else { return nil }
      defer { rest = rest[(space + 1)...] }
      return Substring(decoding: rest[..<space], as: UTF8.self)
    }
    guard let time = word(), let stream = word() else { return nil }
    let flag = rest.first
    guard flag == UInt8(ascii: "F") || flag == UInt8(ascii: "P") else { return nil }
    self.time = time
    self.stream = stream
    content = Array(rest.dropFirst(2))
    if flag == UInt8(ascii: "F") { content.append(0x0A) }
  }

  /// The whole lines of a piece of a log file.
  static func parse(_ bytes: [UInt8]) -> [LogLine] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: true).compactMap { LogLine($0) }
  }

  var timestamp: Timestamp? { Timestamp(String(time)) }
}

/// The line format of container logs: time, stream, `F` for a full line or `P` for a part of one, text.
enum LogLine {
  /// A longer line is written in parts.
  static let longestPart = 16_384

  enum Stream: String, Sendable {
    case output = "stdout"
    case errors = "stderr"
  }

  /// How many bytes from the front can be written: whole lines, and parts of a line that is too long. The rest waits
  /// for its end, unless nothing more will come.
  static func writableCount(_ bytes: some RandomAccessCollection<UInt8>, isAtEnd: Bool) -> Int {
    if isAtEnd { return bytes.count }
    let newline = bytes.lastIndex(of: 0x0A)
    let whole = newline.map { bytes.distance(from: bytes.startIndex, to: $0) + 1 } ?? 0
    let rest = bytes.count - whole
    return whole + rest / longestPart * longestPart
  }

  static func format(_ bytes: some RandomAccessCollection<UInt8>, _ stream: Stream, at time: Int64) -> [UInt8] {
    let stamp = Array(Timestamp.text(time).utf8) + [0x20] + Array(stream.rawValue.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + stamp.count + 4)
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let limit = bytes.index(start, offsetBy: longestPart, limitedBy: bytes.endIndex) ?? bytes.endIndex
      // One more, so that a line of exactly the longest length is a full one.
      let end = bytes[start..<limit].firstIndex(of: 0x0A) ?? limit
      let isFull = end < bytes.endIndex && bytes[end] == 0x0A
      result += stamp
      result += isFull ? [0x20, 0x46, 0x20] : [0x20, 0x50, 0x20]
      result += bytes[start..<end]
      result.append(0x0A)
      start = isFull ? bytes.index(after: end) : end
    }
    return result
  }
}

/// Moments as texts.
enum Timestamp {
  /// Nanoseconds since 1970 as `2026-11-21T12:04:14.026639123Z`.
  static func text(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let days = seconds / 86_400
    let second = seconds % 86_400
    let date = civilDate(days)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
      + "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
      + ".\(padded(nanoseconds % 1_000_000_000, 9))Z"
  }

  /// Days since 1970 in the Gregorian calendar, counted in eras of 400 years that begin in March.
  private static func civilDate(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

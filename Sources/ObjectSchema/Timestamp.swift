internal import Glibc

/// A moment in time, in UTC.
public struct Timestamp: Sendable, Hashable, Comparable {
  public var seconds: Int64
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// From nanoseconds since 1970.
  public init(nanosecondsSince1970 total: Int64) {
    self.init(seconds: total / 1_000_000_000, nanoseconds: Int32(total % 1_000_000_000))
  }

  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }

  public var nanosecondsSince1970: Int64 { seconds * 1_000_000_000 + Int64(nanoseconds) }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .seconds(left.seconds - right.seconds) + .nanoseconds(left.nanoseconds - right.nanoseconds)
  }

  public static func + (left: Timestamp, right: Duration) -> Timestamp {
    // In parts: nanoseconds alone would only reach the year 2262.
    let (seconds, attoseconds) = right.components
    let nanoseconds = Int64(left.nanoseconds) + attoseconds / 1_000_000_000
    let carry = (nanoseconds - (nanoseconds < 0 ? 999_999_999 : 0)) / 1_000_000_000
    return Timestamp(
      seconds: left.seconds + seconds + carry, nanoseconds: Int32(nanoseconds - carry * 1_000_000_000))
  }

  /// Without the fraction, as most fields store it.
  public var toTheSecond: Timestamp { Timestamp(seconds: seconds) }

  // MARK: Text

  /// `2026-11-21T12:04:14Z`.
  public var text: String { dateText + "Z" }

  /// `2026-11-21T12:04:14.026639Z`.
  public var microText: String { dateText + "." + padded(Int(nanoseconds / 1000), 6) + "Z" }

  /// `2026-11-21T12:04:14.026639123Z`, without trailing zeros: how logs write it.
  public var nanoText: String {
    var fraction = padded(Int(nanoseconds), 9)
    while fraction.hasSuffix("0") { fraction.removeLast() }
    return dateText + (fraction.isEmpty ? "" : "." + fraction) + "Z"
  }

  private var dateText: String {
    let parts = calendar
    return "\(padded(parts.year, 4))-\(padded(parts.month, 2))-\(padded(parts.day, 2))"
      + "T\(padded(parts.hour, 2)):\(padded(parts.minute, 2)):\(padded(parts.second, 2))"
  }

  /// Reads RFC 3339, with or without a fraction, in any offset. The year has four digits, also in UTC.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte) - 48
      }
      return value
    }
    func isAt(_ index: Int, _ character: Unicode.Scalar) -> Bool {
      index < bytes.count && bytes[index] == UInt8(ascii: character)
    }
    guard let year = number(0..<4), isAt(4, "-"), let month = number(5..<7), isAt(7, "-"), let day = number(8..<10),
      isAt(10, "T") || isAt(10, "t"), let hour = number(11..<13), isAt(13, ":"), let minute = number(14..<16),
      isAt(16, ":"), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day), hour < 24,
      minute < 60, second < 60
    else { return nil }
    var position = 19
    var fraction = 0
    if isAt(position, ".") {
      position += 1
      var scale = 100_000_000
      let start = position
      while position < bytes.count, (48...57).contains(bytes[position]) {
        fraction += (Int(bytes[position]) - 48) * scale
        scale /= 10
        position += 1
      }
      if position == start { return nil }
    }
    var offset = 0
    if isAt(position, "Z") || isAt(position, "z") {
      position += 1
    } else {
      guard isAt(position, "+") || isAt(position, "-"), let hours = number(position + 1..<position + 3),
        isAt(position + 3, ":"), let minutes = number(position + 4..<position + 6)
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (isAt(position, "-") ? -1 : 1)
      position += 6
    }
    guard position == bytes.count else { return nil }
    let days = Timestamp.days(year: year, month: month, day: day)
    self.init(
      seconds: Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset), nanoseconds: Int32(fraction))
    // A day that its month does not have would be one of the next.
    let isInMonth = Timestamp(seconds: Int64(days * 86_400)).calendar.day == day
    guard isInMonth, (0...9999).contains(calendar.year) else { return nil }
  }

  // MARK: Calendar

  public struct Calendar: Sendable, Equatable {
    public var year, month, day, hour, minute, second: Int
    /// 0 is Sunday.
    public var weekday: Int
  }

  public var calendar: Calendar {
    let days = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    let rest = Int(seconds) - days * 86_400
    // Years are counted from March, so that the leap day comes last.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return Calendar(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, hour: rest / 3600, minute: rest / 60 % 60,
      second: rest % 60, weekday: ((days + 4) % 7 + 7) % 7)
  }

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

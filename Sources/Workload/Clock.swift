import Glibc

/// A moment of the calendar, in the zone asked for.
struct CalendarTime {
  private let fields: tm
  private let microseconds: Int

  static func now(utc: Bool = false) -> CalendarTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return CalendarTime(time.tv_sec, microseconds: time.tv_nsec / 1000, utc: utc)
  }

  init(_ seconds: time_t, microseconds: Int = 0, utc: Bool) {
    var seconds = seconds
    var fields = tm()
    if utc { gmtime_r(&seconds, &fields) } else { localtime_r(&seconds, &fields) }
    self.fields = fields
    self.microseconds = microseconds
  }

  /// `Sat, 21 Nov 2026 12:04:08 GMT`, as HTTP wants it.
  var httpDate: String {
    "\(weekday), \(two(fields.tm_mday)) \(month) \(year) \(time) GMT"
  }

  /// `21/Nov/2026:12:04:08 +0000`, as access logs want it.
  var commonLog: String { "\(two(fields.tm_mday))/\(month)/\(year):\(time) \(zone)" }

  /// `2026/11/21 12:04:08`, as nginx's error log and Go's log have it.
  var slashed: String { "\(year)/\(two(fields.tm_mon + 1))/\(two(fields.tm_mday)) \(time)" }

  /// `2026-11-21T12:04:08+00:00`.
  var iso8601: String {
    let zone = zone
    return "\(year)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday))T\(time)\(zone.prefix(3)):\(zone.suffix(2))"
  }

  /// `2026-11-21T12:04:08.123+0000`, as mongod has it.
  var withMilliseconds: String {
    let milliseconds = String(1000 + microseconds / 1000).dropFirst()
    return "\(year)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday))T\(time).\(milliseconds)\(zone)"
  }

  /// `Sat Nov 21 12:04:08.123456 2026`, as Apache has it.
  var apacheLog: String {
    "\(weekday) \(month) \(two(fields.tm_mday)) \(time).\(String(1_000_000 + microseconds).dropFirst()) \(year)"
  }

  /// `12:04`, as ps has it.
  var hourAndMinute: String { "\(two(fields.tm_hour)):\(two(fields.tm_min))" }

  private var year: Int { Int(fields.tm_year) + 1900 }
  private var time: String { "\(two(fields.tm_hour)):\(two(fields.tm_min)):\(two(fields.tm_sec))" }
  private var weekday: String { ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][Int(fields.tm_wday)] }
  private var month: String {
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Int(fields.tm_mon)]
  }
  private var zone: String {
    let minutes = abs(fields.tm_gmtoff) / 60
    return (fields.tm_gmtoff < 0 ? "-" : "+") + two(Int32(minutes / 60)) + two(Int32(minutes % 60))
  }
  private func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

internal import Glibc
internal import ObjectSchema

/// A line as programs of Kubernetes log it: `W1121 12:05:27.093627   18012 helpers.go:702] message`.
enum LogLine {
  static func text(_ severity: Character, _ place: String, _ message: String, _ time: Timestamp) -> String {
    let calendar = time.calendar
    func padded(_ number: Int, _ width: Int, with filler: Character = "0") -> String {
      let text = String(number)
      return String(repeating: filler, count: max(0, width - text.count)) + text
    }
    let day = padded(calendar.month, 2) + padded(calendar.day, 2)
    let clock = [calendar.hour, calendar.minute, calendar.second].map { padded($0, 2) }.joined(separator: ":")
    let micro = padded(Int(time.nanoseconds / 1000), 6)
    return "\(severity)\(day) \(clock).\(micro) \(padded(Int(getpid()), 7, with: " ")) \(place)] \(message)\n"
  }
}

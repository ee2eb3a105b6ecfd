public import Documents
internal import Glibc
public import ObjectSchema

/// An object that `kubectl describe` can tell about in its own words.
public protocol Describable: NamedObject {
  func describe(into description: inout Description, _ related: RelatedObjects)
}

/// What a description needs beside the object itself.
public struct RelatedObjects: Sendable {
  /// Nil when events are not to be shown.
  public var events: [Event]?
  /// The pods on a node, or those that a selector finds.
  public var pods: [Pod] = []
  /// What the selector of a deployment finds.
  public var replicaSets: [ReplicaSet] = []
  /// The lease of a node, as a document: holder and renewal.
  public var lease: Document?
  public var leaseProblem: String?
  /// The secrets around a service account; nil when they cannot be read.
  public var secrets: [Secret]?
  /// The addresses behind a service.
  public var endpointSlices: [EndpointSlice] = []
  /// Limits of a namespace; nil when the cluster knows no such thing.
  public var quotas: [Document]?
  public var limitRanges: [Document]?
  public var now: Timestamp

  public init(events: [Event]?, now: Timestamp) {
    self.events = events
    self.now = now
  }
}

/// Collects the lines of a description: names on the left, values aligned behind them.
public struct Description: Sendable {
  static let annotationLimit = 140
  private var text = AlignedText(padding: 2)
  /// How far the clocks of the reader are ahead of UTC at a moment.
  private let secondsFromUTC: @Sendable (Timestamp) -> Int

  public init(secondsFromUTC: @escaping @Sendable (Timestamp) -> Int = { LocalTime.secondsFromUTC(at: $0) }) {
    self.secondsFromUTC = secondsFromUTC
  }

  /// The whole text; nothing may be added after it.
  public mutating func take() -> String { text.take() }

  /// A line at a level; tabs separate names from values.
  public mutating func line(_ level: Int = 0, _ content: String) {
    text.write(String(repeating: "  ", count: level) + content + "\n")
  }

  /// `Name:  value`.
  public mutating func field(_ level: Int = 0, _ name: String, _ value: String) { line(level, "\(name):\t\(value)") }

  // MARK: Parts that many kinds have

  /// What the description of an object in a namespace begins with.
  public mutating func identity(_ metadata: ObjectMeta) {
    field("Name", metadata.name ?? "")
    field("Namespace", metadata.namespace ?? "")
    pairs("Labels", metadata.labels)
    annotations(metadata.annotations)
  }

  /// Pairs below each other, or `<none>`.
  public mutating func pairs(_ name: String, _ pairs: [String: String], level: Int = 0) {
    if pairs.isEmpty { return field(level, name, "<none>") }
    for (index, pair) in pairs.sorted(by: { $0.key < $1.key }).enumerated() {
      line(level, (index == 0 ? "\(name):" : "") + "\t\(pair.key)=\(pair.value)")
    }
  }

  public mutating func annotations(_ annotations: [String: String], level: Int = 0) {
    let shown = annotations.filter { $0.key != "kubectl.kubernetes.io/last-applied-configuration" }
    if shown.isEmpty { return field(level, "Annotations", "<none>") }
    for (index, pair) in shown.sorted(by: { $0.key < $1.key }).enumerated() {
      let value = pair.value.hasSuffix("\n") ? String(pair.value.dropLast()) : pair.value
      let start = index == 0 ? "Annotations:\t" : "\t"
      if value.utf8.count + pair.key.utf8.count + 2 <= Self.annotationLimit, !value.contains("\n") {
        line(level, "\(start)\(pair.key): \(value)")
        continue
      }
      line(level, "\(start)\(pair.key):")
      for part in value.split(separator: "\n", omittingEmptySubsequences: false) {
        let isLong = part.count > Self.annotationLimit - 2
        line(level, "\t  \(part.prefix(Self.annotationLimit - 2))\(isLong ? "..." : "")")
      }
    }
  }

  private mutating func field(_ name: String, _ value: String) { field(0, name, value) }
  private mutating func line(_ content: String) { line(0, content) }

  /// The events of the object, oldest first.
  public mutating func events(_ events: [Event]?, now: Timestamp) {
    guard let events else { return }
    if events.isEmpty { return field("Events", "<none>") }
    line("Events:")
    line(1, "Type\tReason\tAge\tFrom\tMessage")
    line(1, "----\t------\t----\t----\t-------")
    let start = Timestamp(seconds: 0)
    // Equal times keep the order in which the server told them.
    let ordered = events.enumerated().sorted {
      ($0.element.lastTimestamp ?? start, $0.offset) < ($1.element.lastTimestamp ?? start, $1.offset)
    }
    for event in ordered.map(\.element) {
      let first = Age.text(since: event.eventTime ?? event.firstTimestamp, now: now)
      var age = first
      if let series = event.series {
        age = "\(Age.text(since: series.lastObservedTime, now: now)) (x\(series.count ?? 0) over \(first))"
      } else if let count = event.count, count > 1 {
        age = "\(Age.text(since: event.lastTimestamp, now: now)) (x\(count) over \(first))"
      }
      let message = (event.message ?? "").trimmingWhitespace()
      line(1, "\(event.type ?? "")\t\(event.reason ?? "")\t\(age)\t\(event.sourceText)\t\(message)")
    }
  }

  /// `Sat, 21 Nov 2026 12:04:14 +0000`, by the reader's clock.
  public func time(_ time: Timestamp?) -> String {
    guard let time else { return "Mon, 01 Jan 0001 00:00:00 +0000" }
    let offset = secondsFromUTC(time)
    let local = Timestamp(seconds: time.seconds + Int64(offset)).calendar
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = abs(offset) / 60
    return
      "\(days[local.weekday]), \(two(local.day)) \(months[local.month - 1]) \(local.year) \(two(local.hour)):\(two(local.minute)):\(two(local.second)) \(offset < 0 ? "-" : "+")\(two(minutes / 60))\(two(minutes % 60))"
  }
}

/// The time zone of this machine.
public enum LocalTime {
  public static func secondsFromUTC(at time: Timestamp) -> Int {
    var seconds = time_t(time.seconds)
    var parts = tm()
    localtime_r(&seconds, &parts)
    return parts.tm_gmtoff
  }
}

public import KubernetesAPI
public import ObjectSchema

/// Decides whether an event is new, one more of a kind already told, or too much.
///
/// The numbers are those of Kubernetes' own recorders: what is repeated is counted, many different messages of one
/// reason are combined, and a source that cannot stop talking about one object is cut to a trickle.
public struct EventCorrelator: Sendable {
  public enum Decision: Sendable, Equatable {
    case create(Event)
    /// The event is already stored under this name; its count and times are to be brought up to date.
    case update(Event)
    case drop
  }

  /// The two shapes in which Kubernetes' components write events.
  public enum Form: Sendable, Equatable {
    /// Count, first and last time: the kubelet, the controllers.
    case counted
    /// Event time, action and series: the scheduler.
    case series
  }

  private struct Key: Hashable {
    var object: [String]
    var type: String
    var reason: String
    var message: String
  }

  private struct Flood {
    var messages: Set<String> = []
    var last: Timestamp
  }

  private struct Allowance {
    var tokens = 25.0
    var filledAt: Timestamp
  }

  private let form: Form
  private var told: [Key: Event] = [:]
  private var order: [Key] = []
  private var floods: [Key: Flood] = [:]
  private var allowances: [[String]: Allowance] = [:]

  private static let rememberedEvents = 4096
  private static let distinctMessages = 10
  private static let floodInterval = Duration.seconds(600)
  private static let seriesInterval = Duration.seconds(360)
  private static let secondsPerToken = 300.0

  public init(form: Form) { self.form = form }

  public mutating func correlate(_ event: Event, now: Timestamp) -> Decision {
    switch form {
    case .counted: count(event, now: now)
    case .series: continueSeries(event)
    }
  }

  /// What is dropped counts all the same: the next that is let through tells of it.
  private mutating func count(_ event: Event, now: Timestamp) -> Decision {
    var event = event
    let object = objectKey(event.involvedObject)
    var key = Key(object: object, type: event.type ?? "", reason: event.reason ?? "", message: event.message ?? "")
    if isFlood(key, now: now) {
      key = Self.group(of: key)
      event.message = "(combined from similar events): " + (event.message ?? "")
      event.reportingComponent = nil
      event.reportingInstance = nil
    }
    event.count = 1
    if let earlier = told[key] {
      event.metadata = earlier.metadata
      event.firstTimestamp = earlier.firstTimestamp
      event.count = (earlier.count ?? 1) + 1
    }
    remember(event, as: key)
    guard isAllowed(object, event.type ?? "", now: now) else { return .drop }
    return event.count == 1 ? .create(event) : .update(event)
  }

  private mutating func continueSeries(_ event: Event) -> Decision {
    let version = event.involvedObject.resourceVersion ?? ""
    let key = Key(
      object: objectKey(event.involvedObject) + [version, event.action ?? ""], type: event.type ?? "",
      reason: event.reason ?? "", message: "")
    guard var earlier = told[key], let seen = earlier.lastSeen, let now = event.eventTime,
      now - seen < Self.seriesInterval
    else {
      remember(event, as: key)
      return .create(event)
    }
    var series = earlier.series ?? EventSeries()
    series.count = (series.count ?? 1) + 1
    series.lastObservedTime = event.eventTime
    earlier.series = series
    told[key] = earlier
    return .update(earlier)
  }

  private func objectKey(_ object: ObjectReference) -> [String] {
    [
      object.kind ?? "", object.namespace ?? "", object.name ?? "", object.uid ?? "", object.apiVersion ?? "",
      object.fieldPath ?? "",
    ]
  }

  private mutating func remember(_ event: Event, as key: Key) {
    if told.updateValue(event, forKey: key) == nil { order.append(key) }
    if order.count > Self.rememberedEvents { told[order.removeFirst()] = nil }
  }

  /// Which container of a pod an event is about makes no difference among those that are combined.
  private static func group(of key: Key) -> Key {
    var group = key
    group.message = ""
    group.object.removeLast()
    return group
  }

  private mutating func isFlood(_ key: Key, now: Timestamp) -> Bool {
    let group = Self.group(of: key)
    var flood = floods[group] ?? Flood(last: now)
    if now - flood.last > Self.floodInterval { flood.messages = [] }
    flood.messages.insert(key.message)
    flood.last = now
    let isTooMany = flood.messages.count >= Self.distinctMessages
    if isTooMany, let one = flood.messages.first(where: { $0 != key.message }) { flood.messages.remove(one) }
    floods[group] = flood
    if floods.count > Self.rememberedEvents { floods = floods.filter { now - $0.value.last < Self.floodInterval } }
    return isTooMany
  }

  /// Warnings do not use up what is allowed of other events.
  private mutating func isAllowed(_ object: [String], _ type: String, now: Timestamp) -> Bool {
    let source = Array(object.dropLast()) + [type]
    var allowance = allowances[source] ?? Allowance(filledAt: now)
    let (seconds, attoseconds) = (now - allowance.filledAt).components
    let waited = max(0, Double(seconds) + Double(attoseconds) * 1e-18)
    allowance.tokens = min(25, allowance.tokens + waited / Self.secondsPerToken)
    allowance.filledAt = now
    let isAllowed = allowance.tokens >= 1
    if isAllowed { allowance.tokens -= 1 }
    allowances[source] = allowance
    if allowances.count > Self.rememberedEvents { allowances = allowances.filter { $0.value.tokens < 25 } }
    return isAllowed
  }
}

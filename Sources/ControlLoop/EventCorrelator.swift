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
    var event = event
    let object = objectKey(event.involvedObject)
    switch form {
    case .counted:
      var key = Key(object: object, type: event.type ?? "", reason: event.reason ?? "", message: event.message ?? "")
      if isFlood(key, now: now) {
        key.message = ""
        event.message = "(combined from similar events): " + (event.message ?? "")
      }
      guard isAllowed(object, now: now) else { return .drop }
      if var earlier = told[key] {
        earlier.count = (earlier.count ?? 1) + 1
        earlier.lastTimestamp = event.lastTimestamp
        earlier.message = event.message
        told[key] = earlier
        return .update(earlier)
      }
      event.count = 1
      remember(event, as: key)
      return .create(event)
    case .series:
      let version = event.involvedObject.resourceVersion ?? ""
      let key = Key(
        object: object + [version, event.action ?? ""], type: event.type ?? "", reason: event.reason ?? "", message: "")
      if var earlier = told[key], let seen = earlier.lastSeen, now - seen < Self.seriesInterval {
        var series = earlier.series ?? EventSeries()
        series.count = (series.count ?? 1) + 1
        series.lastObservedTime = event.eventTime
        earlier.series = series
        told[key] = earlier
        return .update(earlier)
      }
      remember(event, as: key)
      return .create(event)
    }
  }

  /// The stored event is gone, as events are after an hour: the next of its kind is told anew.
  public mutating func forget(_ event: Event) {
    guard let key = told.first(where: { $0.value.metadata.name == event.metadata.name })?.key else { return }
    told[key] = nil
    order.removeAll { $0 == key }
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

  private mutating func isFlood(_ key: Key, now: Timestamp) -> Bool {
    var group = key
    group.message = ""
    // Which container of a pod it is about makes no difference here.
    group.object.removeLast()
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

  private mutating func isAllowed(_ object: [String], now: Timestamp) -> Bool {
    let source = Array(object.dropLast())
    var allowance = allowances[source] ?? Allowance(filledAt: now)
    let (seconds, _) = (now - allowance.filledAt).components
    allowance.tokens = min(25, allowance.tokens + Double(seconds) / Self.secondsPerToken)
    if seconds > 0 { allowance.filledAt = now }
    let isAllowed = allowance.tokens >= 1
    if isAllowed { allowance.tokens -= 1 }
    allowances[source] = allowance
    if allowances.count > Self.rememberedEvents { allowances = allowances.filter { $0.value.tokens < 25 } }
    return isAllowed
  }
}

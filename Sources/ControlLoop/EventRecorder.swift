public import ClusterClient
internal import Documents
public import KubernetesAPI
internal import ObjectSchema
internal import Synchronization

/// Tells the cluster what happened, without keeping the one who tells it waiting.
public final class EventRecorder: Sendable {
  private let client: ClusterClient
  private let component: String
  private let host: String
  private let form: EventCorrelator.Form
  private let time: any TimeSource
  private let events: AsyncStream<Event>
  private let sink: AsyncStream<Event>.Continuation
  /// The moment in the latest event's name: no two may bear the same.
  private let latest = Mutex(Timestamp(seconds: 0))

  /// - Parameter host: The node for a kubelet, the machine's name for a scheduler.
  public init(
    client: ClusterClient, component: String, host: String, form: EventCorrelator.Form = .counted,
    time: any TimeSource = SystemTime()
  ) {
    self.client = client
    self.component = component
    self.host = host
    self.form = form
    self.time = time
    // Under a flood the newest news count; Kubernetes drops events just the same.
    (events, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
  }

  public func record(_ object: ObjectReference, _ note: EventNote) {
    let now = latest.withLock { latest in
      latest = max(time.now(), latest + .nanoseconds(1))
      return latest
    }
    sink.yield(Self.event(object, note, component: component, host: host, form: form, now: now))
  }

  /// Sends what is recorded until cancelled.
  public func run() async {
    var correlator = EventCorrelator(form: form)
    for await event in events {
      switch correlator.correlate(event, now: time.now()) {
      case .create(let event): await send { () async throws(StatusError) in _ = try await client.create(event) }
      case .update(let event): await send { () async throws(StatusError) in try await update(event) }
      case .drop: break
      }
    }
  }

  static func event(
    _ object: ObjectReference, _ note: EventNote, component: String, host: String, form: EventCorrelator.Form,
    now: Timestamp
  ) -> Event {
    var event = Event()
    let moment = String(UInt64(now.nanosecondsSince1970), radix: 16)
    // What happens to things outside of any namespace is told in "default".
    event.metadata = ObjectMeta(name: "\(object.name ?? "").\(moment)", namespace: object.namespace ?? "default")
    event.involvedObject = object
    event.type = note.kind.rawValue
    event.reason = note.reason
    event.message = note.message
    event.action = note.action
    event.reportingComponent = component
    switch form {
    case .counted:
      event.firstTimestamp = now.toTheSecond
      event.lastTimestamp = now.toTheSecond
      event.source.component = component
      event.source.host = host.isEmpty ? nil : host
      event.reportingInstance = host
    case .series:
      event.eventTime = now
      event.reportingInstance = "\(component)-\(host)"
    }
    return event
  }

  /// Events are kept for an hour: one that has gone meanwhile is told again, with all that it counts.
  private func update(_ event: Event) async throws(StatusError) {
    do throws(StatusError) {
      try await patch(event)
    } catch {
      guard error.isNotFound else { throw error }
      _ = try await client.create(event)
    }
  }

  private func patch(_ event: Event) async throws(StatusError) {
    var change: Document = [:]
    switch form {
    case .counted:
      change["count"] = .integer(event.count ?? 1)
      change["lastTimestamp"] = event.lastTimestamp.map { .string($0.text) }
      change["message"] = .string(event.message ?? "")
    case .series:
      change["series"] = [
        "count": .integer(event.series?.count ?? 2),
        "lastObservedTime": event.series?.lastObservedTime.map { .string($0.microText) } ?? .null,
      ]
    }
    _ = try await client.patch(Event.self, event.name, namespace: event.namespace, .strategic, change)
  }

  /// Tries for two minutes while no server answers; a refusal is final.
  private func send(_ call: () async throws(StatusError) -> Void) async {
    for _ in 0..<12 {
      do throws(StatusError) {
        return try await call()
      } catch {
        if !error.isConnectionFailure { return }
      }
      do { try await time.sleep(for: .seconds(10)) } catch { return }
    }
  }
}

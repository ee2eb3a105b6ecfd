import ControlLoop
import KubernetesAPI
import ObjectSchema
import Testing

/// What is told as a new event, what is counted, and what is too much.
struct EventCorrelatorTests {
  private let start = Timestamp("2026-11-21T12:00:00Z")!

  private func event(_ message: String, reason: String = "Pulled", type: String = "Normal", at second: Int64) -> Event {
    var event = Event()
    let moment = start + .seconds(second)
    event.metadata = ObjectMeta(name: "web.\(second)", namespace: "default")
    event.involvedObject.kind = "Pod"
    event.involvedObject.name = "web"
    event.involvedObject.fieldPath = "spec.containers{main}"
    (event.type, event.reason, event.message) = (type, reason, message)
    (event.firstTimestamp, event.lastTimestamp) = (moment, moment)
    event.reportingComponent = "kubelet"
    return event
  }

  private func correlate(_ events: [Event]) -> [EventCorrelator.Decision] {
    var correlator = EventCorrelator(form: .counted)
    return events.map { correlator.correlate($0, now: $0.lastTimestamp ?? start) }
  }

  private func text(_ decision: EventCorrelator.Decision) -> String {
    switch decision {
    case .create(let event): "new \(event.name) x\(event.count ?? 0): \(event.message ?? "")"
    case .update(let event): "more \(event.name) x\(event.count ?? 0): \(event.message ?? "")"
    case .drop: "dropped"
    }
  }

  @Test func countsWhatIsRepeated() {
    let decisions = correlate((0..<3).map { event("same", at: $0 * 10) })
    #expect(decisions.map(text) == ["new web.0 x1: same", "more web.0 x2: same", "more web.0 x3: same"])
    guard case .update(let last) = decisions[2] else { return }
    #expect(last.firstTimestamp == start && last.lastTimestamp == start + .seconds(20))
  }

  @Test func combinesTheTenthDifferentMessageOfAReason() {
    let decisions = correlate((0..<12).map { event("message \($0)", at: $0) })
    #expect(
      decisions.dropFirst(8).map(text) == [
        "new web.8 x1: message 8", "new web.9 x1: (combined from similar events): message 9",
        "more web.9 x2: (combined from similar events): message 10",
        "more web.9 x3: (combined from similar events): message 11",
      ])
  }

  @Test func tellsMessagesApartAgainAfterTenQuietMinutes() {
    let decisions = correlate((0..<10).map { event("message \($0)", at: $0) } + [event("later", at: 620)])
    #expect(decisions.last.map(text) == "new web.620 x1: later")
  }

  @Test func letsASourceSayTwentyFiveThingsAndThenOneInFiveMinutes() {
    let decisions = correlate(
      (0..<30).map { event("same", at: $0) } + [event("same", at: 400), event("same", at: 401)])
    #expect(decisions.prefix(25).allSatisfy { $0 != .drop } && decisions[25..<30].allSatisfy { $0 == .drop })
    // What was dropped has happened all the same.
    #expect(decisions[30...].map(text) == ["more web.0 x31: same", "dropped"])
  }

  @Test func allowsWarningsBesideWhatIsNormal() {
    let decisions = correlate(
      (0..<25).map { event("same", at: $0) } + [event("bad", reason: "Unhealthy", type: "Warning", at: 25)])
    #expect(decisions.last.map(text) == "new web.25 x1: bad")
  }
}

public import ClusterClient
public import KubernetesAPI
internal import ObjectSchema

/// Who asked what of the API server since a command began: a picture of how the parts of a cluster meet in it.
public struct Trace: Sendable {
  /// Who takes part, from left to right.
  enum Actor: Int, Sendable, Comparable, CaseIterable {
    case kubectl, server, controllers, scheduler, kubelet

    static func < (left: Actor, right: Actor) -> Bool { left.rawValue < right.rawValue }

    var name: String {
      switch self {
      case .kubectl: "kubectl"
      case .server: "API server"
      case .controllers: "controllers"
      case .scheduler: "scheduler"
      case .kubelet: "kubelet"
      }
    }

    init(user: String) {
      self =
        switch user {
        case "system:kube-scheduler": .scheduler
        case _ where user.hasPrefix("system:node:"): .kubelet
        case _ where user.hasPrefix("system:"): .controllers
        default: .kubectl
        }
    }
  }

  struct Step: Sendable, Equatable {
    var offset: Duration
    var actor: Actor
    var text: String
    var result: String
  }

  let steps: [Step]

  /// - Parameter reads: Whether questions are shown too, not only what changed something.
  init(_ records: [RequestRecord], events: [Event], reads: Bool) {
    let start = records.first?.time
    var told: [Actor: [Event]] = [:]
    for event in events {
      told[Self.teller(event), default: []].append(event)
    }
    steps = records.compactMap { record in
      guard let time = record.time, let start, Self.matters(record, reads) else { return nil }
      let actor = Actor(user: record.user ?? "")
      var text = "\(record.verb ?? "") \(record.objectText)"
      if record.object.kind == "events", record.verb == "create", told[actor]?.isEmpty == false,
        let event = told[actor]?.removeFirst()
      {
        text = "tell \(event.reason ?? ""): \(event.message ?? "")"
      }
      let took = Double(record.durationMicroseconds ?? 0) / 1000
      let result = "\(record.code ?? 0)" + (record.reason.map { " \($0)" } ?? "") + ", \(Self.rounded(took)) ms"
      return Step(offset: time - start, actor: actor, text: text, result: result)
    }.sorted { $0.offset < $1.offset }
  }

  private static func teller(_ event: Event) -> Actor {
    switch event.source.component ?? event.reportingComponent ?? "" {
    case "default-scheduler": .scheduler
    case "kubelet": .kubelet
    default: .controllers
    }
  }

  /// What goes on all the time belongs to no command.
  private static func matters(_ record: RequestRecord, _ reads: Bool) -> Bool {
    let isHeartbeat =
      ["leases", "nodes"].contains(record.object.kind ?? "") && record.user?.hasPrefix("system:") == true
    if isHeartbeat || record.object.kind == "requests" || quiet.contains(record.agent ?? "") { return false }
    let isRead = ["get", "list", "watch"].contains(record.verb ?? "")
    if record.subresource == "token" { return reads }
    return reads || !isRead || Actor(user: record.user ?? "") == .kubectl
  }

  /// Parts of this program that only look on.
  private static let quiet: Set<String> = ["podium-tutor", "podium-recorder", "podium-trace"]

  // MARK: Drawing

  public func lines(width: Int = 100, draws: Bool = true) -> [String] {
    if steps.isEmpty { return ["Nothing was asked of the API server."] }
    var lines = draws ? diagram(width) : steps.map(Self.sentence)
    if steps.contains(where: { $0.actor == .scheduler || $0.actor == .kubelet }) {
      lines += ["", "Nobody called the scheduler or the kubelet: they watch the API server, and saw the change."]
    }
    return lines
  }

  private static func sentence(_ step: Step) -> String {
    "+\(Timeline.text(step.offset)): \(step.actor.name) to API server: \(step.text) (\(step.result))"
  }

  private func diagram(_ width: Int) -> [String] {
    let taking = Actor.allCases.filter { actor in
      actor == .server || actor == .kubectl || steps.contains { $0.actor == actor }
    }
    let lane = 13
    let margin = 10
    var header = String(repeating: " ", count: margin)
    for actor in taking { header += actor.name + String(repeating: " ", count: lane - actor.name.count) }
    let server = taking.firstIndex(of: .server) ?? 0
    return [header]
      + steps.map { step in
        let place = taking.firstIndex(of: step.actor) ?? 0
        var row = Array(String(repeating: " ", count: (taking.count - 1) * lane + 1))
        for index in taking.indices { row[index * lane] = "|" }
        let (from, to) = (min(place, server) * lane, max(place, server) * lane)
        for column in (from + 1)..<max(from + 1, to) { row[column] = "-" }
        if place < server { row[to - 1] = ">" } else if place > server { row[from + 1] = "<" }
        let time = "+" + Self.time(step.offset)
        let picture = time + String(repeating: " ", count: max(1, margin - time.count)) + String(row) + "   "
        // A row that breaks is no picture any more.
        let room = max(30, width - picture.count - step.result.count - 4)
        let text = step.text.count > room ? String(step.text.prefix(room - 1)) + "…" : step.text
        return picture + "\(text)  (\(step.result))"
      }
  }

  private static func time(_ offset: Duration) -> String {
    let milliseconds = Double(offset.components.seconds) * 1000 + Double(offset.components.attoseconds) / 1e15
    return milliseconds < 10_000 ? "\(rounded(milliseconds)) ms" : Timeline.text(offset)
  }

  private static func rounded(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return number >= 10 || tenths % 10 == 0 ? "\(Int(number.rounded()))" : "\(tenths / 10).\(tenths % 10)"
  }
}

extension Trace {
  /// Notes where the log of requests stands, runs the body, and waits until what it set off has come to rest.
  public static func record(
    _ client: ClusterClient, namespace: String, reads: Bool = false, patience: Duration = .seconds(8),
    _ body: () async -> Void
  ) async throws(StatusError) -> Trace {
    let before = try await number(client)
    let start = Timestamp.now()
    await body()
    let deadline = ContinuousClock.now + patience
    var records: [RequestRecord] = []
    var lastCount = -1
    var quietSince = ContinuousClock.now
    repeat {
      records = try await all(client).filter { (Int($0.name) ?? 0) > before }
      let count = records.filter { matters($0, false) }.count
      if count != lastCount { quietSince = .now }
      lastCount = count
      do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
    } while ContinuousClock.now - quietSince < .milliseconds(700) && ContinuousClock.now < deadline
    let events = (try? await client.list(Event.self, namespace: namespace).items) ?? []
    let fresh = events.filter { $0.begin.map { $0 > start } ?? false }.sorted { $0.begin! < $1.begin! }
    return Trace(records, events: fresh, reads: reads)
  }

  private static func all(_ client: ClusterClient) async throws(StatusError) -> [RequestRecord] {
    try await client.list(RequestRecord.self).items
  }

  private static func number(_ client: ClusterClient) async throws(StatusError) -> Int {
    try await all(client).compactMap { Int($0.name) }.max() ?? 0
  }
}

public import ClusterClient
public import Documents
public import KubernetesAPI
internal import ObjectSchema

/// Who asked what of the API server since a command began: a picture of how the parts of a cluster meet in it.
public struct Trace: Sendable {
  /// Who takes part, from left to right.
  enum Actor: Int, Sendable, Comparable, CaseIterable {
    case kubectl, server, controllers, scheduler, kubelet, runtime

    static func < (left: Actor, right: Actor) -> Bool { left.rawValue < right.rawValue }

    var name: String {
      switch self {
      case .kubectl: "kubectl"
      case .server: "API server"
      case .controllers: "controllers"
      case .scheduler: "scheduler"
      case .kubelet: "kubelet"
      case .runtime: "runtime"
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

    /// Whom it is said to.
    var partner: Actor { actor == .runtime ? .kubelet : .server }
  }

  /// What a kubelet has asked of the runtime of its node.
  struct RuntimeCall: Sendable {
    var time: Timestamp
    var took: Duration
    var text: String
    var failure: String?
    var isQuestion: Bool { text.hasPrefix("find ") }
  }

  let steps: [Step]

  /// - Parameter reads: Whether questions are shown too, not only what changed something.
  init(_ records: [RequestRecord], events: [Event], calls: [RuntimeCall] = [], reads: Bool) {
    let start = records.first?.time
    var told: [Actor: [Event]] = [:]
    for event in events {
      told[Self.teller(event), default: []].append(event)
    }
    let asked = records.compactMap { record -> Step? in
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
    }
    let done = calls.compactMap { call -> Step? in
      guard let start, call.time >= start, reads || !call.isQuestion else { return nil }
      let milliseconds = Double(call.took / .microseconds(1)) / 1000
      return Step(
        offset: call.time - start, actor: .runtime, text: call.text,
        result: (call.failure.map { "failed: \($0)" } ?? "done") + ", \(Self.rounded(milliseconds)) ms")
    }
    steps = (asked + done).sorted { $0.offset < $1.offset }
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
    var lines = (draws ? diagram(width) : nil) ?? steps.map(Self.sentence)
    if steps.contains(where: { $0.actor == .scheduler || $0.actor == .kubelet }) {
      lines += ["", "Nobody called the scheduler or the kubelet: they watch the API server, and saw the change."]
    }
    return lines
  }

  private static func sentence(_ step: Step) -> String {
    let (from, to): (Actor, Actor) = step.actor == .runtime ? (.kubelet, .runtime) : (step.actor, .server)
    return "+\(time(step.offset)): \(from.name) to \(to.name): \(step.text) (\(step.result))"
  }

  /// Nil where there is no room for it: a picture whose rows break is none.
  private func diagram(_ width: Int) -> [String]? {
    let taking = Actor.allCases.filter { actor in
      actor == .server || actor == .kubectl || steps.contains { $0.actor == actor || $0.partner == actor }
    }
    let margin = 10
    var places: [Actor: Int] = [:]
    var header = String(repeating: " ", count: margin)
    for actor in taking {
      places[actor] = header.count - margin
      header += actor.name + "  "
    }
    let lanes = (places.values.max() ?? 0) + 1
    let room = width - margin - lanes - 3
    guard room >= 24 else { return nil }
    return [String(header.dropLast(2))]
      + steps.map { step in
        var row = Array(String(repeating: " ", count: lanes))
        for place in places.values { row[place] = "|" }
        let (one, other) = (places[step.actor] ?? 0, places[step.partner] ?? 0)
        let (from, to) = (min(one, other), max(one, other))
        for column in (from + 1)..<max(from + 1, to) { row[column] = "-" }
        // A kubelet speaks to its runtime; everybody else to the server.
        if step.actor == .runtime || one < other { row[to - 1] = ">" } else { row[from + 1] = "<" }
        let time = "+" + Self.time(step.offset)
        let picture = time + String(repeating: " ", count: max(1, margin - time.count)) + String(row) + "   "
        let text = step.text + "  (\(step.result))"
        return picture + (text.count <= room ? text : String(text.prefix(room - 1)) + "…")
      }
  }

  /// The steps; times are milliseconds since the first.
  public var document: Document {
    .list(
      steps.map { step in
        let from = step.actor == .runtime ? Actor.kubelet : step.actor
        let to = step.actor == .runtime ? Actor.runtime : .server
        return [
          "at": Document(.decimal(Double(step.offset / .microseconds(1)) / 1000)), "from": .string(from.name),
          "to": .string(to.name), "what": .string(step.text), "result": .string(step.result),
        ]
      })
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
  ///
  /// - Parameter isConfined: What happens in other namespaces is left out.
  public static func record(
    _ client: ClusterClient, namespace: String, reads: Bool = false, isConfined: Bool = false,
    patience: Duration = .seconds(8), _ body: () async -> Void
  ) async throws(StatusError) -> Trace {
    let before = try await number(client)
    let start = Timestamp.now()
    await body()
    let deadline = ContinuousClock.now + patience
    var records: [RequestRecord] = []
    var lastCount = -1
    var quietSince = ContinuousClock.now
    repeat {
      records = try await all(client).filter {
        (Int($0.name) ?? 0) > before && (!isConfined || $0.object.namespace == namespace)
      }
      let count = records.filter { matters($0, false) }.count
      if count != lastCount { quietSince = .now }
      lastCount = count
      if await isStarting(client, namespace, since: start) { quietSince = .now }
      do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
    } while ContinuousClock.now - quietSince < .milliseconds(700) && ContinuousClock.now < deadline
    let events = (try? await client.list(Event.self, namespace: namespace).items) ?? []
    let fresh = events.filter { $0.begin.map { $0 > start } ?? false }.sorted { $0.begin! < $1.begin! }
    let calls = await calls(client, since: start, of: isConfined ? namespace : nil)
    return Trace(records, events: fresh, calls: calls, reads: reads)
  }

  /// Whether a pod that was made since then is still on its way to its first container.
  private static func isStarting(_ client: ClusterClient, _ namespace: String, since start: Timestamp) async -> Bool {
    let pods = (try? await client.list(Pod.self, namespace: namespace).items) ?? []
    return pods.contains { pod in
      // The API tells whole seconds only.
      guard let created = pod.metadata.creationTimestamp, created.seconds >= start.seconds,
        pod.metadata.deletionTimestamp == nil, pod.status.phase == "Pending",
        !pod.status.conditions.contains(where: { $0.type == "PodScheduled" && $0.status == "False" })
      else { return false }
      let statuses = pod.status.initContainerStatuses + pod.status.containerStatuses
      return statuses.allSatisfy { status in
        ["ContainerCreating", "PodInitializing"].contains(status.state.waiting?.reason ?? "")
      }
    }
  }

  /// From those kubelets that keep a journal; others answer that they know no such path.
  private static func calls(
    _ client: ClusterClient, since start: Timestamp, of namespace: String?
  ) async -> [RuntimeCall] {
    var calls: [RuntimeCall] = []
    for node in (try? await client.list(Node.self).items) ?? [] {
      let path = Node.resource.path(name: node.name, subresource: "proxy") + "/runtimeJournal"
      guard let answer = try? await client.send("GET", path), let journal = try? Document.parse(json: answer) else {
        continue
      }
      for item in journal["items"]?.listValue ?? [] {
        let time = Timestamp(nanosecondsSince1970: item["nanoseconds"]?.integerValue ?? 0)
        if time < start { continue }
        let pod = item["pod"]?.stringValue ?? ""
        if let namespace, item["namespace"]?.stringValue != namespace { continue }
        calls.append(
          RuntimeCall(
            time: time, took: .microseconds(item["tookMicroseconds"]?.integerValue ?? 0),
            text: (item["action"]?.stringValue ?? "") + " of pod \(pod)", failure: item["failure"]?.stringValue))
      }
    }
    return calls
  }

  private static func all(_ client: ClusterClient) async throws(StatusError) -> [RequestRecord] {
    try await client.list(RequestRecord.self).items
  }

  private static func number(_ client: ClusterClient) async throws(StatusError) -> Int {
    try await all(client).compactMap { Int($0.name) }.max() ?? 0
  }
}

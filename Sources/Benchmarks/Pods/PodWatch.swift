internal import ClusterClient
internal import Documents

/// What a watch has seen of pods, and when.
struct PodWatch {
  typealias Instant = ContinuousClock.Instant

  struct Sighting {
    /// How `kubectl get` would begin to tell what keeps it.
    var phase = ""
    var running: Instant?
    var ready: Instant?
    var gone: Instant?
    /// When it ran again after its first end.
    var runningAgain: Instant?
    /// When its readiness was seen to change, after the first time.
    var turns: [Instant] = []
    fileprivate var isReady: Bool?
  }

  private let lines: DocumentLines
  private var iterator: DocumentLines.Iterator
  private(set) var sightings: [String: Sighting] = [:]

  init(_ lines: DocumentLines) {
    self.lines = lines
    iterator = lines.makeAsyncIterator()
  }

  func cancel() { lines.cancel() }

  subscript(name: String) -> Sighting { sightings[name] ?? Sighting() }

  /// Reads on until everything is as it is waited for; `subject` says what that is, should it not come.
  mutating func follow(
    _ names: [String], within limit: Duration, until subject: String, _ isMet: (Sighting) -> Bool
  ) async throws {
    let end = Task { [lines] in
      try await Task.sleep(for: limit)
      lines.cancel()
    }
    defer { end.cancel() }
    var missing = Set(names).filter { !isMet(self[$0]) }
    while !missing.isEmpty {
      guard let line = try await iterator.next() else {
        let example = missing.sorted().first ?? ""
        throw BenchmarkProblem(
          "within \(limit.components.seconds) s, \(missing.count) of \(names.count) pods were not \(subject); "
            + "\(example) is \(self[example].phase.isEmpty ? "not seen" : self[example].phase)")
      }
      guard let name = note(line, at: .now) else { continue }
      if isMet(self[name]) { missing.remove(name) }
    }
  }

  /// Answers which pod it was about.
  private mutating func note(_ line: Document, at now: Instant) -> String? {
    guard let object = line["object"], let name = object["metadata"]?["name"]?.stringValue else { return nil }
    var sighting = self[name]
    defer { sightings[name] = sighting }
    if line["type"]?.stringValue == "DELETED" {
      sighting.gone = sighting.gone ?? now
      return name
    }
    let status = object["status"]
    sighting.phase = status?["phase"]?.stringValue ?? ""
    if sighting.phase == "Running", sighting.running == nil { sighting.running = now }
    let conditions = status?["conditions"]?.listValue ?? []
    if let ready = conditions.first(where: { $0["type"]?.stringValue == "Ready" })?["status"]?.stringValue {
      let isReady = ready == "True"
      if isReady, sighting.ready == nil {
        sighting.ready = now
      } else if sighting.ready != nil, isReady != sighting.isReady {
        sighting.turns.append(now)
      }
      sighting.isReady = isReady
    }
    let container = status?["containerStatuses"]?.listValue?.first
    if container?["restartCount"]?.integerValue == 1, container?["state"]?["running"] != nil {
      sighting.runningAgain = sighting.runningAgain ?? now
    }
    return name
  }
}

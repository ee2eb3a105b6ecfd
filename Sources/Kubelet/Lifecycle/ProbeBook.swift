internal import KubernetesAPI
internal import ObjectSchema

/// What the probes of one running container have found so far, and when each is due again.
struct ProbeBook: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    var dueAt: Timestamp
    var isUnderWay = false
    var successes = 0
    var failures = 0
    /// The latest verdict; nil until a threshold is reached.
    var isGood: Bool?
  }

  private(set) var entries: [ProbeKind: Entry] = [:]

  init() {}

  init(_ container: Container, startedAt: Timestamp) {
    for kind in ProbeKind.allCases {
      guard let probe = container.probe(kind) else { continue }
      entries[kind] = Entry(dueAt: startedAt + .seconds(Int64(probe.initialDelaySeconds ?? 0)))
    }
  }

  /// Without a startup probe a running container counts as started.
  var isStarted: Bool { entries[.startup].map { $0.isGood == true } ?? true }

  var isReady: Bool { isStarted && (entries[.readiness].map { $0.isGood == true } ?? true) }

  /// When the next probe is due; the others wait for the startup probe.
  ///
  /// - Parameter isEnding: Whether the container is being ended, which leaves only its readiness to be asked for.
  func nextDue(isEnding: Bool) -> Timestamp? {
    entries.filter { isActive($0.key, isEnding) && !$0.value.isUnderWay }.map(\.value.dueAt).min()
  }

  /// The probes to be made now; each is under way until its result is noted.
  mutating func begin(now: Timestamp, isEnding: Bool) -> [ProbeKind] {
    let due = ProbeKind.allCases.filter { kind in
      guard let entry = entries[kind], isActive(kind, isEnding) else { return false }
      return !entry.isUnderWay && entry.dueAt <= now
    }
    for kind in due { entries[kind]?.isUnderWay = true }
    return due
  }

  mutating func set(_ kind: ProbeKind, isGood: Bool) { entries[kind]?.isGood = isGood }

  enum Verdict: Sendable, Equatable { case unchanged, good, bad }

  mutating func note(_ result: ProbeResult, _ kind: ProbeKind, _ probe: Probe, now: Timestamp) -> Verdict {
    guard var entry = entries[kind] else { return .unchanged }
    defer { entries[kind] = entry }
    entry.isUnderWay = false
    let period = Duration.seconds(Int64(probe.periodSeconds ?? 10))
    // Keeps the rhythm, and skips the beats that a slow probe has missed.
    repeat { entry.dueAt = entry.dueAt + period } while entry.dueAt <= now
    switch result {
    case .success, .warning:
      entry.failures = 0
      entry.successes += 1
      guard entry.successes >= Int(probe.successThreshold ?? 1), entry.isGood != true else { return .unchanged }
      entry.isGood = true
      return .good
    case .failure:
      entry.successes = 0
      entry.failures += 1
      guard entry.failures >= Int(probe.failureThreshold ?? 3), entry.isGood != false else { return .unchanged }
      entry.isGood = false
      return .bad
    case .errored:
      // An error says nothing about the container.
      return .unchanged
    }
  }

  private func isActive(_ kind: ProbeKind, _ isEnding: Bool) -> Bool {
    if isEnding && kind != .readiness { return false }
    return kind == .startup ? entries[.startup]?.isGood != true : isStarted
  }
}

extension Container {
  func probe(_ kind: ProbeKind) -> Probe? {
    switch kind {
    case .startup: startupProbe
    case .readiness: readinessProbe
    case .liveness: livenessProbe
    }
  }
}

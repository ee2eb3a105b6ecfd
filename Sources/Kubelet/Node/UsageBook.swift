internal import ContainerRuntime
internal import ObjectSchema
internal import Synchronization

/// What was measured of late, so that an average over the last moments can be told at once.
final class UsageBook: Sendable {
  /// What something uses now: the processors as an average over the window.
  struct Average: Sendable, Equatable {
    var nanocores: Int64
    var cpuNanoseconds: Int64
    var memoryBytes: Int64
    var measuredAt: Timestamp
    var window: Duration
  }

  /// A shorter time says little of how busy something is.
  private static let shortestWindow: Int64 = 1_000_000_000
  private static let kept = 3

  // A lock, because requests read what the sampler writes; nothing is awaited while it is held.
  private let samples = Mutex<[String: [ResourceUsage]]>([:])

  func note(_ usage: ResourceUsage, of key: String) {
    samples.withLock { samples in
      let known = samples[key] ?? []
      // A container of the same name that was started anew begins at nothing again.
      let isNew = known.last.map { $0.cpuNanoseconds > usage.cpuNanoseconds } ?? false
      samples[key] = isNew ? [usage] : (known + [usage]).suffix(Self.kept)
    }
  }

  func forget(except keys: Set<String>) { samples.withLock { $0 = $0.filter { keys.contains($0.key) } } }

  /// - Parameter start: When it had used nothing yet; for what is too young to have been measured before.
  func average(_ usage: ResourceUsage, of key: String, since start: Timestamp?) -> Average {
    let newest = samples.withLock { $0[key] ?? [] }.last {
      usage.measuredAt - $0.measuredAt >= Self.shortestWindow && $0.cpuNanoseconds <= usage.cpuNanoseconds
    }
    let begun = newest?.measuredAt ?? start?.nanosecondsSince1970 ?? usage.measuredAt
    let window = max(0, usage.measuredAt - begun)
    let used = usage.cpuNanoseconds - (newest?.cpuNanoseconds ?? 0)
    return Average(
      nanocores: window == 0 ? 0 : Int64(Double(used) / Double(window) * 1e9), cpuNanoseconds: usage.cpuNanoseconds,
      memoryBytes: usage.memoryWorkingSetBytes,
      measuredAt: Timestamp(nanosecondsSince1970: usage.measuredAt), window: .nanoseconds(window))
  }
}

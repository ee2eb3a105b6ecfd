internal import Synchronization

/// What happened in a simulated cluster, in order: a digest of all of it, and on request the lines themselves.
final class History: Sendable {
  private struct State {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    var count = 0
  }

  private let now: @Sendable () -> Int64
  private let prints: Bool
  private let state = Mutex(State())

  /// - Parameter now: Nanoseconds since the world began.
  init(prints: Bool, now: @escaping @Sendable () -> Int64) {
    self.now = now
    self.prints = prints
  }

  func note(_ what: String) {
    let line = "\(now()) \(what)"
    state.withLock { state in
      state.count += 1
      // FNV-1a: the same for the same bytes in every process.
      for byte in line.utf8 { state.digest = (state.digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    if prints { print(Self.seconds(now()), what) }
  }

  /// The same for two courses in which the same happened at the same moments.
  var digest: String { state.withLock { "\(String($0.digest, radix: 16))/\($0.count)" } }

  private static func seconds(_ nanoseconds: Int64) -> String {
    let thousandths = String(nanoseconds / 1_000_000 % 1000)
    return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
  }
}

internal import Glibc
public import Testing

/// Runs a property on random input, each round with a seed of its own that the failure names.
///
/// In the suite each property gets a fixed number of rounds with the same seeds every time. By hand, `FUZZ_SECONDS=600`
/// goes on for so long with seeds that were never used before, and `FUZZ_SEED=17` runs one round alone. A round that ends
/// the process instead of failing is among those after the seed that was printed last.
public enum Fuzz {
  /// What a property says when it does not hold.
  public struct Broken: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
  }

  public static func run(
    rounds: Int, sourceLocation: SourceLocation = #_sourceLocation,
    _ property: (inout SeededRandom) async throws -> Void
  ) async {
    func holds(_ seed: UInt64) async -> Bool {
      var random = SeededRandom(seed: seed)
      do {
        try await property(&random)
        return true
      } catch {
        Issue.record("\(error)\nAgain with: FUZZ_SEED=\(seed)", sourceLocation: sourceLocation)
        return false
      }
    }
    if let seed = number("FUZZ_SEED") {
      _ = await holds(seed)
    } else if let seconds = number("FUZZ_SECONDS") {
      let end = ContinuousClock.now + .seconds(Int(seconds))
      var seed = UInt64.random(in: 1 << 32..<1 << 52)
      var round = 0
      while ContinuousClock.now < end {
        if round % 1_000 == 0 { print("\(sourceLocation.fileID):\(sourceLocation.line): from seed \(seed)") }
        guard await holds(seed) else { return }
        seed += 1
        round += 1
      }
    } else {
      for seed in 1...UInt64(rounds) {
        guard await holds(seed) else { return }
      }
    }
  }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }

  /// Damages a text or a message in a few places, as transmission errors and attackers do.
  public static func mutate(_ bytes: [UInt8], with pieces: [String] = [], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1 where !bytes.isEmpty: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes.prefix(min(place, 200)), at: place)
      case 3: bytes.removeLast(bytes.count - place)
      default:
        let piece = pieces.randomElement(using: &random) ?? ["\0", "\r\n", "\"", "{", "-", "\u{FFFD}", ":"][place % 7]
        bytes.insert(contentsOf: piece.utf8, at: place)
      }
    }
    return bytes
  }
}

/// Random numbers that depend on the seed alone.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Names and identities that the server thinks of.
struct Identities: Sendable {
  /// Without letters that could form words, as Kubernetes chooses them.
  private static let letters = Array("bcdfghjklmnpqrstvwxz2456789")

  /// Where they come from.
  let randomness: @Sendable () -> UInt64

  /// The beginning with five letters behind it; a long one is shortened so that the whole stays a name.
  func name(_ beginning: String) -> String {
    let count = UInt64(Self.letters.count)
    return beginning.prefix(58) + String((0..<5).map { _ in Self.letters[Int(randomness() % count)] })
  }

  /// A random UUID.
  func uid() -> String {
    var high = randomness()
    var low = randomness()
    high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = Self.hexadecimal(high) + Self.hexadecimal(low)
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { from, to in
      String(decoding: digits[from..<to], as: UTF8.self)
    }.joined(separator: "-")
  }

  private static func hexadecimal(_ number: UInt64) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return (0..<16).map { digits[Int(number >> UInt64(60 - 4 * $0) & 15)] }
  }
}

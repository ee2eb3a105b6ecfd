/// The version of a pack: three numbers with dots, as semantic versioning has it.
public struct PackVersion: Sendable, Equatable, Hashable, Comparable, CustomStringConvertible {
  public var major = 0
  public var minor = 0
  public var patch = 0
  /// What makes it a version before the numbers' own, such as `beta.1`.
  public var preview: [String] = []
  /// Says where it was built; older or newer by that is nobody.
  public var build: String?

  init() {}

  /// Nil for a text that is no version.
  public init?(_ text: String) {
    let halves = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
    guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else { return nil }
    (self.major, self.minor, self.patch) = (major, minor, patch)
    if parts.count == 2 {
      guard let words = Self.words(parts[1]), words.allSatisfy({ !Self.isDigits($0) || Self.number($0[...]) != nil })
      else { return nil }
      preview = words
    }
    if halves.count == 2 {
      guard Self.words(halves[1]) != nil else { return nil }
      build = String(halves[1])
    }
  }

  /// Without zeros in front, so that a version is written in one way only.
  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.count < 10, isDigits(String(text)), text == "0" || !text.hasPrefix("0") else { return nil }
    return Int(text)
  }

  private static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  private static func words(_ text: Substring) -> [String]? {
    let words = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let isWell = words.allSatisfy { word in
      !word.isEmpty && word.utf8.count < 64
        && word.utf8.allSatisfy {
          (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
        }
    }
    return isWell ? words : nil
  }

  public var description: String {
    "\(major).\(minor).\(patch)" + (preview.isEmpty ? "" : "-" + preview.joined(separator: "."))
      + (build.map { "+" + $0 } ?? "")
  }

  public static func < (left: PackVersion, right: PackVersion) -> Bool {
    let (one, other) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
    if one != other { return one.lexicographicallyPrecedes(other) }
    // A preview comes before what it is a preview of.
    if left.preview.isEmpty || right.preview.isEmpty { return !left.preview.isEmpty && right.preview.isEmpty }
    for (word, next) in zip(left.preview, right.preview) where word != next {
      switch (Int(word), Int(next)) {
      case (let word?, let next?): return word < next
      case (_?, nil): return true
      case (nil, _?): return false
      case (nil, nil): return word < next
      }
    }
    return left.preview.count < right.preview.count
  }
}

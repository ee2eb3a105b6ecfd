/// A path with `*`, `?` and `[a-z]` in the names on it; `**` stands for any number of names.
struct NamePattern: Sendable, Equatable {
  private let names: [[Character]]

  init(_ text: some StringProtocol) { names = text.split(separator: "/").filter { $0 != "." }.map { Array($0) } }

  func matches(_ path: [String]) -> Bool { Self.matches(names[...], path[...]) }

  private static func matches(_ pattern: ArraySlice<[Character]>, _ path: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == ["*", "*"] {
      return matches(pattern.dropFirst(), path) || !path.isEmpty && matches(pattern, path.dropFirst())
    }
    guard let name = path.first, Self.matches(first[...], Array(name)[...]) else { return false }
    return matches(pattern.dropFirst(), path.dropFirst())
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    var (pattern, name) = (pattern, name)
    // Where to go on when what follows the last star does not fit here.
    var retry: (pattern: ArraySlice<Character>, name: ArraySlice<Character>)?
    while true {
      if pattern.first == "*" {
        pattern = pattern.dropFirst()
        retry = (pattern, name)
        continue
      }
      if let rest = afterOne(pattern, name.first) {
        (pattern, name) = (rest, name.dropFirst())
        continue
      }
      if pattern.isEmpty && name.isEmpty { return true }
      guard let last = retry, !last.name.isEmpty else { return false }
      retry = (last.pattern, last.name.dropFirst())
      (pattern, name) = (last.pattern, last.name.dropFirst())
    }
  }

  /// What follows the part of the pattern that stands for this character; nil when it does not.
  private static func afterOne(_ pattern: ArraySlice<Character>, _ character: Character?) -> ArraySlice<Character>? {
    guard let character, let first = pattern.first else { return nil }
    switch first {
    case "?": return pattern.dropFirst()
    case "\\": return pattern.dropFirst().first == character ? pattern.dropFirst(2) : nil
    case "[":
      guard let end = pattern.dropFirst(2).firstIndex(of: "]") else {
        return first == character ? pattern.dropFirst() : nil
      }
      var set = pattern[(pattern.startIndex + 1)..<end]
      let isNegated = set.first == "^" || set.first == "!"
      if isNegated { set = set.dropFirst() }
      return contains(set, character) != isNegated ? pattern[(end + 1)...] : nil
    default: return first == character ? pattern.dropFirst() : nil
    }
  }

  /// Single characters and ranges such as `a-z`.
  private static func contains(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
    var rest = set
    while let low = rest.popFirst() {
      if rest.first == "-", rest.count >= 2 {
        rest.removeFirst()
        if let high = rest.popFirst(), low <= high, (low...high).contains(character) { return true }
      } else if low == character {
        return true
      }
    }
    return false
  }
}

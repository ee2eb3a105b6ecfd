/// Literal text with holes: `<...>` stands for any run of characters within a line.
public struct TextPattern: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  CustomStringConvertible
{
  public let description: String
  private let pieces: [[Character]]

  public init(_ text: String) {
    description = text
    var pieces: [[Character]] = [[]]
    var rest = Substring(text)
    while let character = rest.first {
      if rest.hasPrefix("<...>") {
        pieces.append([])
        rest.removeFirst(5)
      } else {
        pieces[pieces.count - 1].append(character)
        rest.removeFirst()
      }
    }
    self.pieces = pieces
  }

  public init(stringLiteral text: String) { self.init(text) }

  /// The character offset at which the first match ends, if there is one that starts at or after `start`.
  public func endOfMatch(in line: String, from start: Int = 0) -> Int? {
    let characters = Array(line)
    var position = start
    for piece in pieces where !piece.isEmpty {
      let last = characters.count - piece.count
      guard position <= last,
        let found = (position...last).first(where: { characters[$0..<($0 + piece.count)].elementsEqual(piece) })
      else { return nil }
      position = found + piece.count
    }
    return position <= characters.count ? position : nil
  }

  public func matches(_ line: String) -> Bool { endOfMatch(in: line) != nil }
}

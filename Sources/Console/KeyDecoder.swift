/// Turns the bytes of a keyboard into characters.
struct KeyDecoder {
  static let escape: UInt8 = 0x1B
  /// What terminals put around a pasted text when they are asked to.
  static let pasteStart = Array("\u{1B}[200~".utf8)
  static let pasteEnd = Array("\u{1B}[201~".utf8)

  private var bytes: [UInt8] = []
  private var ready: [Unicode.Scalar] = []
  private var taken = 0

  /// Whether no complete character waits.
  var isEmpty: Bool { taken == ready.count }

  /// Adds a whole character.
  mutating func add(_ scalar: Unicode.Scalar) {
    finish()
    ready.append(scalar)
  }

  mutating func add(_ byte: UInt8) {
    // A new character begins: whatever was left of the one before is broken.
    if byte & 0xC0 != 0x80, !bytes.isEmpty { finish() }
    bytes.append(byte)
    let length =
      switch bytes[0] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    if bytes.count >= length { finish() }
  }

  private mutating func finish() {
    if !bytes.isEmpty { ready += String(decoding: bytes, as: UTF8.self).unicodeScalars }
    bytes = []
  }

  /// The next complete character.
  mutating func next() -> Unicode.Scalar? {
    if taken == ready.count {
      if taken > 0 { (ready, taken) = ([], 0) }
      return nil
    }
    taken += 1
    return ready[taken - 1]
  }

  /// A pasted text as it may stand in a line: without control characters, and without the line break at its end.
  static func text(ofPaste bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\r": text.append("\n")
      case "\n": if last != "\r" { text.append("\n") }
      case "\t": text.append(scalar)
      default: if scalar.properties.generalCategory != .control { text.append(scalar) }
      }
      last = scalar
    }
    if text.last == "\n" { text.removeLast() }
    return String(text)
  }
}

extension [UInt8] {
  func hasSuffix(_ end: [UInt8]) -> Bool { count >= end.count && suffix(end.count).elementsEqual(end) }
}

/// Bytes as text, the way secrets and kubeconfig files carry them.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [UInt8?] = {
    var values = [UInt8?](repeating: nil, count: 256)
    for (index, character) in alphabet.enumerated() { values[Int(character)] = UInt8(index) }
    return values
  }()

  public static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let rest = min(3, bytes.count - index)
      var group: UInt32 = 0
      for offset in 0..<3 { group = group << 8 | (offset < rest ? UInt32(bytes[index + offset]) : 0) }
      for offset in 0..<4 {
        text.append(offset <= rest ? alphabet[Int(group >> UInt32(18 - 6 * offset) & 63)] : UInt8(ascii: "="))
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Line breaks are passed over; anything else that does not belong is refused.
  public static func decode(_ text: String) -> [UInt8]? {
    if corruption(in: text) != nil { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 4)
    var group: UInt32 = 0
    var bits = 0
    for character in text.utf8 {
      // What is no letter has been found to be a line break or padding.
      guard let value = values[Int(character)] else { continue }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    return bytes
  }

  /// Where the text stops being base64, or nil when it never does: the place that Kubernetes names in its refusals.
  public static func corruption(in text: String) -> Int? {
    let characters = Array(text.utf8)
    func isLineBreak(_ character: UInt8) -> Bool { character == 0x0A || character == 0x0D }
    let padding = UInt8(ascii: "=")
    var place = 0
    // Letters of the group of four that is being read.
    var letters = 0
    while place < characters.count {
      let character = characters[place]
      place += 1
      if isLineBreak(character) { continue }
      if values[Int(character)] != nil {
        letters = (letters + 1) % 4
        continue
      }
      guard character == padding, letters >= 2 else { return place - 1 }
      if letters == 2 {
        while place < characters.count, isLineBreak(characters[place]) { place += 1 }
        if place == characters.count { return place }
        if characters[place] != padding { return place - 1 }
        place += 1
      }
      while place < characters.count, isLineBreak(characters[place]) { place += 1 }
      return place < characters.count ? place : nil
    }
    return letters == 0 ? nil : characters.count - letters
  }
}

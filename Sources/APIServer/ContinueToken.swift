internal import Documents

/// Where the next page of a list begins: behind a key, at the revision of the first page.
struct ContinueToken: Sendable, Equatable {
  /// Nil: whatever the objects are by then.
  var revision: Int64?
  var key: String

  init(revision: Int64?, key: String) {
    self.revision = revision
    self.key = key
  }

  init?(_ text: String) {
    guard let bytes = Base64.decode(text), let document = try? Document.parse(json: bytes),
      let key = document["start"]?.stringValue, let revision = document["rv"]?.integerValue
    else { return nil }
    self.key = key
    self.revision = revision > 0 ? revision : nil
  }

  var text: String {
    Base64.encode(
      Document.map(
        DocumentMap([("v", "meta.k8s.io/v1"), ("rv", .integer(revision ?? -1)), ("start", .string(key))])
      ).json())
  }
}

/// Bytes as letters that may stand in an address.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(letters[Int(bits >> UInt32(count) & 63)])
      }
    }
    if count > 0 { text.append(letters[Int(bits << UInt32(6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for letter in text.utf8 where letter != UInt8(ascii: "=") {
      guard let value = letters.firstIndex(of: letter) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }
}

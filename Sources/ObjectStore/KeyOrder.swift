internal import Glibc

/// Keys are ordered by their UTF-8 bytes, as SQLite orders them.
///
/// String's own `<` and `==` follow Unicode equivalence, under which two keys that differ on disk may be the same.
enum KeyOrder {
  static func compare(_ left: String, _ right: String) -> Int {
    withBytes(of: left, right) { left, right in
      let shared = min(left.count, right.count)
      let difference = shared == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, shared)
      return difference != 0 ? Int(difference) : left.count - right.count
    }
  }

  static func precedes(_ left: String, _ right: String) -> Bool {
    compare(left, right) < 0
  }

  static func hasPrefix(_ key: String, _ prefix: String) -> Bool {
    withBytes(of: key, prefix) { key, prefix in
      prefix.isEmpty || (key.count >= prefix.count && memcmp(key.baseAddress!, prefix.baseAddress!, prefix.count) == 0)
    }
  }

  /// The bytes before which all keys with the prefix end: no byte of UTF-8 is as large as 0xFF.
  static func end(ofPrefix prefix: String) -> [UInt8] {
    var bytes = Array(prefix.utf8)
    guard let last = bytes.popLast() else { return [0xFF] }
    bytes.append(last + 1)
    return bytes
  }

  private static func withBytes<R>(
    of left: String,
    _ right: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> R
  ) -> R {
    // Swift's own strings are contiguous, so the copies are never made; the fallback keeps this total.
    left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in body(left, right) }
        ?? Array(right.utf8).withUnsafeBufferPointer { right in body(left, right) }
    }
      ?? Array(left.utf8).withUnsafeBufferPointer { left in
        Array(right.utf8).withUnsafeBufferPointer { right in body(left, right) }
      }
  }
}

internal import Glibc

/// Commands of busybox that are played by the workload program instead.
///
/// The shell in busybox prefers what busybox has to what is on the search path, also where Debian builds it with less than
/// people expect: `until nc -z database 5432` in a script would wait for ever.
enum HiddenApplets {
  /// The name that a command has for whoever wants busybox's own.
  ///
  /// busybox finds commands in a sorted table of names, so it is one that nobody types and that sorts the same.
  static func hiddenName(of name: String) -> String {
    var bytes = Array(name.utf8)
    bytes[bytes.count - 1] += 1
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The program with other names for these commands; one whose place in the table is in doubt keeps its own.
  static func hiding(_ names: [String], in program: [UInt8]) -> [UInt8] {
    var program = program
    for name in names {
      let places = places(of: name, in: program)
      guard places.count == 1, let place = places.first else { continue }
      let hidden = Array(hiddenName(of: name).utf8)
      let next = program[(place + hidden.count + 1)...].prefix { $0 != 0 }
      if hidden.lexicographicallyPrecedes(next) { program.replaceSubrange(place..<place + hidden.count, with: hidden) }
    }
    return program
  }

  /// Where the name stands between two zeros.
  private static func places(of name: String, in program: [UInt8]) -> [Int] {
    let entry = Array(name.utf8) + [0]
    var places: [Int] = []
    program.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var from = 1
      while from + entry.count <= bytes.count,
        let found = memchr(start + from, Int32(entry[0]), bytes.count - from - entry.count + 1)
      {
        let place = start.distance(to: UnsafeRawPointer(found))
        if bytes[place - 1] == 0, memcmp(found, entry, entry.count) == 0 { places.append(place) }
        from = place + 1
      }
    }
    return places
  }
}

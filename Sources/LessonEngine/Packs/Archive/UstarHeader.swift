/// The 512 bytes before each file of an archive, in the form that POSIX calls ustar.
///
/// Every field but name, size and mode is the same for all files, so the same content makes the same bytes everywhere.
struct UstarHeader: Equatable {
  static let size = 512

  var name: String
  var contentSize: Int
  var isExecutable = false

  /// Why it cannot be read; told with the entry's name.
  struct Problem: Error {
    var name: String?
    var reason: String
  }

  /// Content is followed by zeros up to the next whole block.
  static func padded(_ size: Int) -> Int { (size + 511) / 512 * 512 }

  // MARK: Writing

  /// Nil when the name does not fit.
  var bytes: [UInt8]? {
    guard let (prefix, rest) = Self.split(Array(name.utf8)), contentSize < 1 << 33 else { return nil }
    var block = [UInt8](repeating: 0, count: Self.size)
    func put(_ bytes: [UInt8], at place: Int) { block.replaceSubrange(place..<place + bytes.count, with: bytes) }
    func put(_ number: Int, digits: Int, at place: Int) {
      let text = String(number, radix: 8)
      put(Array((String(repeating: "0", count: digits - text.count) + text).utf8), at: place)
    }
    put(rest, at: 0)
    put(isExecutable ? 0o755 : 0o644, digits: 7, at: 100)
    put(0, digits: 7, at: 108)
    put(0, digits: 7, at: 116)
    put(contentSize, digits: 11, at: 124)
    put(0, digits: 11, at: 136)
    put(Array("        0".utf8), at: 148)
    put(Array("ustar\u{0}00".utf8), at: 257)
    put(0, digits: 7, at: 329)
    put(0, digits: 7, at: 337)
    put(prefix, at: 345)
    put(Self.checksum(block), digits: 6, at: 148)
    block[154] = 0
    return block
  }

  /// A long name is cut at the first `/` that lets both halves fit.
  private static func split(_ name: [UInt8]) -> (prefix: [UInt8], rest: [UInt8])? {
    if name.count <= 100 { return ([], name) }
    for (index, byte) in name.enumerated() where byte == UInt8(ascii: "/") && name.count - index - 1 <= 100 {
      return index <= 155 && index + 1 < name.count ? (Array(name[..<index]), Array(name[(index + 1)...])) : nil
    }
    return nil
  }

  // MARK: Reading

  static func read(_ block: [UInt8]) throws(Problem) -> UstarHeader {
    guard number(block[148..<156]) == checksum(block) else {
      throw Problem(reason: "is no pack archive, or is damaged: a header's checksum is wrong")
    }
    let prefix = text(block[345..<500])
    let rest = text(block[0..<100])
    guard let name = String(validating: prefix + (prefix.isEmpty ? [] : [UInt8(ascii: "/")]) + rest, as: UTF8.self)
    else {
      throw Problem(
        name: String(decoding: prefix + [UInt8(ascii: "/")] + rest, as: UTF8.self),
        reason: "has a name that is not UTF-8")
    }
    guard block[156] == UInt8(ascii: "0") else { throw Problem(name: name, reason: kind(block[156])) }
    if let danger = PackPath.danger(name) { throw Problem(name: name, reason: danger) }
    guard let size = number(block[124..<136]) else { throw Problem(name: name, reason: "has no readable size") }
    let header = UstarHeader(name: name, contentSize: size, isExecutable: number(block[100..<108]) == 0o755)
    if header.isExecutable, !PackPath.mayBeExecutable(name) {
      throw Problem(name: name, reason: "may be executed, which is for files of images only")
    }
    // Owners, times and whatever else an archiver may have written there.
    guard header.bytes == block else {
      throw Problem(name: name, reason: "was not put there by podium pack build: its header is another one")
    }
    return header
  }

  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.prefix { $0 != 0 && $0 != 0x20 }
    guard !digits.isEmpty, digits.count < 13 else { return nil }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }

  /// As if the checksum's own place held blanks.
  private static func checksum(_ block: [UInt8]) -> Int {
    var sum = 8 * 0x20
    for index in 0..<size where index < 148 || index > 155 { sum += Int(block[index]) }
    return sum
  }

  private static func kind(_ flag: UInt8) -> String {
    let kind =
      switch flag {
      case UInt8(ascii: "1"): "a hard link"
      case UInt8(ascii: "2"): "a symbolic link"
      case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
      case UInt8(ascii: "5"): "a folder, and those come with their files"
      case UInt8(ascii: "6"): "a fifo"
      case UInt8(ascii: "S"): "a sparse file"
      default: "something of a kind that packs do not have"
      }
    return "is \(kind): a pack is made of files"
  }
}

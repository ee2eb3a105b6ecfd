/// The format in which `cp` sends files through a container's `tar`: blocks of 512 bytes, a header before each file.
enum TarArchive {
  static let blockSize = 512

  enum Kind: UInt8, Sendable {
    case file = 0x30
    case hardLink = 0x31
    case symbolicLink = 0x32
    case directory = 0x35
    /// The entry behind it has a name too long for its header.
    case longName = 0x4C
    case longLink = 0x4B
    /// Attributes of the entry behind it, as lines of text.
    case attributes = 0x78
    case sharedAttributes = 0x67
    /// A device or something else that is not copied.
    case other = 0
  }

  /// What a header says of the bytes behind it.
  struct Entry: Sendable, Equatable {
    var name: String
    var kind: Kind
    var size = 0
    var mode: UInt32 = 0o644
    var modified: Int64 = 0
    var linkTarget = ""
  }

  /// Two empty blocks.
  static let end = [UInt8](repeating: 0, count: 2 * blockSize)

  static func padding(_ size: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (blockSize - size % blockSize) % blockSize)
  }

  /// The header blocks of an entry, with those before it that carry what is too long.
  static func header(_ entry: Entry) -> [UInt8] {
    var blocks: [UInt8] = []
    for (text, kind) in [(entry.name, Kind.longName), (entry.linkTarget, .longLink)] where text.utf8.count > 100 {
      let bytes = Array(text.utf8) + [0]
      blocks += block(Entry(name: "././@LongLink", kind: kind, size: bytes.count, mode: 0))
      blocks += bytes + padding(bytes.count)
    }
    return blocks + block(entry)
  }

  private static func block(_ entry: Entry) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    func put(_ bytes: some Sequence<UInt8>, at offset: Int, _ width: Int) {
      for (index, byte) in bytes.prefix(width).enumerated() { block[offset + index] = byte }
    }
    func put(number: Int64, at offset: Int, _ width: Int) {
      let digits = String(number, radix: 8)
      guard digits.count < width else {
        // More than the digits can say: the number itself, marked by the highest bit.
        for index in 0..<8 { block[offset + width - 1 - index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
        block[offset] = 0x80
        return
      }
      put((String(repeating: "0", count: width - 1 - digits.count) + digits).utf8, at: offset, width)
    }
    put(entry.name.utf8, at: 0, 100)
    put(number: Int64(entry.mode & 0o7777), at: 100, 8)
    put(number: 0, at: 108, 8)
    put(number: 0, at: 116, 8)
    put(number: Int64(entry.size), at: 124, 12)
    put(number: max(0, entry.modified), at: 136, 12)
    block[156] = entry.kind.rawValue
    put(entry.linkTarget.utf8, at: 157, 100)
    put("ustar\u{0}00".utf8, at: 257, 8)
    // The sum counts its own field as blanks.
    put([UInt8](repeating: 0x20, count: 8), at: 148, 8)
    let sum = block.reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    put((String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\u{0} ").utf8, at: 148, 8)
    return block
  }
}

/// Takes an archive apart as its bytes come in.
struct TarReader {
  enum Piece: Equatable {
    case entry(TarArchive.Entry)
    case content([UInt8])
  }

  /// The archive is not one, or was cut off.
  struct Problem: Error, Equatable, CustomStringConvertible {
    var description: String
  }

  private var pending: [UInt8] = []
  private var contentLeft = 0
  private var paddingLeft = 0
  private var isOver = false
  /// A name, a link or attributes that belong to the next entry.
  private var extra: (kind: TarArchive.Kind, bytes: [UInt8], left: Int)?
  private var nextName: String?
  private var nextLink: String?

  /// No name is as long as that; whoever sends more wants to fill the memory.
  private static let longestExtra = 1 << 20

  init() {}

  /// What the bytes complete.
  mutating func add(_ bytes: [UInt8]) throws(Problem) -> [Piece] {
    pending += bytes
    var pieces: [Piece] = []
    var position = 0
    while position < pending.count, !isOver {
      if contentLeft > 0 {
        let count = min(contentLeft, pending.count - position)
        let part = Array(pending[position..<(position + count)])
        contentLeft -= count
        position += count
        if extra != nil { extra?.bytes += part } else { pieces.append(.content(part)) }
        if contentLeft == 0 { takeExtra() }
      } else if paddingLeft > 0 {
        let count = min(paddingLeft, pending.count - position)
        paddingLeft -= count
        position += count
      } else if pending.count - position >= TarArchive.blockSize {
        let block = Array(pending[position..<(position + TarArchive.blockSize)])
        position += TarArchive.blockSize
        if let piece = try read(block) { pieces.append(piece) }
      } else {
        break
      }
    }
    pending.removeFirst(isOver ? pending.count : position)
    return pieces
  }

  /// Whether bytes are still missing.
  var isInsideEntry: Bool { contentLeft > 0 || !pending.isEmpty }

  private mutating func read(_ block: [UInt8]) throws(Problem) -> Piece? {
    if block.allSatisfy({ $0 == 0 }) {
      isOver = true
      return nil
    }
    guard let size = Self.number(block[124..<136]), Self.isWhole(block) else {
      throw Problem(description: "archive/tar: invalid tar header")
    }
    contentLeft = size
    paddingLeft = (TarArchive.blockSize - size % TarArchive.blockSize) % TarArchive.blockSize
    let kind = block[156] == 0 ? .file : TarArchive.Kind(rawValue: block[156]) ?? .other
    switch kind {
    case .longName, .longLink, .attributes, .sharedAttributes:
      if size > Self.longestExtra { throw Problem(description: "archive/tar: header field too long") }
      extra = (kind, [], size)
      return nil
    default: break
    }
    var name = Self.text(block[0..<100])
    let prefix = Self.text(block[345..<500])
    if !prefix.isEmpty, Self.text(block[257..<262]) == "ustar" { name = "\(prefix)/\(name)" }
    let entry = TarArchive.Entry(
      name: nextName ?? name, kind: kind, size: size, mode: UInt32(Self.number(block[100..<108]) ?? 0o644),
      modified: Int64(Self.number(block[136..<148]) ?? 0), linkTarget: nextLink ?? Self.text(block[157..<257]))
    (nextName, nextLink) = (nil, nil)
    return .entry(entry)
  }

  private mutating func takeExtra() {
    guard let (kind, bytes, _) = extra else { return }
    extra = nil
    switch kind {
    case .longName: nextName = Self.text(bytes[...])
    case .longLink: nextLink = Self.text(bytes[...])
    case .attributes:
      // Each line is its own length, a blank, and KEY=VALUE.
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        guard let blank = line.firstIndex(of: " "), let equals = line[blank...].firstIndex(of: "=") else { continue }
        let value = String(line[line.index(after: equals)...])
        switch line[line.index(after: blank)..<equals] {
        case "path": nextName = value
        case "linkpath": nextLink = value
        default: break
        }
      }
    default: break
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    if let first = bytes.first, first & 0x80 != 0 {
      return bytes.dropFirst().suffix(7).reduce(0) { $0 << 8 | Int($1) }
    }
    let digits = bytes.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }

  private static func isWhole(_ block: [UInt8]) -> Bool {
    var sum = 0
    for (index, byte) in block.enumerated() { sum += (148..<156).contains(index) ? 0x20 : Int(byte) }
    return number(block[148..<156]) == sum
  }
}

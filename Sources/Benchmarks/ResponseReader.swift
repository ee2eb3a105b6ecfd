/// Finds the end of an HTTP response in the bytes of a connection, and looks at nothing else but its status.
struct ResponseReader {
  private enum Stage {
    case head
    case body(missing: Int)
    case chunkSize(Int)
    case chunk(missing: Int)
    /// The empty line behind the last chunk.
    case end
  }

  private(set) var status = 0
  private var stage = Stage.head
  private var head: [UInt8] = []

  /// True when the response is complete; the next one then begins anew.
  mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while let byte = rest.first {
      switch stage {
      case .head:
        head.append(byte)
        rest = rest.dropFirst()
        if byte == UInt8(ascii: "\n"), head.suffix(4).elementsEqual("\r\n\r\n".utf8), readHead() { return true }
      case .body(let missing):
        let taken = min(missing, rest.count)
        rest = rest.dropFirst(taken)
        if taken == missing { return isComplete() }
        stage = .body(missing: missing - taken)
      case .chunkSize(let size):
        rest = rest.dropFirst()
        if let digit = Character(Unicode.Scalar(byte)).hexDigitValue {
          stage = .chunkSize(size << 4 | digit)
        } else if byte == UInt8(ascii: "\n") {
          // The line break behind the chunk counts as a part of it.
          stage = size == 0 ? .end : .chunk(missing: size + 2)
        }
      case .chunk(let missing):
        let taken = min(missing, rest.count)
        rest = rest.dropFirst(taken)
        stage = taken == missing ? .chunkSize(0) : .chunk(missing: missing - taken)
      case .end:
        rest = rest.dropFirst()
        if byte == UInt8(ascii: "\n") { return isComplete() }
      }
    }
    return false
  }

  /// True when nothing follows the head.
  private mutating func readHead() -> Bool {
    defer { head.removeAll(keepingCapacity: true) }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    var length = 0
    for line in lines.dropFirst() {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { continue }
      switch halves[0].lowercased() {
      case "content-length": length = Int(halves[1].drop { $0 == " " }) ?? 0
      case "transfer-encoding":
        stage = .chunkSize(0)
        return false
      default: break
      }
    }
    if length == 0 { return isComplete() }
    stage = .body(missing: length)
    return false
  }

  private mutating func isComplete() -> Bool {
    stage = .head
    return true
  }
}

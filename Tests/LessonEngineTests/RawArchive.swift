import Digests

@testable import LessonEngine

/// An archive that is put together by hand, as somebody would who means harm.
struct RawArchive {
  struct Entry {
    var name: String
    var content: [UInt8] = []
    var isExecutable = false
    /// Changes the header before its checksum is made.
    var forge: ((inout [UInt8]) -> Void)?
  }

  var entries: [Entry]
  /// Nil for the one that fits.
  var lock: String?
  var hasLock = true

  /// The entries of the small pack, with another one more.
  static func greetings(_ more: Entry...) throws -> RawArchive {
    let parts = try MemoryFolder.greetings.contents().parts
    let own = try parts.map { Entry(name: $0.name, content: try $0.bytes.all(), isExecutable: $0.isExecutable) }
    return RawArchive(entries: (own + more).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
  }

  var bytes: [UInt8] {
    let locked = entries.map {
      PackLock.File(name: $0.name, digest: SHA256.hexadecimal(of: $0.content), isExecutable: $0.isExecutable)
    }
    let lock = Entry(name: "pack.lock", content: Array((lock ?? PackLock(files: locked).text).utf8))
    var bytes: [UInt8] = []
    for entry in (hasLock ? [lock] : []) + entries {
      // A name that no writer would take is put there as it is.
      let header = UstarHeader(name: entry.name, contentSize: entry.content.count, isExecutable: entry.isExecutable)
      guard var block = header.bytes else { continue }
      entry.forge?(&block)
      Self.seal(&block)
      bytes += block + entry.content
      bytes += [UInt8](repeating: 0, count: UstarHeader.padded(entry.content.count) - entry.content.count)
    }
    return bytes + [UInt8](repeating: 0, count: 1024)
  }

  /// Makes the checksum fit.
  static func seal(_ block: inout [UInt8]) {
    block.replaceSubrange(148..<156, with: Array("        ".utf8))
    let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    let text = String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} "
    block.replaceSubrange(148..<156, with: Array(text.utf8))
  }

  /// Why it is refused; nil when it is read.
  var refusal: String? { Self.refusal(bytes) }

  static func refusal(_ bytes: [UInt8]) -> String? {
    do {
      _ = try PackArchive.read(BytesInMemory(bytes), file: "x.podiumpack")
      return nil
    } catch {
      return "\(error)"
    }
  }
}

internal import Digests

/// The content of a file of a pack, wherever it lies.
public protocol PackBytes: Sendable {
  var size: Int { get }
  /// Exactly so many bytes; what cannot be read is an error.
  func read(at offset: Int, count: Int) throws -> [UInt8]
}

extension PackBytes {
  /// All of it, piece by piece: an image does not have to fit into memory.
  public func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
    var offset = 0
    while offset < size {
      let count = min(size - offset, 1 << 20)
      try body(try read(at: offset, count: count))
      offset += count
    }
  }

  public func all() throws -> [UInt8] { try read(at: 0, count: size) }

  /// The SHA-256 of it, as 64 hexadecimal digits.
  func digest() throws -> String {
    var digest = SHA256()
    try forEachPiece { digest.update($0) }
    return digest.finish()
  }
}

/// Bytes that are in memory already.
public struct BytesInMemory: PackBytes {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var size: Int { bytes.count }

  public func read(at offset: Int, count: Int) throws -> [UInt8] { Array(bytes[offset..<offset + count]) }
}

/// A part of other bytes.
struct PackBytesSlice: PackBytes {
  let bytes: any PackBytes
  let start: Int
  let size: Int

  func read(at offset: Int, count: Int) throws -> [UInt8] { try bytes.read(at: start + offset, count: count) }
}

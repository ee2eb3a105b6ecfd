internal import CZlib

/// Unpacks the headers of one direction of a connection: each block builds on those before it.
final class HeaderBlockReader {
  /// Headers here are a handful of short words; more is an attack on memory.
  private static let limit = 65_536

  private var stream = z_stream()

  init() {
    let result = czlib_inflate_init(&stream)
    precondition(result == Z_OK, "inflateInit failed: \(result)")
  }

  deinit { inflateEnd(&stream) }

  func headers(in block: ArraySlice<UInt8>) throws(SPDYError) -> [String: String] {
    let text = try unpacked(Array(block))
    var reader = BigEndianReader(text[...])
    var headers: [String: String] = [:]
    for _ in 0..<(try reader.number()) {
      let name = try reader.text()
      headers[name.lowercased()] = try reader.text()
    }
    return headers
  }

  private func unpacked(_ block: [UInt8]) throws(SPDYError) -> [UInt8] {
    var block = block
    var text = [UInt8](repeating: 0, count: Self.limit)
    let available = UInt32(block.count)
    let result = block.withUnsafeMutableBufferPointer { block in
      text.withUnsafeMutableBufferPointer { text in
        stream.next_in = block.baseAddress
        stream.avail_in = available
        stream.next_out = text.baseAddress
        stream.avail_out = UInt32(Self.limit)
        defer { (stream.next_in, stream.next_out) = (nil, nil) }
        var result = inflate(&stream, Z_SYNC_FLUSH)
        if result == Z_NEED_DICT {
          result = inflateSetDictionary(&stream, HeaderDictionary.bytes, UInt32(HeaderDictionary.bytes.count))
          if result == Z_OK { result = inflate(&stream, Z_SYNC_FLUSH) }
        }
        return result
      }
    }
    // A buffer that was filled to its end may hide more.
    guard result == Z_OK || result == Z_BUF_ERROR, stream.avail_in == 0, stream.avail_out > 0 else {
      throw SPDYError("headers that cannot be unpacked")
    }
    return Array(text.prefix(Self.limit - Int(stream.avail_out)))
  }
}

/// Packs the headers of the other direction.
final class HeaderBlockWriter {
  private var stream = z_stream()

  init() {
    var result = czlib_deflate_init(&stream)
    precondition(result == Z_OK, "deflateInit failed: \(result)")
    result = deflateSetDictionary(&stream, HeaderDictionary.bytes, UInt32(HeaderDictionary.bytes.count))
    precondition(result == Z_OK, "deflateSetDictionary failed: \(result)")
  }

  deinit { deflateEnd(&stream) }

  func block(of headers: [(name: String, value: String)]) -> [UInt8] {
    var text = BigEndian.bytes(UInt32(headers.count))
    for (name, value) in headers {
      for word in [name, value] { text += BigEndian.bytes(UInt32(word.utf8.count)) + Array(word.utf8) }
    }
    // What deflate may need at most, and its mark at the end of a block.
    var block = [UInt8](repeating: 0, count: text.count + text.count / 1_000 + 64)
    let room = UInt32(block.count)
    let length = UInt32(text.count)
    text.withUnsafeMutableBufferPointer { text in
      block.withUnsafeMutableBufferPointer { block in
        stream.next_in = text.baseAddress
        stream.avail_in = length
        stream.next_out = block.baseAddress
        stream.avail_out = room
        let result = deflate(&stream, Z_SYNC_FLUSH)
        precondition(result == Z_OK, "deflate failed: \(result)")
        (stream.next_in, stream.next_out) = (nil, nil)
      }
    }
    return Array(block.prefix(Int(room - stream.avail_out)))
  }
}

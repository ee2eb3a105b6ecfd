import Testing

@testable import SPDYStreams

struct HeaderBlockTests {
  /// As the standard gives its length and checksum.
  @Test func theDictionaryIsTheStandards() {
    #expect(HeaderDictionary.bytes.count == 1_423)
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in HeaderDictionary.bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    #expect(high << 16 | low == 0xE3C6_A7C2)
  }

  @Test func blocksBuildOnEachOther() throws {
    let writer = HeaderBlockWriter()
    let reader = HeaderBlockReader()
    let first = writer.block(of: [("streamType", "error"), ("port", "8080"), ("requestID", "0")])
    let second = writer.block(of: [("streamType", "error"), ("port", "8080"), ("requestID", "1")])
    #expect(second.count < first.count)
    #expect(
      try reader.headers(in: first[...]) == ["streamtype": "error", "port": "8080", "requestid": "0"])
    #expect(
      try reader.headers(in: second[...]) == ["streamtype": "error", "port": "8080", "requestid": "1"])
  }

  @Test func noHeadersAreABlock() throws {
    #expect(try HeaderBlockReader().headers(in: HeaderBlockWriter().block(of: [])[...]) == [:])
  }

  @Test func moreThanHeadersNeedIsRefused() throws {
    let long = HeaderBlockWriter().block(of: [("name", String(repeating: "x", count: 70_000))])
    #expect(throws: SPDYError("headers that cannot be unpacked")) { try HeaderBlockReader().headers(in: long[...]) }
  }
}

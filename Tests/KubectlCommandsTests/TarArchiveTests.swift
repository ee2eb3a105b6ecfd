import Testing

@testable import KubectlCommands

/// The archives in which `cp` sends files.
struct TarArchiveTests {
  private static let entries: [(entry: TarArchive.Entry, content: [UInt8])] = [
    (.init(name: "dir/plain", kind: .file, size: 5, mode: 0o755, modified: 1_700_000_000), Array("hello".utf8)),
    (.init(name: "dir/empty", kind: .directory, mode: 0o700), []),
    (.init(name: "dir/link", kind: .symbolicLink, mode: 0o777, linkTarget: "plain"), []),
    (
      .init(name: String(repeating: "long/", count: 40) + "name", kind: .file, size: 1024),
      [UInt8](repeating: 7, count: 1024)
    ),
    (.init(name: "far", kind: .symbolicLink, linkTarget: String(repeating: "up/", count: 50)), []),
  ]

  private static var archive: [UInt8] {
    entries.flatMap { TarArchive.header($0.entry) + $0.content + TarArchive.padding($0.content.count) } + TarArchive.end
  }

  @Test(arguments: [1, 3, 511, 512, 513, 100_000])
  func isReadAgainHoweverItsBytesCome(inPiecesOf size: Int) throws {
    var reader = TarReader()
    var found: [(entry: TarArchive.Entry, content: [UInt8])] = []
    for start in stride(from: 0, to: Self.archive.count, by: size) {
      let end = min(start + size, Self.archive.count)
      for piece in try reader.add(Array(Self.archive[start..<end])) {
        switch piece {
        case .entry(let entry): found.append((entry, []))
        case .content(let bytes): found[found.count - 1].content += bytes
        }
      }
    }
    #expect(found.map(\.entry) == Self.entries.map(\.entry))
    #expect(found.map(\.content) == Self.entries.map(\.content))
    #expect(!reader.isInsideEntry)
  }

  @Test func noticesWhatIsNoArchiveAndWhatIsCutOff() throws {
    var reader = TarReader()
    #expect(throws: TarReader.Problem.self) { try reader.add([UInt8](repeating: 0x41, count: 512)) }
    var cut = TarReader()
    _ = try cut.add(Array(Self.archive.prefix(514)))
    #expect(cut.isInsideEntry)
  }
}

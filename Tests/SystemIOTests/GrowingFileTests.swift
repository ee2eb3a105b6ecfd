import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct GrowingFileTests {
  @Test func tellsWhenItHasGrown() async throws {
    try await TemporaryFolder.with { folder in
      let path = try folder.write("one", to: "log")
      let file = try GrowingFile(path)
      #expect(try file.read(at: 0) == Array("one".utf8))
      async let changed: Void = file.changed()
      try Files.write("one more", to: path)
      try await changed
      #expect(try file.read(at: 3) == Array(" more".utf8))
      #expect(try file.size() == 8)
      file.close()
    }
  }

  @Test func namesAFileThatIsNotThere() {
    #expect(throws: SystemCallError("open", on: "/nowhere/log", errno: 2)) { try GrowingFile("/nowhere/log") }
  }
}

@Suite(.timeLimit(.minutes(1)))
struct TCPConnectionTests {
  @Test func tellsThatNobodyListens() async {
    // The discard port of this machine, where nothing has listened for decades.
    await #expect(throws: SystemCallError("connect", on: "127.0.0.1:9", errno: 111)) {
      _ = try await TCPConnection.open(address: "127.0.0.1", port: 9)
    }
  }

  @Test func takesOnlyNumericAddresses() async {
    await #expect(throws: SystemCallError("connect", on: "localhost:9", errno: 22)) {
      _ = try await TCPConnection.open(address: "localhost", port: 9)
    }
  }
}

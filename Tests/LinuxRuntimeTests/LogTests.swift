import ContainerRuntime
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

@Suite struct LogLineTests {
  @Test func marksFullLinesAndParts() {
    let time: Int64 = 1_795_262_654_026_639_123
    let text = LogLine.format(Array("one\n\ntwo".utf8), .errors, at: time)
    #expect(
      String(decoding: text, as: UTF8.self) == """
        2026-11-21T12:04:14.026639123Z stderr F one
        2026-11-21T12:04:14.026639123Z stderr F\u{20}
        2026-11-21T12:04:14.026639123Z stderr P two

        """)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000000Z"), (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
      (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999999Z"),
    ] as [(Int64, String)])
  func writesTimes(nanoseconds: Int64, text: String) { #expect(Timestamp.text(nanoseconds) == text) }

  @Test func leavesTheBeginningOfALineUntilItsEnd() {
    #expect(LogLine.writableCount(Array("one\ntw".utf8), isAtEnd: false) == 4)
    #expect(LogLine.writableCount(Array("one\ntw".utf8), isAtEnd: true) == 6)
    let long = [UInt8](repeating: 0x61, count: LogLine.longestPart * 2 + 5)
    #expect(LogLine.writableCount(long, isAtEnd: false) == LogLine.longestPart * 2)
    let lines = LogLine.format(long, .output, at: 0).split(separator: 0x0A).map(\.count)
    #expect(lines == [LogLine.longestPart, LogLine.longestPart, 5].map { $0 + 40 })
    // A line of exactly the longest length is a full one.
    let exact = long.prefix(LogLine.longestPart) + [0x0A]
    #expect(LogLine.format(exact, .output, at: 0).split(separator: 0x0A).count == 1)
  }
}

extension RealNodes {
  @Suite(.needsNodes) struct LogTests {
    @Test func losesNothingOfAContainerThatWritesMuchAndEnds() async throws {
      try await TestNode.with { node in
        let (log, _) = try await node.output(
          of: "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; printf rest", in: node.sandbox())
        let lines = log.split(separator: "\n")
        #expect(lines.count == 20_001)
        #expect(lines.enumerated().allSatisfy { $0.offset == 20_000 || $0.element == "line \($0.offset)" })
        #expect(lines.last == "rest")
      }
    }

    @Test func whatIsWrittenInOneGoStaysTogetherUnlessItIsVeryMuch() async throws {
      try await TestNode.with { node in
        func files(_ bytes: Int) async throws -> [String] {
          let script = "yes 123456789 | head -c \(bytes); sleep 1.1; yes 123456789 | head -c \(bytes)"
          let spec = try await node.run(["sh", "-c", script], in: node.sandbox()) {
            $0.logRotation = LogRotation(fileSize: 100_000, files: 3, patience: 60)
          }
          _ = try await node.end(of: spec.id)
          return try Files.list(node.folder.path("state/logs")).filter { $0.hasPrefix("\(spec.id).log") }
        }
        async let some = files(100_000)
        async let much = files(400_000)
        let (one, several) = try await (some, much)
        #expect(one.count == 1)
        #expect(several.count > 1)
      }
    }

    @Test func goesOnInANewFileWhenOneIsFullAndKeepsTheLatest() async throws {
      try await TestNode.with { node in
        let script = """
          i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); test $((i % 100)) = 0 && sleep 1.1; done; echo end
          """
        let spec = try await node.run(["sh", "-c", script], in: node.sandbox()) {
          $0.logRotation = LogRotation(fileSize: 2000, files: 3)
        }
        _ = try await node.end(of: spec.id)
        let folder = node.folder.path("state/logs")
        // The older ones have the time after the name, in which they sort.
        let names = try Files.list(folder).filter { $0.hasPrefix("\(spec.id).log") }
        #expect(names.count == 3)
        let numbers = try (names.dropFirst() + names.prefix(1)).flatMap { name in
          try Files.readText(folder + "/" + name).split(separator: "\n").map { line in
            line.split(separator: " ").last.map(String.init) ?? ""
          }
        }
        // Some of the first are gone, and none of those after them.
        #expect(numbers.count > 100 && numbers.count < 400)
        #expect(numbers == (401 - numbers.count..<400).map(String.init) + ["end"])
      }
    }

    @Test func doesNotWaitForAGrandchildThatKeepsTheStreamOpen() async throws {
      try await TestNode.with { node in
        // In a pod with one process namespace, the first process of a container may leave children behind for a moment.
        let sandbox = try await node.sandbox { $0.processes = .pod }
        let spec = try await node.run(["sh", "-c", "(sleep 1000; echo late) & echo early"], in: sandbox)
        _ = try await node.end(of: spec.id)
        #expect(try node.log(spec) == "early\n")
      }
    }
  }
}

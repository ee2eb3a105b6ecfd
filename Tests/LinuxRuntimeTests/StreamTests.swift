import ContainerRuntime
import Glibc
import SystemIO
import TestSupport
import Testing

@testable import LinuxRuntime

extension RealNodes {
  /// What goes through the streams of programs in containers, and what is left when nobody reads them any more.
  @Suite(.needsNodes) struct StreamTests {
    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
      var state = seed
      return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while filled < count {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          buffer[filled] = UInt8(truncatingIfNeeded: state >> 33)
          filled += 1
        }
      }
    }

    @Test func carriesEveryByteBothWaysAtOnce() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let session = try await node.runtime.exec(
          ExecSpec(containerID: spec.id, command: ["cat"], streams: AttachSpec(input: true)))
        let sent = Self.bytes(20_000_000, seed: 7)
        async let received = Self.readAllBytes { try await session.readOutput() }
        async let errors = TestNode.readAll { try await session.readErrors() }
        for start in stride(from: 0, to: sent.count, by: 100_000) {
          try await session.writeInput(Array(sent[start..<min(start + 100_000, sent.count)]))
        }
        session.closeInput()
        #expect(try await received == sent)
        #expect(try await errors == "")
        #expect(try await session.wait().code == 0)
      }
    }

    private static func readAllBytes(_ next: () async throws -> [UInt8]) async throws -> [UInt8] {
      var bytes: [UInt8] = []
      while true {
        let more = try await next()
        if more.isEmpty { return bytes }
        bytes += more
      }
    }

    @Test func leavesNothingOfFiftyClientsThatVanish() async throws {
      try await TestNode.with { node in
        // The first process of a container reaps what others leave behind.
        let spec = try await node.run(["sh", "-c", "sleep 1000 & while :; do wait; done"], in: node.sandbox())
        func processes() async throws -> Int {
          try await node.exec(["sh", "-c", "ls -d /proc/[0-9]* | wc -l"], in: spec.id).output
            .dropLast().split(separator: " ").last.flatMap { Int($0) } ?? 0
        }
        let before = try await processes()
        func descriptors() throws -> Int { try Files.list("/proc/self/fd").count }
        let open = try descriptors()
        let openInInit = try Files.list("/proc/\(node.bundle.initPID)/fd").count
        for number in 0..<50 {
          let streams = AttachSpec(input: number.isMultiple(of: 2), terminal: number.isMultiple(of: 3))
          let session = try await node.runtime.exec(
            ExecSpec(containerID: spec.id, command: ["sh", "-c", "yes & sleep 1000"], streams: streams))
          if number.isMultiple(of: 5) { _ = try await session.readOutput() }
          session.abandon()
        }
        // What runs on without a terminal and a parent ends with its next word.
        try await Deadline.wait("the end of all of them") { try await processes() == before }
        try await Deadline.wait("the end of their descriptors") {
          try Files.list("/proc/\(node.bundle.initPID)/fd").count <= openInInit
        }
        #expect(try descriptors() <= open)
      }
    }

    @Test func hasATerminalOfTheRightSizeFromTheBeginning() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        for (columns, rows) in [(132, 40), (80, 24), (2000, 2)] as [(UInt16, UInt16)] {
          var exec = ExecSpec(
            containerID: spec.id, command: ["stty", "size"], streams: AttachSpec(input: true, terminal: true))
          exec.size = (columns, rows)
          let session = try await node.runtime.exec(exec)
          #expect(try await TestNode.readAll { try await session.readOutput() } == "\(rows) \(columns)\r\n")
          #expect(try await session.wait().code == 0)
        }
      }
    }

    @Test func tellsHowAProgramEnded() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        for (script, code) in [
          ("exit 0", 0), ("exit 255", 255), ("nosuch 2> /dev/null", 127), ("/etc/passwd 2> /dev/null", 126),
          ("kill -9 $$", 137), ("kill -15 $$", 143),
        ] as [(String, Int32)] {
          #expect(try await node.exec(["sh", "-c", script], in: spec.id).code == code, "\(script)")
        }
        let prefix = "OCI runtime exec failed: exec failed: unable to start container process: exec: "
        for (program, reason) in [
          ("nosuch", #""nosuch": executable file not found in $PATH: unknown"#),
          ("/no/such", #""/no/such": stat /no/such: no such file or directory: unknown"#),
          ("/etc/passwd", #""/etc/passwd": permission denied: unknown"#),
          ("/etc", #""/etc": is a directory: unknown"#),
        ] {
          await #expect {
            try await node.exec([program], in: spec.id)
          } throws: { error in
            (error as? RuntimeError)?.message.hasSuffix(prefix + reason) == true
          }
        }
      }
    }

    @Test func leavingAContainersTerminalLeavesItRunning() async throws {
      try await TestNode.with { node in
        let script = "while read line; do echo \"<$line>\"; done"
        let spec = try await node.run(["sh", "-c", script], in: node.sandbox()) { spec in
          spec.hasTerminal = true
          spec.keepsInputOpen = true
          spec.closesInputAfterFirstAttach = true
        }
        for word in ["one", "two"] {
          let session = try await node.runtime.attach(spec.id, AttachSpec(input: true, terminal: true))
          try await session.writeInput(Array("\(word)\n".utf8))
          var seen = ""
          while !seen.contains("<\(word)>") {
            seen += String(decoding: try await session.readOutput(), as: UTF8.self)
          }
          session.abandon()
        }
        #expect(try node.log(spec).contains("<one>") && node.log(spec).contains("<two>"))
        #expect(try await node.exec(["echo", "alive"], in: spec.id).output == "alive\n")
      }
    }

    /// What is sent to a pipe as pieces of files fills it after sixteen of them, however small they are.
    @Test func logsALineOfManySmallPieces() async throws {
      try await TestNode.with { node in
        let script = "printf piece > /tmp/f; i=0; while [ $i -lt 100 ]; do cat /tmp/f; i=$((i+1)); done; echo; echo end"
        let spec = try await node.run(["sh", "-c", script], in: node.sandbox())
        _ = try await node.end(of: spec.id)
        let words = try Files.readText(spec.logPath).split(separator: "\n").map { $0.split(separator: " ") }
        #expect(words.allSatisfy { $0.count >= 3 && $0[1] == "stdout" })
        let text = words.map { $0.dropFirst(3).joined(separator: " ") + ($0[2] == "F" ? "\n" : "") }.joined()
        #expect(text == String(repeating: "piece", count: 100) + "\nend\n")
      }
    }

    @Test func logsBytesThatAreNoText() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(
          ["sh", "-c", #"printf 'a\000b\377\200c\n\n\r\n'; head -c 40000 /dev/zero"#], in: node.sandbox())
        _ = try await node.end(of: spec.id)
        var content: [UInt8] = []
        for line in try Files.read(spec.logPath).split(separator: 0x0A) {
          let fields = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
          content += fields[3] + (fields[2].elementsEqual("F".utf8) ? [0x0A] : [])
        }
        #expect(
          content == [0x61, 0, 0x62, 0xFF, 0x80, 0x63, 0x0A, 0x0A, 0x0D, 0x0A] + [UInt8](repeating: 0, count: 40_000))
      }
    }

    @Test func losesNothingOfFiftyThousandLinesOnBothStreams() async throws {
      try await TestNode.with { node in
        let script = """
          i=0; while [ $i -lt 50000 ]; do echo out $i; test $((i % 10)) = 0 && echo error $i >&2; i=$((i+1)); done; exit 3
          """
        let (log, status) = try await node.output(of: script, in: node.sandbox())
        let lines = log.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("out ") } == (0..<50_000).map { "out \($0)" })
        #expect(lines.filter { $0.hasPrefix("error ") } == stride(from: 0, to: 50_000, by: 10).map { "error \($0)" })
        #expect(status.code == 3)
      }
    }
  }
}

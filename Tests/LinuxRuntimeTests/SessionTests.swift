import ContainerRuntime
import LinuxRuntime
import SystemIO
import TestSupport
import Testing

extension RealNodes {
  /// Programs beside a container's own, and joining the container's own.
  @Suite(.needsNodes) struct SessionTests {
    @Test func passesInputOutputAndCode() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let session = try await node.runtime.exec(
          ExecSpec(
            containerID: spec.id, command: ["sh", "-c", "cat; echo done >&2; exit 42"], streams: AttachSpec(input: true)
          ))
        let text = String(repeating: "0123456789", count: 50_000)
        async let output = TestNode.readAll { try await session.readOutput() }
        async let errors = TestNode.readAll { try await session.readErrors() }
        try await session.writeInput(Array(text.utf8))
        session.closeInput()
        #expect(try await output == text)
        #expect(try await errors == "done\n")
        #expect(try await session.wait().code == 42)
      }
    }

    @Test func runsOnATerminalThatCanBeResized() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let session = try await node.runtime.exec(
          ExecSpec(containerID: spec.id, command: ["sh"], streams: AttachSpec(input: true, terminal: true)))
        session.resize(columns: 100, rows: 30)
        try await session.writeInput(Array("stty size; tty; echo $TERM; exit 7\n".utf8))
        let output = try await TestNode.readAll { try await session.readOutput() }
        #expect(output.contains("30 100\r\n/dev/pts/0\r\nxterm\r\n"))
        #expect(try await session.readErrors().isEmpty)
        #expect(try await session.wait().code == 7)
      }
    }

    @Test func interruptsWhatRunsOnTheTerminal() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let session = try await node.runtime.exec(
          ExecSpec(containerID: spec.id, command: ["sleep", "1000"], streams: AttachSpec(input: true, terminal: true)))
        try await session.writeInput([3])
        let status = try await session.wait()
        #expect(status.signal == 2)
        #expect(status.code == 130)
      }
    }

    @Test func runsSeveralAtOnce() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let codes = try await withThrowingTaskGroup(of: Int32.self) { group in
          for code in 0..<20 {
            group.addTask { try await node.exec(["sh", "-c", "sleep 0.05; exit \(code)"], in: spec.id).code }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.sorted() == Array(0..<20))
      }
    }

    @Test func endsWithItsCaller() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        let session = try await node.runtime.exec(
          ExecSpec(containerID: spec.id, command: ["sh", "-c", "sleep 2000; true"], streams: AttachSpec()))
        let runs = { try await node.exec(["ps"], in: spec.id).output.contains("sleep 2000") }
        try await Deadline.wait("the program to run", until: runs)
        let end = Task { try await session.wait() }
        session.abandon()
        try await Deadline.wait("the program to be gone") { try await !runs() }
        await #expect(throws: RuntimeError.self) { try await session.wait() }
        // Whoever waited meanwhile is told that nobody asks any more, or how the program was ended: what came first.
        switch await end.result {
        case .success(let status): #expect(status.code == 137)
        case .failure(let error): #expect(error is RuntimeError)
        }
      }
    }

    @Test func namesWhatCannotBeExecuted() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox())
        do {
          _ = try await node.exec(["nosuch"], in: spec.id)
          Issue.record("a program that is not there was started")
        } catch let error as RuntimeError {
          #expect(error.reason == .startFailed)
          #expect(
            error.message.hasSuffix(
              #": OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": "#
                + "executable file not found in $PATH: unknown"))
        }
        try await node.runtime.signalContainer(spec.id, 9)
        _ = try await node.end(of: spec.id)
        await #expect(throws: RuntimeError(.notRunning, "container not running (\(spec.id))")) {
          try await node.exec(["true"], in: spec.id)
        }
      }
    }

    @Test(.needsManyUsers) func isAsTheContainersOwnUserInItsDirectory() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sleep", "1000"], in: node.sandbox()) { spec in
          spec.user.user = 1000
          spec.user.group = 1000
          spec.workingDirectory = "/home/guest"
          spec.environment = [EnvironmentVariable("MODE", "test")]
        }
        let script = "id; pwd; echo $MODE; grep CapEff /proc/self/status"
        #expect(
          try await node.exec(["sh", "-c", script], in: spec.id).output
            == "uid=1000(guest) gid=1000(guest) groups=1000(guest),2000(extra)\n/home/guest\ntest\nCapEff:\t0000000000000000\n"
        )
      }
    }

    @Test func joinsTheContainersOwnProgram() async throws {
      try await TestNode.with { node in
        let script = "while read line; do echo got $line; done; echo end of input"
        let spec = try await node.run(["sh", "-c", script], in: node.sandbox()) { spec in
          spec.keepsInputOpen = true
          spec.closesInputAfterFirstAttach = true
        }
        let session = try await node.runtime.attach(spec.id, AttachSpec(input: true))
        try await session.writeInput(Array("one\n".utf8))
        #expect(try await session.readOutput() == Array("got one\n".utf8))
        // Whoever leaves does not end it.
        let other = try await node.runtime.attach(spec.id, AttachSpec())
        other.abandon()
        #expect(try await other.readOutput().isEmpty)
        session.closeInput()
        #expect(try await session.readOutput() == Array("end of input\n".utf8))
        #expect(try await session.wait().code == 0)
        #expect(try await session.readOutput().isEmpty)
        #expect(try node.log(spec) == "got one\nend of input\n")
      }
    }

    @Test func joinsTheContainersOwnTerminal() async throws {
      try await TestNode.with { node in
        let spec = try await node.run(["sh"], in: node.sandbox()) { spec in
          spec.hasTerminal = true
          spec.keepsInputOpen = true
        }
        let session = try await node.runtime.attach(spec.id, AttachSpec(input: true, terminal: true))
        session.resize(columns: 90, rows: 20)
        try await session.writeInput(Array("stty size; echo $TERM; exit 5\n".utf8))
        #expect(try await session.wait().code == 5)
        let log = try Files.readText(spec.logPath)
        #expect(log.contains(" stdout F 20 90\r\n") && log.contains(" stdout F xterm\r\n"), "\(log)")
      }
    }
  }
}

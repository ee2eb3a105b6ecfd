import Glibc
import SystemIO
import TestSupport
import Testing

/// A census that sees nothing would make every test of cleanliness green, so each kind of leak is planted once.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct LeakCensusTests {
  @Test func seesAProcess() async throws {
    let run = "leak-\(getpid())"
    let before = LeakCensus.take(.processes, run: run)
    try await PseudoTerminal.run("/bin/sh", ["-c", "sleep 61; true"], environment: [LeakCensus.marker: run]) {
      terminal in
      let leader = try #require(terminal.program).pid
      try await Deadline.wait("both processes are seen") {
        LeakCensus.take(.processes, run: run).leaks(since: before).contains { $0.hasSuffix("sleep 61") }
          && LeakCensus.take(.processes, sessions: [leader]).leaks(since: before).count == 2
      }
      // The shell's child outlives the shell: only the census still knows of it.
      terminal.program?.signal(SIGKILL)
    }
    try await Deadline.wait("the terminal's end has ended both") {
      LeakCensus.take(.processes, run: run).leaks(since: before).isEmpty
    }
  }

  @Test func seesADescriptor() throws {
    let before = LeakCensus.take(.descriptors)
    let descriptor = try Files.open("/etc/passwd", O_RDONLY)
    let leaks = LeakCensus.take(.descriptors).leaks(since: before)
    close(descriptor)
    #expect(leaks.contains("descriptor \(descriptor): /etc/passwd"))
    #expect(!LeakCensus.take(.descriptors).leaks(since: before).contains { $0.hasSuffix("/etc/passwd") })
  }

  @Test(.needsRoot) func seesAMount() async throws {
    try await TemporaryFolder.with { folder in
      let before = LeakCensus.take(.mounts)
      try await run("mount", "-t", "tmpfs", "none", folder.path)
      let leaks = LeakCensus.take(.mounts).leaks(since: before)
      try await run("umount", folder.path)
      #expect(leaks == ["mount: tmpfs on \(folder.path)"])
      #expect(LeakCensus.take(.mounts).leaks(since: before) == [])
    }
  }

  @Test(.needsRoot) func seesANetworkLink() async throws {
    let name = "leak\(getpid() % 100_000)"
    let before = LeakCensus.take(.networkLinks, matching: name)
    try await run("ip", "link", "add", name, "type", "bridge")
    let leaks = LeakCensus.take(.networkLinks, matching: name).leaks(since: before)
    try await run("ip", "link", "delete", name)
    #expect(leaks == ["network link: \(name)"])
    #expect(LeakCensus.take(.networkLinks, matching: name).leaks(since: before) == [])
  }

  @Test(.needsCgroups) func seesAControlGroupInEveryHierarchy() throws {
    let name = "podium-leak-\(getpid())"
    let before = LeakCensus.take(.controlGroups, matching: name)
    let made = LeakCensus.controlGroupRoots.map { $0 + "/" + name }.filter { mkdir($0, 0o755) == 0 }
    let leaks = LeakCensus.take(.controlGroups, matching: name).leaks(since: before)
    for group in made { rmdir(group) }
    #expect(!made.isEmpty)
    #expect(leaks == made.sorted().map { "control group: \($0)" })
    #expect(LeakCensus.take(.controlGroups, matching: name).leaks(since: before) == [])
  }

  @Test func aLeakBecomesAnIssueThatNamesIt() async throws {
    var leaked: Int32 = -1
    try await withKnownIssue {
      try await LeakCensus.check(.descriptors, patience: .milliseconds(50)) {
        leaked = try Files.open("/etc/passwd", O_RDONLY)
      }
    } matching: { issue in
      "\(issue)".contains("/etc/passwd")
    }
    close(leaked)
  }

  private func run(_ program: String, _ arguments: String...) async throws {
    let result = try await ProgramOutput.of(program, arguments)
    try #require(result.end == .exited(0), "\(program): \(result.error)")
  }
}

import Glibc
import SystemIO
import TestSupport
import Testing

/// The same tests once more, as a user that is nobody special.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OrdinaryUserTests {
  @Test(.needsRoot, .needsUserNamespace) func runsPodsWithOneMappedID() async throws {
    // Skipped: limits, for which no cgroup is delegated, and other users.
    try await runNodes(as: 61_234, skipping: 16)
  }

  @Test(.needsRoot, .needsUserNamespace, .enabled(if: Files.exists("/usr/bin/newuidmap")))
  func runsPodsWithSubordinateIDs() async throws {
    let name = "podium-t\(getpid())"
    try await succeed("useradd", ["--no-create-home", "--shell", "/bin/sh", name])
    do {
      try await succeed(
        "usermod", ["--add-subuids", "700000-765535", "--add-subgids", "700000-765535", name])
      let id = try await ProgramOutput.of("id", ["-u", name]).output
      try await runNodes(as: #require(UInt32(id.dropLast())), skipping: 12)
    } catch {
      try await succeed("userdel", [name])
      throw error
    }
    try await succeed("userdel", [name])
  }

  private func runNodes(as user: UInt32, skipping skipped: Int) async throws {
    let program = try Files.linkTarget("/proc/self/exe")
    let result = try await ProgramOutput.of(
      "setpriv",
      [
        "--reuid=\(user)", "--regid=\(user)", "--clear-groups", program, "--testing-library", "swift-testing",
        "--filter", "RealNodes",
      ], environment: ["HOME": "/tmp"], within: .seconds(200))
    #expect(result.end == .exited(0), "\(result.output)\(result.error)")
    let lines = (result.output + result.error).split(separator: "\n")
    #expect(lines.filter { $0.contains("skipped") && !$0.contains("Suite") }.count == skipped, "\(result.output)")
    #expect(lines.contains { $0.contains("livesFromStartToRemoval() passed") })
  }

  private func succeed(_ program: String, _ arguments: [String]) async throws {
    let result = try await ProgramOutput.of(program, arguments)
    #expect(result.end == .exited(0), "\(program): \(result.error)")
  }
}

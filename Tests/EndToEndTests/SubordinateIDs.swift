import TestSupport
import Testing

extension Account {
  /// Lets the ordinary user have a name and a range of ids of its own while the body runs.
  static func withSubordinateIDs(count: Int = 65_536, _ body: () async throws -> Void) async throws {
    let name = "podium-images"
    func administer(_ program: String, _ arguments: String...) async throws {
      let answer = try await ProgramOutput.of(program, arguments)
      #expect(answer.end == .exited(0), "\(program): \(answer.error)")
    }
    let number = try await ProgramOutput.of("setpriv", Account.ordinaryUser.command("id", ["-u"]).arguments)
      .output.filter(\.isNumber)
    try await administer("groupadd", "--gid", number, name)
    // Without the range that the machine's settings may give to everybody who is added.
    try await administer(
      "useradd", "-K", "SUB_UID_COUNT=0", "-K", "SUB_GID_COUNT=0", "--uid", number, "--gid", number, "--no-create-home",
      "--shell", "/bin/sh", name)
    let outcome: Result<Void, any Error>
    do {
      let range = "800000-\(800_000 + count - 1)"
      try await administer("usermod", "--add-subuids", range, "--add-subgids", range, name)
      outcome = .success(try await body())
    } catch {
      outcome = .failure(error)
    }
    // By force: processes of that number may be there that have nothing to do with the name.
    try await Task { try await administer("userdel", "--force", name) }.value
    try outcome.get()
  }
}

import TestSupport
import Testing

extension Account {
  /// Lets the ordinary user have a name and a range of ids of its own while the body runs.
  static func withSubordinateIDs(_ body: () async throws -> Void) async throws {
    let name = "podium-images"
    func administer(_ program: String, _ arguments: String...) async throws {
      let answer = try await ProgramOutput.of(program, arguments)
      #expect(answer.end == .exited(0), "\(program): \(answer.error)")
    }
    let number = try await ProgramOutput.of("setpriv", Account.ordinaryUser.command("id", ["-u"]).arguments)
      .output.filter(\.isNumber)
    try await administer("groupadd", "--gid", number, name)
    try await administer(
      "useradd", "--uid", number, "--gid", number, "--no-create-home", "--shell", "/bin/sh", name)
    let outcome: Result<Void, any Error>
    do {
      try await administer("usermod", "--add-subuids", "800000-865535", "--add-subgids", "800000-865535", name)
      outcome = .success(try await body())
    } catch {
      outcome = .failure(error)
    }
    // By force: processes of that number may be there that have nothing to do with the name.
    try await Task { try await administer("userdel", "--force", name) }.value
    try outcome.get()
  }
}

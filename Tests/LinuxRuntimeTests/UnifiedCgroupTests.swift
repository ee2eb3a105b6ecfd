import SystemIO
import TestSupport
import Testing

/// The same tests once more on a kernel with cgroups of version 2, in a machine that is emulated for it.
@Suite(.needsEmulatedMachine, .timeLimit(.minutes(5)))
struct UnifiedCgroupTests {
  /// What of all has to do with groups.
  private static let tests = [
    "RealNodes/CgroupTests", "livesFromStartToRemoval", "nothingIsLeftWhenNodeInitIsKilled",
    "isKilledWhenItsMemoryIsUsedUp", "staysUnderItsLimits", "keepsItsChildren", "aForkBomb", "aMemoryBomb",
    "cannotRaise", "runsSeveralAtOnce", "leavesNobodyBehind",
  ]
  /// Of whom a user namespace keeps away from devices in any case.
  private static let testsOfRoot = ["opensNoDevice", "findsTheNode"]

  @Test func limitsAndCountsPods() async throws {
    try await TemporaryFolder.with { folder in
      let image = folder.path("image")
      let here = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/EmulatedMachine"
      let made = try await ProgramOutput.of(
        here + "/make-image", [BuiltProgram.testBundle, EmulatedMachine.kernelPackage, here, image])
      try #require(made.end == .exited(0), "\(made.error)")
      let machine = try await ProgramOutput.of(
        EmulatedMachine.emulator,
        [
          "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "2500", "-nodefaults", "-display", "none",
          "-no-reboot", "-serial", "stdio", "-kernel", try #require(EmulatedMachine.kernel), "-initrd", image,
          "-append",
          "console=ttyS0 quiet panic=-1 tests=\(Self.tests.joined(separator: "|"))"
            + " root_tests=\(Self.testsOfRoot.joined(separator: "|"))",
        ], within: .seconds(240))
      let lines = machine.output.split(whereSeparator: \.isNewline).map(String.init)
      let parts = lines.split { $0 == "AS SOMEBODY" }
      #expect(parts.count == 2, "\(machine.output)")
      for part in parts {
        #expect(part.contains { TextPattern("Test run with<...>passed").matches($0) }, "\(part)")
        #expect(part.contains { $0.contains("aMemoryBombTakesOnlyItsOwnContainerAlong() passed") }, "\(part)")
        #expect(!part.contains { $0.contains("skipped") }, "\(part)")
        #expect(!part.contains { $0.hasPrefix("LEFT ") }, "\(part)")
      }
    }
  }
}

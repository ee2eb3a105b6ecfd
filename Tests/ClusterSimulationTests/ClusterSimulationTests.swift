import Glibc
import TestSupport
import Testing

/// Whole clusters of true components under load, while everything that can die dies and what can be lost is lost, in
/// courses that a seed decides.
///
/// `PODIUM_SEEDS=20000` tries so many. A failure names its seed: `ClusterSimulation SEED --history`, with
/// `SWIFT_DETERMINISTIC_HASHING=1`, tells that very course line by line.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct ClusterSimulationTests {
  /// The seeds, and of them those that went wrong with what was wrong.
  private func run(_ seeds: ClosedRange<Int>, fault: String? = nil) async throws -> [String: String] {
    let output = try await ProgramOutput.of(
      BuiltProgram.path("ClusterSimulation"),
      ["\(seeds.lowerBound)-\(seeds.upperBound)"] + (fault.map { [$0] } ?? []),
      // Sets and dictionaries have the same order each time.
      environment: ["SWIFT_DETERMINISTIC_HASHING": "1"], within: .seconds(1100))
    try #require(output.end == .exited(0), "\(output.error)")
    var courses: [String: String] = [:]
    for line in output.output.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      try #require(words.count == 3 && words[0] == "seed", "\(line)")
      courses[String(words[1])] = String(words[2])
    }
    #expect(courses.count == seeds.count)
    return courses
  }

  private func expectNoProblem(_ courses: [String: String]) {
    for (seed, course) in courses where course.contains("PROBLEM") { Issue.record("seed \(seed): \(course)") }
  }

  @Test func everyCourseEndsAsItWasAskedFor() async throws {
    let seeds = getenv("PODIUM_SEEDS").flatMap { Int(String(cString: $0)) } ?? 2000
    // One process for each processor.
    async let first = run(1...seeds / 2)
    async let second = run(seeds / 2 + 1...seeds)
    expectNoProblem(try await first)
    expectNoProblem(try await second)
  }

  @Test func aSeedTellsTheSameCourseAgain() async throws {
    async let one = run(1...8)
    async let other = run(1...8)
    let (first, second) = try await (one, other)
    #expect(first == second)
    #expect(Set(first.values).count == 8)
  }

  @Test(arguments: ["startsTwice", "losesWrites", "leavesSandboxes", "hidesExits", "repeatsNews"])
  func aDefectIsNoticed(fault: String) async throws {
    let courses = try await run(1...5, fault: fault)
    #expect(courses.values.contains { $0.contains("PROBLEM") })
  }
}

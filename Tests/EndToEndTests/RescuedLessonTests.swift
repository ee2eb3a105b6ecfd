import Documents
import Glibc
import LessonEngine
import SystemIO
import TestSupport
import Testing

/// A learner whose prompt, cluster or machine dies in the midst of a step goes on at that step.
@Suite(.timeLimit(.minutes(3)))
struct RescuedLessonTests {
  /// What dies, and what the disk has lost of what it was to keep.
  private enum Blow: CaseIterable {
    case prompt, controlPlane, node, kubelet, machine, machineWithCutLog, machineWithEmptyStore, machineWithSpoiltStore

    var endsPrompt: Bool { self != .controlPlane && self != .node && self != .kubelet }

    /// What cannot be read any more is put aside, with a word.
    var remark: TextPattern? { self == .machineWithSpoiltStore ? "has been put aside as" : nil }
  }

  @Test(.needsUserNamespace) func everyBlowLeavesTheLearnerAtTheSameStep() async throws {
    let seed: UInt64 = 20_261_122
    try await Learner.with { learner in
      var random = SeededRandom(seed: seed)
      var lesson = RescuedLesson(learner)
      try await lesson.begin()
      for blow in Blow.allCases.shuffled(using: &random) {
        let moment = Duration.milliseconds(Int.random(in: 0...400, using: &random))
        do {
          try await strike(blow, after: moment, &lesson, &random)
        } catch {
          Issue.record("\(blow) after \(moment), seed \(seed)")
          throw error
        }
      }
      try await lesson.finish()
    }
  }

  /// A program of the machine that is missing is named, and nobody waits for a node in vain.
  @Test func aClusterThatCannotMakeItsImagesSaysWhy() async throws {
    try await TemporaryFolder.with { folder in
      try await Learner.with { learner in
        let program = folder.path("podium")
        try Files.write(try Files.read(BuiltProgram.path("podium")), to: program, mode: 0o755)
        let answer = try await ProgramOutput.of(
          program, ["--cluster", learner.cluster, "cluster", "start"], environment: learner.environment,
          folder: learner.home, within: .seconds(30))
        #expect(answer.end == .exited(1))
        let reason =
          "podium: the cluster did not start: cannot make the built-in images from \(folder.path("podium-workload")): it is not there"
        #expect(answer.error.hasPrefix(reason), "\(answer.error)")
      }
    }
  }

  private func strike(
    _ blow: Blow, after moment: Duration, _ lesson: inout RescuedLesson, _ random: inout SeededRandom
  ) async throws {
    let (learner, before) = (lesson.learner, try lesson.stepsDone())
    try await learner.terminal { terminal in
      try await terminal.expect(Learner.prompt, within: .seconds(60))
      try await terminal.type("skip\r")
      try await Task.sleep(for: moment)
      switch blow {
      case .prompt: break
      case .controlPlane: Victims.named(" cluster serve ", of: learner).kill()
      case .node: Victims.named("podium-init", of: learner).kill()
      case .kubelet: Victims.named("podium kubelet ", of: learner).kill()
      case .machine, .machineWithCutLog, .machineWithEmptyStore, .machineWithSpoiltStore:
        Victims.all(of: learner).last?.kill()
      }
      guard !blow.endsPrompt else {
        terminal.program?.kill()
        _ = try await terminal.waitForEnd()
        return
      }
      // The prompt lives on, and so does the lesson.
      try await terminal.expect("Step <...> is done.", within: .seconds(60))
      try await terminal.expect(Learner.prompt)
      try await terminal.type("quit\r")
      _ = try await terminal.waitForEnd()
    }
    let done = try lesson.stepsDone()
    #expect(done.starts(with: before) && done.count - before.count <= 1, "\(before), later \(done)")
    try lesson.spoil(
      blow == .machineWithCutLog, blow == .machineWithEmptyStore, blow == .machineWithSpoiltStore, &random)
    try await lesson.resume(at: done.count, blow.remark)
  }
}

/// A learner's lesson, as its files and its prompt show it.
private struct RescuedLesson {
  let learner: Learner
  private static let steps = ["run", "look", "create", "behind", "delete"]

  init(_ learner: Learner) { self.learner = learner }

  private var progressFile: String { learner.home + "/data/podium/progress" }
  private var store: String { learner.state + "/store.db" }

  /// The steps that the file of progress knows as done, in their order.
  func stepsDone() throws -> [String] {
    let done = Progress(log: try Files.read(progressFile))["pods/first-pod"]?.done ?? [:]
    return done.keys.sorted { (Self.steps.firstIndex(of: $0) ?? 9) < (Self.steps.firstIndex(of: $1) ?? 9) }
  }

  func begin() async throws {
    try await learner.terminal { terminal in
      try await terminal.expect(Learner.prompt, within: .seconds(60))
      try await terminal.enter("start first-pod", showing: "Step 1 of 5")
      try await terminal.type("quit\r")
      _ = try await terminal.waitForEnd()
    }
  }

  /// Starts the prompt again: it stands at the first step that is not done, and what earlier steps have made is there.
  func resume(at done: Int, _ remark: TextPattern?) async throws {
    try await learner.terminal { terminal in
      if let remark { try await terminal.expect(remark, within: .seconds(60)) }
      try await terminal.expect("Step \(done + 1) of 5:", within: .seconds(60))
      try await terminal.expect("first-pod \(done + 1)/5")
      for (pod, since) in [("kuard", 1), ("hello-pod", 3)] where done >= since {
        try await terminal.enter(
          "wait --for=condition=Ready pod/\(pod) --timeout=30s", showing: "pod/\(pod) condition met")
      }
      // The last step takes away what the others have made.
      if done >= 3 {
        try await terminal.enter("reset lesson", showing: "Type reset lesson once more")
        try await terminal.enter("reset lesson", showing: "Step 1 of 5")
        try await terminal.enter("get pods", showing: "No resources found")
      }
      try await terminal.type("quit\r")
      _ = try await terminal.waitForEnd()
    }
  }

  func finish() async throws {
    try await learner.terminal { terminal in
      try await terminal.expect("Step <...> of 5:", within: .seconds(60))
      try await terminal.expect(Learner.prompt)
      for _ in try stepsDone().count..<Self.steps.count {
        try await terminal.enter("skip", showing: "Step <...> is done.")
      }
      try await terminal.type("quit\r")
      _ = try await terminal.waitForEnd()
    }
    let lessons = try Document.parse(json: Array(try await learner.podium("lessons", "--json").output.utf8))
    #expect(lessons.listValue?.first { $0["lesson"] == "first-pod" }?["done"] == true)
    // What is Terminating goes in its own time.
    try await Deadline.wait("the lesson's namespace is gone", within: .seconds(20)) {
      try await !learner.kubectl("get", "namespaces", "-o", "name").contains("first-pod")
    }
  }

  /// What a power cut leaves: the last line of progress half written, and of the store this or that.
  func spoil(
    _ cutsLog: Bool, _ emptiesStore: Bool, _ spoilsStore: Bool, _ random: inout SeededRandom
  ) throws {
    let tail = Array("{\"time\":\"2026-11-22T12:00:00Z\",\"event\":\"passed\",\"lesson\":\"pods/first-pod\"".utf8)
    let cut = Int.random(in: 0...tail.count, using: &random)
    try Files.write(
      try Files.read(progressFile) + tail[..<cut] + [UInt8](repeating: 0, count: cut % 7), to: progressFile)
    if cutsLog, let log = try? Files.read(store + "-wal") {
      try Files.write(Array(log[..<Int.random(in: 0...log.count, using: &random)]), to: store + "-wal")
    }
    if emptiesStore { for part in ["", "-wal"] { try Files.write([], to: store + part) } }
    if spoilsStore {
      try Files.write(try Files.read(store).map { $0 ^ 0x5A }, to: store)
      // All that was written lately would be in it.
      try Files.write([], to: store + "-wal")
      try Files.write([], to: learner.state + "/nodes.json")
    }
  }
}

internal import Console
internal import LessonEngine
internal import LocalCluster

/// `podium lesson run ID [--auto]`: plays a lesson by its reference solutions, a command for each Enter or by itself.
enum LessonVerb {
  @Sendable
  static func run(_ settings: Settings, _ arguments: [String]) async throws -> Int32 {
    let isByItself = arguments.contains("--auto")
    let words = arguments.filter { $0 != "--auto" }
    guard words.count == 2, words[0] == "run", case let id = words[1], !id.hasPrefix("-") else {
      throw UsageError("podium lesson run ID shows how a lesson is done: see podium lesson --help")
    }
    let packs = try PackShelf.packs(settings)
    let (pack, lesson) = try find(id, packs)
    let appearance = settings.appearance
    if !isByItself, !appearance.isTerminal {
      throw UsageError("there is no terminal to press Enter at: podium lesson run \(id) --auto waits for nobody")
    }
    let paths = try settings.paths()
    let launcher = ClusterLauncher(paths: paths)
    try await launcher.ensureRunning()
    try await launcher.waitForReadyNode()
    try await PackImageSupply(pack).supply(paths) { StandardOutput.print($0) }
    let context = try LessonFiles.context(paths)
    return await SingleCommand.run(appearance: appearance) { session in
      let demonstration = Demonstration(
        lesson, of: pack, context, say: { session.write(TutorRendering.text($0, appearance) + "\n") },
        ask: { isByItself ? .goOn : await wish(session) })
      do {
        if !isByItself {
          session.write("Enter runs the next command, s the rest of the step, q stops.\n\n")
        }
        let end = try await demonstration.run()
        session.write(farewell(end, lesson) + "\n")
        return .continue(exitCode: end == .passed ? 0 : 1)
      } catch {
        session.writeError("podium: \(error)\n")
        return .continue(exitCode: 1)
      }
    }
  }

  private static func farewell(_ end: Demonstration.End, _ lesson: Lesson) -> String {
    switch end {
    case .passed: "\(lesson.title): every step is passed."
    case .stuck: "\(lesson.title): not every step is passed."
    case .stopped:
      "\(lesson.title): stopped; its namespace is removed. To do it yourself, open podium: start \(lesson.name)"
    }
  }

  private static func wish(_ session: ConsoleSession) async -> Demonstration.Wish {
    let wish = try? await session.withRawTerminal { () async throws -> Demonstration.Wish in
      while true {
        switch try await session.readInput().last {
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: " "): return .goOn
        case UInt8(ascii: "s"): return .hurry
        case UInt8(ascii: "q"), 3, 4, nil: return .stop
        default: continue
        }
      }
    }
    return wish ?? .stop
  }

  private static func find(_ name: String, _ packs: [Pack]) throws -> (Pack, Lesson) {
    do {
      return try packs.lesson(named: name)
    } catch {
      throw UsageError(error.candidates.isEmpty ? "\(error): podium lessons lists them" : "\(error)")
    }
  }
}

public import KubectlCommands

/// Plays a lesson by its reference solutions, aloud: by itself, or a command for each Enter of somebody who watches.
public struct Demonstration: Sendable {
  /// What the one who watches wants.
  public enum Wish: Sendable {
    case goOn
    /// The rest of the step without further questions.
    case hurry
    case stop
  }

  private let pack: Pack
  private let lesson: Lesson
  private let context: KubectlContext
  private let say: @Sendable ([TutorText]) async -> Void
  private let ask: @Sendable () async -> Wish

  /// - Parameter ask: Waits before each command; by itself a demonstration never stops.
  public init(
    _ lesson: Lesson, of pack: Pack, _ context: KubectlContext, say: @escaping @Sendable ([TutorText]) async -> Void,
    ask: @escaping @Sendable () async -> Wish = { .goOn }
  ) {
    self.lesson = lesson
    self.pack = pack
    self.context = context
    self.say = say
    self.ask = ask
  }

  /// How a demonstration ended.
  public enum End: Sendable {
    case passed, stuck, stopped
  }

  /// The lesson's namespace is gone afterwards.
  public func run() async throws -> End {
    await say([.heading(lesson.title), .blank] + Tutor.blocks(lesson.introduction, of: nil))
    let place = try await LessonPlace.open(lesson, of: pack, context, suffix: "-demo")
    var end = End.passed
    for index in lesson.steps.indices {
      end = await play(index, place)
      if end == .passed, Task.isCancelled { end = .stopped }
      if end != .passed { break }
      await say([.ok("Step \(index + 1) of \(lesson.steps.count) is done."), .blank])
    }
    // Also after ^C nothing stays behind.
    await Task { await place.close() }.value
    return end
  }

  private func play(_ index: Int, _ place: LessonPlace) async -> End {
    let step = lesson.steps[index]
    var checkpoint = await place.begin(step)
    let session = TutorSession(
      pack: pack, lesson: lesson, place: place, stepIndex: index, checkpoint: checkpoint)
    await say(Tutor.task(session) + [.blank])
    var isHurried = false
    for command in commands(of: step) {
      await say([.code(["$ " + command.text])])
      if !isHurried {
        switch await ask() {
        case .goOn: break
        case .hurry: isHurried = true
        case .stop: return .stopped
        }
      }
      let outcome = await place.commands.run(command.text)
      if !outcome.output.trimmed().isEmpty { await say([.output(outcome.output.trimmed())]) }
      await tick(&checkpoint, place)
      if Task.isCancelled { return .stopped }
    }
    for question in step.questions {
      await say([.plain(question.gist), .below(await question.reference(place.observation))])
    }
    let deadline = ContinuousClock.now + max(checkpoint.patience, Timing.patience)
    while !checkpoint.isPassed, !checkpoint.isFailed, ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(50))
      await tick(&checkpoint, place)
    }
    if checkpoint.isPassed { return .passed }
    if Task.isCancelled { return .stopped }
    var stuck = session
    stuck.checkpoint = checkpoint
    await say(StepReport.text(stuck))
    return .stuck
  }

  /// What the text has run, then what the solution does besides.
  private func commands(of step: Step) -> [LessonCommand] {
    let shown = step.text.flatMap { block -> [LessonCommand] in
      if case .run(let commands) = block { commands } else { [] }
    }
    let rest = (step.solutions.first?.commands ?? []).filter { command in !shown.contains { $0.text == command.text } }
    return shown + rest
  }

  private func tick(_ checkpoint: inout Checkpoint, _ place: LessonPlace) async {
    let ticks = Tutor.ticks(await place.look(&checkpoint))
    if !ticks.isEmpty { await say(ticks) }
  }
}
